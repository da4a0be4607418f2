package story

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/release"
	"prentice/internal/skill/build"
	"prentice/internal/skill/codecontrol"
	"prentice/internal/skill/supervision"
)

// TellRelease plays how what landed comes to production, and how a bad version goes back.
// It needs git and a sandbox.
func TellRelease(ctx context.Context, s Stage) error {
	p := newPlay(s)
	p.headline("prentice: a release goes from place to place, and a bad one goes back")
	p.prose("A small shop has a stage and two hosts of production, which are three folders of this machine. A change has a preview, on which a customer says what they think. It lands, its program becomes a release, and production refuses it until it was at stage. The next version is well at stage and fails in production: " +
		"the first host is put back, and the second never had it. git, the sandbox, the runs and the people's tokens are real. It takes about a minute.")
	if err := p.tell(ctx, p.beginsPlaces, p.previews, p.landsFirst, p.promotes, p.goesBack); err != nil {
		return err
	}
	p.ends("Now deploy something of your own:", p.Called+" up")
	return nil
}

// beginsPlaces: there are places in an order, a procedure for them, and code.
func (p *play) beginsPlaces(ctx context.Context) (err error) {
	p.chapter("Three hosts, two places and an order")
	for name, text := range releaseTeam {
		to := filepath.Join(p.Data, "team", name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			return err
		}
	}
	if p.Opened, err = p.Open(ctx); err != nil {
		return err
	}
	p.owner = p.As(p.Token)
	p.now("●", fmt.Sprintf("prentice is up at %s. releases.yaml of the team says: stage, then production; deploy-shop is the procedure that goes there.", p.URL))
	for name, role := range map[string]prentice.Role{"ann": prentice.Operator, "ben": prentice.Approver} {
		if _, err := p.person(ctx, name, role); err != nil {
			return err
		}
	}
	p.ben = p.As(p.tokens["person/ben"])
	if _, err := ask[codecontrol.Reached](ctx, p.owner, "repository.create", map[string]any{"name": "shop", "title": "The shop"}); err != nil {
		return err
	}
	files := previewFiles(hasDatabase())
	maps.Copy(files, map[string]string{"README.md": "# Shop\n", "shop.sh": program("echo nothing"), ".prentice/checks/parses.md": "---\ncheck: parses\nsummary: The shop can be read by a shell\n---\n\n```sh\nsh -n shop.sh\n```\n"})
	if err := p.writes("ann", 0o755, files); err != nil {
		return err
	}
	for _, argv := range [][]string{{"git", "init", "-q", "-b", "main"}, {"git", "remote", "add", "origin", p.remote("ann")}} {
		if _, err := p.quietly(ctx, "ann", argv...); err != nil {
			return err
		}
	}
	if err := p.commits(ctx, "ann", "-m", "the shop begins"); err != nil {
		return err
	}
	_, err = p.quietly(ctx, "ann", "git", "push", "-q", "origin", "main")
	return err
}

func program(does string) string { return "#!/bin/sh\n" + does + "\n" }

// pushesProgram proposes another program as a change.
func (p *play) pushesProgram(ctx context.Context, title, does string) error {
	if err := p.writes("ann", 0o755, map[string]string{"shop.sh": program(does)}); err != nil {
		return err
	}
	if err := p.commits(ctx, "ann", "-m", title); err != nil {
		return err
	}
	_, err := p.quietly(ctx, "ann", "git", "push", "-q", "origin", "HEAD:refs/for/main")
	return err
}

// landsProgram lets a change land, and releases it as a version.
func (p *play) landsProgram(ctx context.Context, number int, title, version string) error {
	name := fmt.Sprint(number)
	if _, err := ask[codecontrol.ChangeDone](ctx, p.ben, "change.approve", map[string]any{"change": name}); err != nil {
		return err
	}
	if _, err := p.quietly(ctx, "ann", "prentice", "queue", "add", "change/"+name); err != nil {
		return err
	}
	if err := p.awaitFor(ctx, checking, "change/"+name+" lands", func(ctx context.Context) (bool, error) {
		c, err := p.changeNow(ctx, number)
		return err == nil && c.State == change.Landed, err
	}); err != nil {
		return err
	}
	for _, argv := range [][]string{{"git", "fetch", "-q", "origin"}, {"git", "checkout", "-q", "-B", "main", "origin/main"}, {"prentice", "repository", "check", "shop", "main", "--wait"}} {
		if _, err := p.quietly(ctx, "ann", argv...); err != nil {
			return err
		}
	}
	p.now("●", fmt.Sprintf("change/%d, %q, was reviewed by ben, checked, and landed by the queue. ann adds what was built, and makes a release:", number, title))
	if _, err := p.types(ctx, "ann", true, "prentice", "artifact", "add", "shop.sh", "--service", "shop", "--revision", "main"); err != nil {
		return err
	}
	_, err := p.types(ctx, "ann", true, "prentice", "release", "create", "shop", version, "--revision", "main")
	return err
}

