// Package forge says what prentice and a forge tell each other of pull requests.
//
// Its words: a forge keeps a team's repositories elsewhere (Gitea and Forgejo, GitHub,
// GitLab); a pull request, which GitLab calls a merge request, is what someone proposes
// there; a status is a word of prentice beside a commit, and the comment is the one that it
// keeps in a pull request and finds again by its marker.
//
// It refuses to put anything that strangers wrote into what it says there, and to say more
// than the forge can hold.
package forge

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/reach"
)

// Kind is which forge it is.
type Kind string

// The kinds. Forgejo speaks as Gitea does.
const (
	Gitea  Kind = "gitea"
	GitHub Kind = "github"
	GitLab Kind = "gitlab"
)

// Place is a repository on a forge.
type Place struct {
	Kind    Kind   `json:"kind"`
	Address string `json:"address"` // of the forge: https://git.example.org
	Project string `json:"project"` // owner and name: team/shop
}

// The most that is read of what others wrote.
const (
	mostTitle = 200
	mostBody  = 20_000
)

// part is one of a project's name. No forge allows more.
var part = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$`)

// Check refuses a place that is none, and an address by which secrets could be read on the
// way.
func (p Place) Check() error {
	if !slices.Contains([]Kind{Gitea, GitHub, GitLab}, p.Kind) {
		return prentice.Errorf(prentice.Invalid, "%q is no forge that is known", clip.Text(string(p.Kind))).Try("use gitea (for Forgejo too), github or gitlab")
	}
	u, err := url.Parse(p.Address)
	if err != nil || !reach.IsWeb(p.Address) || u.RawQuery != "" || u.Fragment != "" || strings.HasSuffix(p.Address, "/") || strings.ContainsAny(p.Address, " \\\"'") || u.Scheme != "https" && !reach.IsHere(p.Address) {
		return prentice.Errorf(prentice.Invalid, "%q is no address of a forge", clip.Text(p.Address)).Try("write it as https://git.example.org, without a name, a password or a slash at its end; http:// is for this machine alone")
	}
	names := strings.Split(p.Project, "/")
	bad := len(names) < 2 || len(names) > 2 && p.Kind != GitLab || len(p.Project) > 255
	for _, n := range names {
		bad = bad || !part.MatchString(n) || strings.Contains(n, "..") || strings.HasSuffix(n, ".git")
	}
	if bad {
		return prentice.Errorf(prentice.Invalid, "%q is no repository of a forge", clip.Text(p.Project)).Try("write it as OWNER/NAME, such as team/shop")
	}
	return nil
}

// Clone is where git reaches it.
func (p Place) Clone() string { return p.Address + "/" + p.Project + ".git" }

// Page is where people read a pull request.
func (p Place) Page(number int64) string {
	middle := map[Kind]string{Gitea: "pulls", GitHub: "pull", GitLab: "-/merge_requests"}[p.Kind]
	return fmt.Sprintf("%s/%s/%s/%d", p.Address, p.Project, middle, number)
}

// Ref is the ref in git that has the commits of a pull request, of those from forks too.
func (p Place) Ref(number int64) string {
	if p.Kind == GitLab {
		return fmt.Sprintf("refs/merge-requests/%d/head", number)
	}
	return fmt.Sprintf("refs/pull/%d/head", number)
}

// Remote is a repository elsewhere, with what git shows there.
type Remote struct {
	URL   string
	User  string
	Token string
}

// Remote is the place for git.
func (p Place) Remote(token string) Remote {
	user := "x-access-token"
	if p.Kind == GitLab {
		user = "oauth2"
	}
	return Remote{URL: p.Clone(), User: user, Token: token}
}

// Pull is a pull request.
type Pull struct {
	Number int64
	Title  string
	Body   string
	Author string // their name on the forge
	Head   string // the newest commit
	Target string // the branch that it is for
	Fork   bool   // its commits come from another repository than the one that it is for
	Draft  bool
	Open   bool
	Merged bool
}

// Short is the pull request with no more of it than is kept.
func (p Pull) Short() Pull {
	p.Title, p.Body, p.Author = clip.To(p.Title, mostTitle), clip.To(p.Body, mostBody), clip.To(p.Author, mostTitle)
	return p
}

// State is how a status stands.
type State string

// The states, in words of our own.
const (
	Pending State = "pending"
	Success State = "success"
	Failure State = "failure"
)

// Status is a word of prentice beside a commit.
type Status struct {
	Context string // what it is about: forges show one for each
	State   State
	Says    string
	Link    string
}

// What statuses are about. Forges are told to ask for Queue before a branch is moved: it is
// given to what the queue checked, and to no pull request before that.
const (
	Review = "prentice/review"
	Queue  = "prentice/queue"
)

// Wait is an error of a forge that says when to ask again.
type Wait struct {
	Err   error
	After time.Duration // 0 is not said
}

// Error implements error.
func (w *Wait) Error() string { return w.Err.Error() }

// Unwrap gives what went wrong.
func (w *Wait) Unwrap() error { return w.Err }

// longest is how long we let a forge send us away.
const longest = time.Hour

// Again says when a forge is asked after it failed so many times in a row.
func Again(now time.Time, failures int, after time.Duration) time.Time {
	pause := 15 * time.Second << min(max(failures-1, 0), 6)
	return now.Add(max(pause, min(after, longest)))
}
