package boot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/checkrun"
	"prentice/internal/adapter/git"
	"prentice/internal/engine/artifact"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/pipeline"
	"prentice/internal/engine/release"
	"prentice/internal/engine/run"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/proc"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/skill/build"
	"prentice/internal/skill/codecontrol"
	"prentice/internal/skill/environments"
	"prentice/internal/skill/standards"
	"prentice/internal/skill/supervision"
)

// artifacts keeps what builds made.
func (s *System) artifacts() *artifact.Store {
	return &artifact.Store{DB: s.db, Content: artifact.Content{Dir: s.path("artifacts")}, Record: s.ledger.Append, Attest: s.ledger.Attest}
}

// releases is what releases and deployments need.
func (s *System) releases() build.Deps {
	return build.Deps{
		Artifacts: s.artifacts(),
		Releases:  &release.Store{DB: s.db, Record: s.ledger.Append, Tell: s.inbox.SendIn},
		Rules:     func() *release.Rules { return s.Team.now.Load().releases() },
		Catalog:   s.Team.Catalog,
		Clock:     time.Now,
		Log:       s.log,
		Keys:      s.ledger.Believed,
		Code:      build.Code{Commit: s.commitOf, Landed: s.landedIn, MayLand: s.mayLand, Bill: s.billOf, Passed: s.checkPassed, Made: s.madeByCheck},
		Runs:      s.runsOfReleases(),
		Bring:     s.bring,
		Leased:    s.leased,
		Frozen: func(now time.Time, service, procedure string) string {
			says, _, err := s.Team.Hold(context.Background(), prentice.Plan{Procedure: procedure, Subject: prentice.NewRef("service", service), Risk: prentice.Change}, now)
			if err != nil {
				return "the calendar cannot be read: " + err.Error()
			}
			return says
		},
	}
}

// commitOf is the commit that a person means by a name, in a repository of the catalog.
func (s *System) commitOf(ctx context.Context, repository, name string) (string, error) {
	r, err := s.catalog().Repository(repository)
	if err != nil {
		return "", err
	}
	work, err := git.Below(ctx, s.Settings.Repositories, r.Git)
	if err != nil {
		return "", err
	}
	defer work.Close() //nolint:errcheck // it was only read
	return work.Commit(ctx, name)
}

// landedIn is what came into the branch of a repository.
func (s *System) landedIn(ctx context.Context, repository string) ([]build.Landed, error) {
	list, err := skill.At[*codecontrol.Desk](s.Skills).Landings(ctx, repository)
	landed := make([]build.Landed, 0, len(list))
	for _, c := range list {
		landed = append(landed, build.Landed{Change: release.Change{Number: c.Change, Title: c.Title, Commit: c.Commit, First: c.First, Landed: c.Landed}, Checks: c.Checks})
	}
	return landed, err
}

func (s *System) mayLand(ctx context.Context, repository prentice.Ref, commit string) (claims.Answer, string, error) {
	return skill.At[*standards.Desk](s.Skills).MayLand(ctx, repository, commit)
}

// checkPassed is nil where a check of a repository holds on a commit, as it is judged there.
func (s *System) checkPassed(ctx context.Context, repository, commit, name string) error {
	answer, _, err := s.mayLand(ctx, prentice.NewRef("repository", repository), commit)
	if err != nil {
		return err
	}
	for _, n := range slices.Concat(answer.Missing, answer.Advice, answer.Held) {
		if n.Claim != pipeline.Kind+"/"+name {
			continue
		}
		if n.Truth == prentice.Pass {
			return nil
		}
		return prentice.Errorf(prentice.Refused, "check %s does not hold on %.12s: %s", name, commit, cmp.Or(n.Reason, string(n.Truth))).Try("check it: prentice repository check %s %.12s --wait", repository, commit)
	}
	return prentice.Errorf(prentice.NotFound, "%.12s of %s has no check %q", commit, repository, clip.Text(name)).Try("see what is asked of it: prentice may land %s %.12s", repository, commit)
}

// madeByCheck opens what a check made when it passed on the content of a commit.
func (s *System) madeByCheck(ctx context.Context, repository, commit, name, file string) (io.ReadCloser, []string, error) {
	_, tree, err := s.mayLand(ctx, prentice.NewRef("repository", repository), commit)
	if err != nil {
		return nil, nil, err
	}
	f, made, err := checkrun.Made(filepath.Join(s.own("checks"), folderOf(repository)), name, tree, file)
	return f, made.Result.Images, err
}

// runsOfReleases asks for the runs of deployments through the door, as those who deploy.
func (s *System) runsOfReleases() build.Runs {
	return build.Runs{
		Start: func(ctx context.Context, r prentice.RunRequest) (prentice.Run, error) {
			return supervision.Through{Door: door{s}}.Start(ctx, r)
		},
		Show: func(ctx context.Context, number int64) (prentice.Run, error) {
			v, err := s.runner.Show(ctx, number)
			return v.Run, err
		},
		Inputs: s.inputsOf,
		Find: func(ctx context.Context, procedure, reason string, since time.Time) (int64, error) {
			list, err := s.runner.List(ctx, run.Filter{Procedure: procedure, Since: since, Limit: 500})
			i := slices.IndexFunc(list, func(r prentice.Run) bool { return strings.HasPrefix(r.Reason, reason) })
			if i < 0 || err != nil {
				return 0, err
			}
			return list[i].Number, nil
		},
		After: s.runsAfter,
		Given: s.givenTo,
	}
}

