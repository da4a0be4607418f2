// Package forgetest is a forge on loopback, for tests: a real git repository behind git's own
// http-backend, and the documented API of Gitea, GitHub or GitLab beside it.
//
// It is strict: a path, a parameter, a header or a field that is not documented is written
// down as a fault, and the test that asks for the faults fails. It can fail in each way in
// which forges do.
package forgetest

import (
	"fmt"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"prentice/internal/engine/forge"
)

// Token is the one that is let in, and Bot whose it is.
const (
	Token = "let-me-in-let-me-in"
	Bot   = "prentice-bot"
)

// Project is the one repository that it has.
const Project = "team/shop"

// Server is the forge.
type Server struct {
	*httptest.Server
	Kind forge.Kind
	Dir  string // the bare repository

	mu       sync.Mutex
	pulls    []*Pull
	statuses []Status
	comments []Comment
	asked    []string
	faults   []string
	ill      Ill
	next     int64
}

// Ill is how it does not do what it should.
type Ill struct {
	Code    int           // answers this to everything of the API
	Retry   string        // with this Retry-After
	Huge    bool          // answers without an end
	Silent  bool          // takes the connection, and does not answer
	Lost    bool          // does what it is asked to, and loses the answer
	Only    string        // only where the method and path have this
	Pushes  bool          // it takes no push to main
	Timeout time.Duration // how long it is silent
}

// Pull is a pull request.
type Pull struct {
	forge.Pull
	Source string // its branch

	followed string // the commits of its branch and of main that were looked at last
}

// Status is one that was set.
type Status struct {
	Commit, Context, State, Says, Link string
}

// Comment is one that was made.
type Comment struct {
	ID     int64
	Pull   int64
	Author string
	Text   string
	Edits  int
}

// New begins one with an empty repository below a folder.
func New(kind forge.Kind, folder string) (*Server, error) {
	s := &Server{Kind: kind, Dir: filepath.Join(folder, Project+".git"), next: 100}
	if out, err := s.git("", "init", "--quiet", "--bare", "--initial-branch=main", s.Dir); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	for _, set := range [][2]string{{"http.receivepack", "true"}, {"uploadpack.allowAnySHA1InWant", "true"}, {"receive.denyDeleteCurrent", "ignore"}, {"receive.hideRefs", "refs/pull"}} {
		if out, err := s.git(s.Dir, "config", set[0], set[1]); err != nil {
			return nil, fmt.Errorf("%w: %s", err, out)
		}
	}
	hook := "#!/bin/sh\nwhile read old new ref; do [ \"$ref\" = refs/heads/main ] && [ -e \"$GIT_DIR/closed\" ] && { echo 'protected branch'; exit 1; }; done; exit 0\n"
	if err := os.WriteFile(filepath.Join(s.Dir, "hooks", "pre-receive"), []byte(hook), 0o755); err != nil { //nolint:gosec // git runs it
		return nil, err
	}
	back, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		return nil, err
	}
	backend := &cgi.Handler{Path: filepath.Join(strings.TrimSpace(string(back)), "git-http-backend"), Root: "/", Env: []string{"GIT_PROJECT_ROOT=" + folder, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=" + Bot, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1"}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			s.api(w, r)
			return
		}
		if _, password, _ := r.BasicAuth(); password != Token {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		s.mu.Lock()
		ill := s.ill
		s.mu.Unlock()
		if ill.Code >= 500 {
			w.WriteHeader(ill.Code)
			return
		}
		backend.ServeHTTP(w, r)
	}))
	return s, nil
}

// Place is where it is.
func (s *Server) Place() forge.Place {
	return forge.Place{Kind: s.Kind, Address: s.URL, Project: Project}
}

func (s *Server) git(dir string, args ...string) (string, error) {
	c := exec.Command("git", args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	out, err := c.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// At is the commit at which a ref is, or "".
func (s *Server) At(ref string) string {
	out, err := s.git(s.Dir, "rev-parse", "--verify", "--quiet", ref)
	if err != nil {
		return ""
	}
	return out
}

// Propose opens a pull request for main: of a branch of its own, or, with "fork:BRANCH", of
// the one of that name as if it came from a fork.
func (s *Server) Propose(source, title, body, author string) (int64, error) {
	branch, fork := strings.CutPrefix(source, "fork:")
	head := s.At("refs/heads/" + branch)
	if head == "" {
		return 0, fmt.Errorf("there is no branch %s", branch)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &Pull{Source: branch, Pull: forge.Pull{Number: int64(len(s.pulls) + 1), Title: title, Body: body, Author: author, Head: head, Target: "main", Fork: fork, Open: true}}
	s.pulls = append(s.pulls, p)
	return p.Number, s.follow()
}

// follow gives each pull request the commits that its branch has now, and marks those as
// merged whose commits main has, as GitHub and GitLab do.
func (s *Server) follow() error {
	out, err := s.git(s.Dir, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads")
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	heads := map[string]string{}
	for line := range strings.Lines(out) {
		name, id, _ := strings.Cut(strings.TrimSpace(line), " ")
		heads[name] = id
	}
	for _, p := range s.pulls {
		if head := heads[p.Source]; head != "" && p.Open {
			p.Head = head
		}
		if p.followed == p.Head+heads["main"] {
			continue
		}
		p.followed = p.Head + heads["main"]
		if out, err := s.git(s.Dir, "update-ref", s.Place().Ref(p.Number), p.Head); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		if p.Open && s.Kind != forge.Gitea {
			if _, err := s.git(s.Dir, "merge-base", "--is-ancestor", p.Head, "refs/heads/main"); err == nil {
				p.Open, p.Merged = false, true
			}
		}
	}
	return nil
}

// Turn makes a pull request open or not, and merged or not.
func (s *Server) Turn(number int64, open, merged bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.pulls {
		if p.Number == number {
			p.Open, p.Merged = open, merged
		}
	}
}

// Pull is one as it stands.
func (s *Server) Pull(number int64) Pull {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.follow(); err != nil {
		s.faults = append(s.faults, err.Error())
	}
	for _, p := range s.pulls {
		if p.Number == number {
			return *p
		}
	}
	return Pull{}
}

// Say makes a comment of someone.
func (s *Server) Say(pull int64, author, text string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	s.comments = append(s.comments, Comment{ID: s.next, Pull: pull, Author: author, Text: text})
	return s.next
}

// Fall makes it ill, and well again with the zero Ill.
func (s *Server) Fall(ill Ill) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ill = ill
	closed := filepath.Join(s.Dir, "closed")
	if ill.Pushes {
		return os.WriteFile(closed, nil, 0o600)
	}
	if err := os.Remove(closed); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// Statuses are those of a commit, the last one of each context, by context.
func (s *Server) Statuses(commit string) map[string]Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]Status{}
	for _, one := range s.statuses {
		if one.Commit == commit {
			all[one.Context] = one
		}
	}
	return all
}

// Comments are those of a pull request.
func (s *Server) Comments(pull int64) []Comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.comments), func(c Comment) bool { return c.Pull != pull })
}

// Faults are what was asked of it that is not documented.
func (s *Server) Faults() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.faults)
}

// Asked is how often something was asked: a method, and the end of a path.
func (s *Server) Asked(what string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.asked {
		if strings.Contains(one, what) {
			n++
		}
	}
	return n
}
