package boot

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"prentice"
	forgehttp "prentice/internal/adapter/forge"
	"prentice/internal/adapter/git"
	"prentice/internal/adapter/githost"
	"prentice/internal/engine/forge"
	"prentice/internal/engine/ledger"
	"prentice/internal/engine/push"
	"prentice/internal/face/api"
	"prentice/internal/kit/db"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/skill/codecontrol"
	"prentice/internal/skill/security"
	"prentice/internal/skill/standards"
	"prentice/internal/team"
)

// code is what code control needs.
func (s *System) code() codecontrol.Deps {
	s.hosting = githost.New(s.Settings.Repositories, s.own("git"))
	s.hosting.Log = s.log
	s.hosting.Objects = func(dir, quarantine string) (push.Objects, func() error) {
		b := git.Quarantined(dir, quarantine)
		return b, b.Close
	}
	return codecontrol.Deps{
		DB: s.db, Host: s.hosting, Clock: time.Now, Log: s.log,
		HTTP: func() string { return s.url() + gitPath }, SSH: s.sshURL, Review: s.review(), Queue: s.queue(), Secret: s.secrets.Value, Team: s.team(),
		Forges: codecontrol.Forges{
			Open: func(p forge.Place, token string) (codecontrol.Forge, error) { return forgehttp.Open(p, token) },
			Page: func(path string) string { return strings.TrimSuffix(s.url(), "/") + path },
		},
		Lines: func(ctx context.Context, kind string, since time.Time) ([]prentice.Evidence, error) {
			return s.ledger.List(ctx, ledger.Filter{Kind: kind, Since: since, Limit: 500})
		},
		Sources: func(ctx context.Context, repository string) (codecontrol.Sources, error) {
			r, err := s.catalog().Repository(repository)
			if err != nil {
				return nil, err
			}
			return git.Below(ctx, s.Settings.Repositories, r.Git)
		},
	}
}

// queue is what changes land by.
func (s *System) queue() codecontrol.Queue {
	return codecontrol.Queue{
		Open: func(ctx context.Context, name string) (codecontrol.Git, error) {
			return git.Below(ctx, s.Settings.Repositories, name+".git")
		},
		Checks: func() codecontrol.Checks { return skill.At[*standards.Desk](s.Skills) },
		Frozen: func(now time.Time, repository, _ string) string {
			says, _, err := s.Team.Hold(context.Background(), prentice.Plan{Procedure: "land", Subject: prentice.NewRef("repository", repository), Risk: prentice.Change}, now)
			if err != nil {
				return "the calendar cannot be read: " + err.Error()
			}
			return says
		},
		Attest: s.ledger.Attest,
		Bill:   s.billOf,
		Record: s.ledger.Append,
		Tell:   s.inbox.SendIn,
		Saw:    db.Moment,
	}
}

// billOf is the bill of materials of a commit of a repository that is kept here. It names
// what stands in the commit, and nothing that this machine knows beside that.
func (s *System) billOf(ctx context.Context, repository, commit string) ([]byte, error) {
	work, err := git.Below(ctx, s.Settings.Repositories, repository+".git")
	if err != nil {
		return nil, err
	}
	defer work.Close() //nolint:errcheck // it was only read
	tree, err := work.At(ctx, commit)
	if err != nil {
		return nil, err
	}
	tree.Name = repository
	bill, err := security.BillOf(ctx, tree)
	return []byte(bill.Text()), err
}

// gitPath is below which git reaches repositories over HTTP.
const gitPath = "/git/"

// forGit says whether a request is of git or brings a file, whose bodies may be long.
func (s *System) forGit(r *http.Request) bool {
	path := r.URL.Path
	if u, err := s.Settings.public(); err == nil && u != nil {
		path = strings.TrimPrefix(path, u.Path)
	}
	return strings.HasPrefix(path, gitPath) || path == api.ContentPath
}

// gitDoor is who may come with git. They ask at the door of all operations, so that roles,
// what tokens are for and the policy count as they do there.
func (s *System) gitDoor() githost.Door {
	return githost.Door{
		Token: s.bearer,
		Key:   s.Identity.IdentifyKey,
		Admit: func(ctx context.Context, by prentice.Actor, repository string, pushes bool) error {
			name := "repository.clone"
			if pushes {
				name = "repository.push"
			}
			_, err := s.App.Invoke(ctx, op.Request{Actor: by, Op: name, In: codecontrol.NameIn{Name: repository}})
			return err
		},
		Status: func(err error) int { return op.ProblemOf(prentice.KindOf(err)).Status },
	}
}

// sshURL is where git comes over SSH, without the name of a repository; "" is not at all.
func (s *System) sshURL() string {
	if s.Settings.GitSSH == "" {
		return ""
	}
	host, port, err := net.SplitHostPort(s.Settings.GitSSH)
	if u, bad := url.Parse(s.url()); err == nil && bad == nil && (host == "" || net.ParseIP(host).IsUnspecified()) {
		host = u.Hostname()
	}
	return "ssh://git@" + net.JoinHostPort(host, port) + "/"
}

// listenSSH begins to serve git over SSH; nil where it is not served.
func (s *System) listenSSH(ctx context.Context) (func(context.Context) error, error) {
	if s.Settings.GitSSH == "" {
		return nil, nil
	}
	server, err := s.hosting.NewSSH(s.gitDoor(), s.path("keys/git_ssh_host"))
	if err != nil {
		return nil, err
	}
	l, err := listen(ctx, s.Settings.GitSSH)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error { return server.Serve(ctx, l) }, nil
}

// beginGit makes ready to take pushes.
func (s *System) beginGit() error {
	desk := skill.At[*codecontrol.Desk](s.Skills)
	if desk == nil {
		return errors.New("code control is not there")
	}
	s.hosting.Receiver = desk
	return s.hosting.Prepare()
}

// catalog is the team's catalog, with the repositories that are kept here and that no file
// of it names.
func (s *System) catalog() *team.Catalog {
	c := *s.Team.Catalog()
	desk := skill.At[*codecontrol.Desk](s.Skills)
	if desk == nil {
		return &c
	}
	kept, err := desk.Kept(context.Background())
	if err != nil {
		s.log.Warn("the repositories that are kept here", "err", err)
		return &c
	}
	list := slices.Clone(c.Repositories)
	for _, r := range kept {
		if !slices.ContainsFunc(list, func(named team.Repository) bool { return named.Git == r.Git || named.Ref == r.Ref }) {
			list = append(list, r)
		}
	}
	c.Repositories = list
	return &c
}

// mirrorsUsing are the repositories that are pushed elsewhere with a secret.
func (s *System) mirrorsUsing(secret string) []string {
	if desk := skill.At[*codecontrol.Desk](s.Skills); desk != nil {
		return desk.MirrorsUsing(secret)
	}
	return nil
}