// landsFirst: the first version is there, and production does not take it.
func (p *play) landsFirst(ctx context.Context) error {
	p.chapter("A release, and a place that is not skipped")
	if err := p.landsProgram(ctx, 1, "feat: prices", "1.0"); err != nil {
		return err
	}
	p.now("✕", "ann is in a hurry:")
	out, err := p.types(ctx, "ann", false, "prentice", "release", "deploy", "shop@1.0", "production")
	if err != nil {
		return err
	}
	if err := p.hold(strings.Contains(out, "release/place-before"), "production refuses it: %s", out); err != nil {
		return err
	}
	out, err = p.types(ctx, "ann", false, "prentice", "may", "deploy", "shop", "production")
	return holdAll(err, p.hold(strings.Contains(out, "prentice release deploy shop@1.0 stage"), "what is missing is named with its command: %s", out), p.breathe(ctx, long))
}

// deploys asks for a deployment, lets ben approve its run, and waits for its end.
func (p *play) deploys(ctx context.Context, name, place string, want release.Outcome) (build.DeploymentOut, error) {
	out, err := p.types(ctx, "ann", true, "prentice", "release", "deploy", name, place)
	if err != nil {
		return build.DeploymentOut{}, err
	}
	ref, _, _ := strings.Cut(out, " ")
	shown := func(ctx context.Context) (build.DeploymentOut, error) {
		return ask[build.DeploymentOut](ctx, p.owner, "deployment.show", map[string]any{"deployment": ref})
	}
	d, err := shown(ctx)
	if err != nil {
		return d, err
	}
	if err := p.await(ctx, string(d.RunRef)+" waits for a second person", func(ctx context.Context) (bool, error) {
		r, err := p.runNow(ctx, d.RunRef)
		return r.State == prentice.Waiting, err
	}); err != nil {
		return d, err
	}
	if _, err := ask[supervision.Approved](ctx, p.ben, "run.approve", map[string]any{"number": string(d.RunRef), "reason": "I have read the plan"}); err != nil {
		return d, err
	}
	p.now("◐", fmt.Sprintf("ben has read the plan of %s and approves exactly that.", d.RunRef))
	err = p.awaitFor(ctx, checking, string(d.Ref)+" ends", func(ctx context.Context) (is bool, err error) {
		d, err = shown(ctx)
		return err == nil && !d.Running, err
	})
	return d, holdAll(err, p.hold(d.Outcome == want, "%s is %s; it is %s: %s", d.Ref, want, d.Outcome, d.Says))
}

// runs is what each host runs.
func (p *play) runsOn(host string) string {
	to, err := os.Readlink(filepath.Join(p.Data, "work", host, "current"))
	if err != nil {
		return ""
	}
	raw, _ := os.ReadFile(to) //nolint:errcheck // what cannot be read runs nothing
	return string(raw)
}

// promotes: the first version comes to stage, and then to production, one host first.
func (p *play) promotes(ctx context.Context) error {
	p.chapter("From stage to production, one host first")
	if _, err := p.deploys(ctx, "shop@1.0", "stage", release.Deployed); err != nil {
		return err
	}
	p.now("●", "It runs at stage, and was verified there. Now production takes it:")
	d, err := p.deploys(ctx, "shop@1.0", "production", release.Deployed)
	if err != nil {
		return err
	}
	p.now("●", fmt.Sprintf("%s: prod-1 was the canary, was left alone and verified; then came prod-2.", d.Ref))
	return holdAll(p.hold(strings.Contains(p.runsOn("prod-1"), "prices") && strings.Contains(p.runsOn("prod-2"), "prices"), "both hosts run 1.0"), p.breathe(ctx, long))
}

// goesBack: a version that is well at stage fails in production, and is undone on the first
// host alone.
func (p *play) goesBack(ctx context.Context) error {
	p.chapter("A fault that only production has")
	if err := p.pushesProgram(ctx, "fix: totals", "# totals\n"+`[ "$1" != status ] || [ ! -e "$PRENTICE_STATE/$TARGET_NAME/bank" ] || { echo 'the bank is not reached'; exit 1; }`); err != nil {
		return err
	}
	if err := p.landsProgram(ctx, 2, "fix: totals", "1.1"); err != nil {
		return err
	}
	for _, host := range []string{"prod-1", "prod-2"} {
		if err := os.WriteFile(filepath.Join(p.Data, "work", host, "bank"), nil, 0o600); err != nil {
			return err
		}
	}
	if _, err := p.deploys(ctx, "shop@1.1", "stage", release.Deployed); err != nil {
		return err
	}
	p.now("●", "It is well at stage. In production it will not reach the bank, which no one knows:")
	d, err := p.deploys(ctx, "shop@1.1", "production", release.Undone)
	if err != nil {
		return err
	}
	p.now("✕", fmt.Sprintf("%s is undone: the canary did not verify, went back to what ran there, and prod-2 was never touched. What it said is kept:", d.Ref))
	if _, err := p.types(ctx, "ann", true, "prentice", "run", "log", string(d.RunRef), "--find", "bank"); err != nil {
		return err
	}
	if err := p.hold(strings.Contains(p.runsOn("prod-1"), "prices") && strings.Contains(p.runsOn("prod-2"), "prices"), "both hosts run 1.0 again"); err != nil {
		return err
	}
	p.now("○", "Where what is, and how well that went, is worked out of what was written down:")
	if _, err := p.types(ctx, "ann", true, "prentice", "release", "list"); err != nil {
		return err
	}
	_, err = p.types(ctx, "ann", true, "prentice", "delivery", "show")
	return holdAll(err, p.breathe(ctx, long))
}
