package leak

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// allow lets hits pass: those of commits, of paths, whose text looks so, or that hold a
// word which no secret holds.
type allow struct {
	all     bool // every condition must hold; else one is enough
	commits []string
	paths   []string
	target  string // what the patterns are of: "" is the secret, match, or line
	texts   []string
	stop    []string

	once     sync.Once
	path     *regexp.Regexp
	text     *regexp.Regexp
	stopping *words
}

func (a *allow) ready() *allow {
	a.once.Do(func() {
		if len(a.paths) > 0 {
			a.path = regexp.MustCompile("(?:" + strings.Join(a.paths, "|") + ")")
		}
		if len(a.texts) > 0 {
			a.text = regexp.MustCompile("(?:" + strings.Join(a.texts, "|") + ")")
		}
		if len(a.stop) > 0 {
			a.stopping = wordsOf(a.stop)
		}
	})
	return a
}

func (a *allow) ofCommit(commit string) bool {
	return commit != "" && slices.Contains(a.commits, strings.ToLower(commit))
}

func (a *allow) ofPath(path string) bool {
	return path != "" && a.ready().path != nil && a.path.MatchString(path)
}

// whole says whether all of a file may pass.
func (a *allow) whole(path, commit string) bool {
	if !a.all {
		return a.ofCommit(commit) || a.ofPath(path)
	}
	if len(a.texts)+len(a.stop) > 0 {
		return false
	}
	return (len(a.commits) == 0 || a.ofCommit(commit)) && (len(a.paths) == 0 || a.ofPath(path))
}

// hit says whether a hit may pass.
func (a *allow) hit(path, commit string, secret, match, line []byte) bool {
	a.ready()
	target := secret
	switch a.target {
	case "match":
		target = match
	case "line":
		target = line
	}
	text := len(target) > 0 && a.text != nil && a.text.Match(target)
	stop := len(secret) > 0 && a.stopping != nil && a.stopping.in(secret)
	if !a.all {
		return text || stop
	}
	return (len(a.commits) == 0 || a.ofCommit(commit)) && (len(a.paths) == 0 || a.ofPath(path)) && (len(a.texts) == 0 || text) && (len(a.stop) == 0 || stop)
}

func passes(list []*allow, path, commit string) bool {
	if path == "" && commit == "" {
		return false
	}
	return slices.ContainsFunc(list, func(a *allow) bool { return a.whole(path, commit) })
}

// AsksCommits says whether some hits pass in one commit and not in another.
func (d *Detector) AsksCommits() bool {
	asks := func(a *allow) bool { return len(a.commits) > 0 }
	return slices.ContainsFunc(d.allows, asks) || slices.ContainsFunc(d.rules, func(r *rule) bool { return slices.ContainsFunc(r.allows, asks) })
}