// inputsOf are the names of those that a procedure of the team takes.
func (s *System) inputsOf(procedure string) ([]string, error) {
	p, err := s.Team.Library().Find(procedure)
	var names []string
	for _, in := range p.Inputs {
		names = append(names, in.Name)
	}
	return names, err
}

// givenTo are the inputs of a run.
func (s *System) givenTo(ctx context.Context, number int64) (map[string]string, error) {
	v, err := s.runner.Show(ctx, number)
	return v.ThePlan.Inputs, err
}

// runsAfter are the runs of a procedure with a higher number, the newest first.
func (s *System) runsAfter(ctx context.Context, procedure string, number int64) (all []prentice.Run, err error) {
	for f := (run.Filter{Procedure: procedure, Limit: run.MostListed}); ; f.Before = all[len(all)-1].Number {
		page, err := s.runner.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			if r.Number <= number {
				return all, nil
			}
			all = append(all, r)
		}
		if len(page) < run.MostListed {
			return all, nil
		}
	}
}

// takeContent takes a file for an operation that has one, of someone who might ask for it.
func (s *System) takeContent(_ *http.Request, by prentice.Actor, may string, content io.Reader) (string, error) {
	i := slices.IndexFunc(s.App.Ops(), func(o op.Op) bool {
		return o.Name == may && slices.ContainsFunc(o.Fields(), func(f op.Field) bool { return f.Sent || f.Folder })
	})
	if i < 0 {
		return "", prentice.Errorf(prentice.Invalid, "no operation %q takes a file", may).Try("send it for artifact.add: PUT /v1/content?for=artifact.add")
	}
	if o := s.App.Ops()[i]; !by.MightAsk(o.Name, o.Role) {
		return "", prentice.Errorf(prentice.Denied, "%s may not ask for %s", by.Ref(), o.Name).Try("ask an owner for the role %s, or for a token that is for it", o.Role)
	}
	kept := s.artifacts().Content
	if slices.ContainsFunc(s.App.Ops()[i].Fields(), func(f op.Field) bool { return f.Folder }) {
		kept = s.copies()
	}
	digest, _, err := kept.Take(content, "")
	return digest, err
}

// Send implements op.Sender.
func (n near) Send(ctx context.Context, may string, content io.Reader) (string, error) {
	actor, err := n.bearer(ctx, n.token)
	if err != nil {
		return "", err
	}
	return n.takeContent(nil, actor, may, content)
}

var _ op.Sender = near{}

// bring begins a line of shell on the target of a step, here or on another machine, and lets
// it read content.
func (s *System) bring(ctx context.Context, w prentice.Work, line string, content io.Reader) (string, int, error) {
	if !w.Target.Local {
		return s.reach.Send(ctx, w, line, content)
	}
	if w.Step.Attrs["sudo"] == "true" {
		return "", 0, prentice.Errorf(prentice.Refused, "on this machine nothing is placed by root").Try("take sudo=true out, and choose a folder that prentice may write")
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", line)
	cmd.Dir, cmd.Stdin = s.path("work"), content
	cmd.Env = []string{"PATH=" + proc.DefaultPath, "HOME=" + cmd.Dir, "LC_ALL=C"}
	out, err := cmd.CombinedOutput()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok && ctx.Err() == nil && ended.Exited() {
		return strings.TrimSpace(string(out[:min(len(out), 500)])), ended.ExitCode(), nil
	}
	if ctx.Err() != nil {
		return "", 0, prentice.Errorf(prentice.Canceled, "placing it was stopped: %w", ctx.Err())
	}
	return "", 0, err
}

// leased says whether a place is used with a lease, and why that is not someone's now.
func (s *System) leased(ctx context.Context, place string, who prentice.Actor, digest string, now time.Time) (wanted bool, why, err error) {
	desk := skill.At[*environments.Desk](s.Skills)
	if desk == nil {
		return false, nil, nil
	}
	p, err := desk.Rules().Place(place)
	if err != nil || !p.Leased { // what is declared nowhere else has no lease
		return false, nil, nil
	}
	why = desk.Holds(ctx, place, who, digest, now)
	if why != nil && prentice.KindOf(why) != prentice.Refused {
		return true, nil, why
	}
	return true, why, nil
}

// deployedAt is what stands in the places at a moment.
func (s *System) deployedAt(ctx context.Context, at time.Time) ([]environments.Deployed, error) {
	desk := skill.At[*build.Desk](s.Skills)
	if desk == nil {
		return nil, nil
	}
	list, err := desk.Deployed(ctx, at)
	all := make([]environments.Deployed, 0, len(list))
	for _, x := range list {
		d := environments.Deployed{Place: x.Place, Service: prentice.NewRef("service", x.Service), Version: x.Runs, Digest: x.Digest, By: x.Last.By, At: x.Since, State: string(release.Deployed)}
		if x.Runs != "" {
			d.Release = prentice.NewRef("release", release.Name(x.Service, x.Runs))
		}
		if x.Uncertain != "" {
			d.Version, d.State, d.At = x.Last.Version, string(x.Last.Outcome), x.Last.Ended
		}
		if x.Runs == "" && x.Uncertain == "" { // it was undone, and nothing of a release ran before
			continue
		}
		if x.Last.Run > 0 {
			d.Run = prentice.NewRef("run", fmt.Sprint(x.Last.Run))
		}
		all = append(all, d)
	}
	return all, err
}
