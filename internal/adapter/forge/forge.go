// Package forge speaks with forges: Gitea and Forgejo (API v1), GitHub (REST) and GitLab
// (API v4), each of which reads pull requests, takes statuses and keeps a comment.
//
// It follows no redirect, reads no more than a bound, asks for no more pages than a bound,
// reaches this machine only for those who name it, and its errors hold no token. What a
// forge says is untrusted: an id of a commit is one or is refused.
package forge

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/engine/forge"
	"prentice/internal/kit/clip"
)

// Forge is a repository on a forge.
type Forge struct {
	place  forge.Place
	ask    *asker
	speaks language
}

// language is what one kind of forge calls things.
type language interface {
	open(ctx context.Context, page int) (list []forge.Pull, more bool, err error)
	pull(ctx context.Context, number int64) (forge.Pull, error)
	status(ctx context.Context, commit string, s forge.Status) error
	me(ctx context.Context) (string, error)
	comments(ctx context.Context, pull int64, page int) (list []comment, more bool, err error)
	say(ctx context.Context, pull int64, text string) (id string, err error)
	edit(ctx context.Context, pull int64, id, text string) error
	merged(ctx context.Context, pull int64, commit string) error
	shut(ctx context.Context, pull int64) error
}

type comment struct {
	id, author, text string
}

// The most that is asked of one forge: with a hundred on a page.
const (
	mostPages    = 20
	mostComments = 50
)

// Open is a repository on a forge, for the bearer of a token.
func Open(p forge.Place, token string) (*Forge, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	if token == "" || strings.ContainsAny(token, "\r\n\x00 ") {
		return nil, prentice.Errorf(prentice.Refused, "the token for %s is empty, or none that can be sent", p.Address).Try("set it as the forge shows it: prentice secret rotate NAME -")
	}
	a := newAsker(p, token)
	f := &Forge{place: p, ask: a}
	switch p.Kind {
	case forge.GitLab:
		f.speaks = lab{a, p}
	default:
		f.speaks = hub{a, p}
	}
	return f, nil
}

// Pulls are the pull requests that are open.
func (f *Forge) Pulls(ctx context.Context) (all []forge.Pull, err error) {
	for page := 1; ; page++ {
		list, more, err := f.speaks.open(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			if err := sound(p); err != nil {
				return nil, err
			}
			all = append(all, p.Short())
		}
		if !more {
			return all, nil
		}
		if page == mostPages {
			return nil, prentice.Errorf(prentice.Limited, "%s has more than %d open pull requests", f.place.Project, len(all)).Try("close those that no one works on")
		}
	}
}

// Pull is one pull request as it is now.
func (f *Forge) Pull(ctx context.Context, number int64) (forge.Pull, error) {
	p, err := f.speaks.pull(ctx, number)
	if err == nil {
		err = sound(p)
	}
	if err == nil && p.Number != number {
		err = odd(f.place, "pull request %d, and was asked for %d", p.Number, number)
	}
	return p.Short(), err
}

var commitID = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// sound refuses what no pull request can be. The commit of one that is closed may be gone.
func sound(p forge.Pull) error {
	if p.Number <= 0 || p.Open && !commitID.MatchString(p.Head) {
		return prentice.Errorf(prentice.Unavailable, "the forge tells of pull request %d with the commit %q", p.Number, clip.Text(p.Head)).Try("look at it on the forge; it is asked again in a while")
	}
	return nil
}

// SetStatus says something beside a commit; the last one of a context counts.
func (f *Forge) SetStatus(ctx context.Context, commit string, s forge.Status) error {
	if !commitID.MatchString(commit) {
		return prentice.Errorf(prentice.Invalid, "%q is no id of a commit", clip.Text(commit)).Try("give all of it")
	}
	return f.speaks.status(ctx, commit, s)
}

// Comment keeps the one comment of ours in a pull request: the one that is known, the one
// that is found by its marker, or a new one where there is none. Where it cannot be known
// that there is none, none is made.
func (f *Forge) Comment(ctx context.Context, pull int64, known, text string) (id string, err error) {
	if known != "" {
		err := f.speaks.edit(ctx, pull, known, text)
		if err == nil || prentice.KindOf(err) != prentice.NotFound {
			return known, err
		}
	}
	if id, err = f.find(ctx, pull); err != nil {
		return "", err
	}
	if id != "" {
		return id, f.speaks.edit(ctx, pull, id, text)
	}
	return f.speaks.say(ctx, pull, text)
}

// find is the comment of ours that begins with the marker. One of another person that has it
// is theirs.
func (f *Forge) find(ctx context.Context, pull int64) (string, error) {
	me, err := f.speaks.me(ctx)
	if err != nil {
		return "", err
	}
	for page := 1; ; page++ {
		list, more, err := f.speaks.comments(ctx, pull, page)
		if err != nil {
			return "", err
		}
		for _, c := range list {
			if strings.EqualFold(c.author, me) && strings.HasPrefix(strings.TrimSpace(c.text), forge.Marker) {
				return c.id, nil
			}
		}
		if !more {
			return "", nil
		}
		if page == mostComments {
			return "", prentice.Errorf(prentice.Limited, "pull request %d has more comments than are read, and a second one of ours is never made", pull).Try("make a new pull request of it")
		}
	}
}

// Landed makes the forge say of a pull request that it was merged as a commit. Forges that
// see so by themselves are given the time: not yet is no error. At last it is closed.
func (f *Forge) Landed(ctx context.Context, pull int64, commit string, last bool) (done bool, err error) {
	p, err := f.Pull(ctx, pull)
	if err != nil || !p.Open {
		return err == nil, err
	}
	if err := f.speaks.merged(ctx, pull, commit); err != nil && prentice.KindOf(err) == prentice.Unavailable {
		return false, err
	}
	if p, err = f.Pull(ctx, pull); err != nil || !p.Open || !last {
		return err == nil && !p.Open, err
	}
	return true, f.speaks.shut(ctx, pull)
}

func odd(p forge.Place, format string, args ...any) error {
	return prentice.Errorf(prentice.Unavailable, "%s answers what cannot be read: %s", p.Address, fmt.Sprintf(format, args...)).Try("see that the address is that of the forge, and its kind the right one")
}
