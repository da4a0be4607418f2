package security

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/leak"
)

// search is what was found in a tree.
type search struct {
	mu      sync.Mutex // guards the rest
	found   []check.Finding
	blind   []check.Finding // what could not be looked at
	allowed int             // hits on lines that let themselves pass
}

// searchTree looks at every file once.
func searchTree(ctx context.Context, t *check.Tree, d *leak.Detector, a asked) (*search, error) {
	s := &search{}
	next := make(chan check.File)
	var work sync.WaitGroup
	for range max(runtime.GOMAXPROCS(0), 1) {
		work.Go(func() {
			for f := range next {
				s.file(t, d, a, f)
			}
		})
	}
	for _, f := range t.Files {
		if ctx.Err() != nil {
			break
		}
		if f.Mode != check.Submodule && !d.Passes(f.Path, "") {
			next <- f
		}
	}
	close(next)
	work.Wait()
	return s, ctx.Err()
}

func (s *search) file(t *check.Tree, d *leak.Detector, a asked, f check.File) {
	text, err := t.Read(f)
	if err != nil {
		says := "it cannot be read, and may hold a secret: " + err.Error()
		if prentice.KindOf(err) == prentice.Limited {
			says = fmt.Sprintf("it has more than %d bytes, and was not searched", check.MostFile)
		}
		s.cannot(check.Finding{Path: f.Path, Says: says, Key: "not searched"})
		return
	}
	if leak.Archive(text) {
		err := leak.Unpack(f.Path, text, leak.Usual, func(name string, inner []byte) { s.text(t, d, a, f, name, inner) })
		if err != nil {
			s.cannot(check.Finding{Path: f.Path, Says: "it is an archive that cannot be searched whole: " + err.Error(), Key: "not searched"})
		}
		return
	}
	if leak.Binary(text) {
		text = nil // its name may say enough
	}
	s.text(t, d, a, f, f.Path, text)
}

func (s *search) cannot(f check.Finding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blind = append(s.blind, f)
}

// text looks at one text, of a file or of one within it.
func (s *search) text(t *check.Tree, d *leak.Detector, a asked, f check.File, name string, text []byte) {
	for _, h := range d.Find(leak.Text{Path: name, Bytes: text}) {
		if slices.Contains(a.Ignore, fmt.Sprintf("%s:%s:%d", name, h.Rule, h.Line)) {
			continue
		}
		if h.Allowed && allowedBefore(t, f, text, h) {
			s.mu.Lock()
			s.allowed++
			s.mu.Unlock()
			continue
		}
		one := finding(h)
		if one.Path = f.Path; name != f.Path {
			one.Says, one.Line = one.Says+", in "+strings.TrimPrefix(name, f.Path+"!"), 0
		}
		if h.Allowed {
			one.Says += "; its line lets itself pass with gitleaks:allow, which counts once it is on the base"
		}
		s.mu.Lock()
		s.found = append(s.found, one)
		s.mu.Unlock()
	}
}

// allowedBefore says whether a line that lets itself pass may do so: no change may excuse
// itself, so that its base must have the line as well.
func allowedBefore(t *check.Tree, f check.File, text []byte, h leak.Hit) bool {
	if t.Base == nil {
		return true
	}
	if slices.ContainsFunc(t.Base.Files, func(old check.File) bool { return old.ID == f.ID }) {
		return true
	}
	before, err := t.Base.Text(f.Path)
	if err != nil {
		return false
	}
	lines := bytes.Split(text, []byte("\n"))
	return h.Line >= 1 && h.Line <= len(lines) && slices.ContainsFunc(bytes.Split(before, []byte("\n")), func(line []byte) bool {
		return bytes.Equal(line, lines[h.Line-1])
	})
}

// finding is a hit as it may be shown.
func finding(h leak.Hit) check.Finding {
	f := check.Finding{Line: h.Line, Column: h.Column, Says: h.Says, Saw: leak.Masked(h.Secret), Key: leak.Key(h.Rule, h.Secret)}
	if f.Says = strings.TrimSpace(h.Says); f.Says == "" {
		f.Says = "it looks like a secret"
	}
	f.Says = h.Rule + ": " + strings.TrimSuffix(f.Says, ".")
	if h.Line == 0 {
		f.Saw = ""
	}
	return f
}

// outcome is how the rule stands.
func (s *search) outcome(r check.Rule) check.Outcome {
	o := check.Outcome{Rule: r.ID, Truth: prentice.Pass, Findings: s.found}
	if len(s.found) > 0 {
		o.Truth = prentice.Fail
	}
	if s.allowed > 0 {
		o.Reason = fmt.Sprintf("lines that let themselves pass with gitleaks:allow: %d", s.allowed)
	}
	return o
}
