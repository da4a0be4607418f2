package standard

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
)

// mostOutcome is how many findings of one rule are kept.
const mostOutcome = 1000

// asked is a rule being asked.
type asked struct {
	rule  check.Rule
	judge judge
	err   error // it could not be asked at all

	mu       sync.Mutex // guards what follows
	findings []check.Finding
	more     int
	blind    string // what it could not look at
}

func (a *asked) add(list []check.Finding, err error) {
	if len(list) == 0 && err == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil && a.blind == "" {
		a.blind = clip.To(Shown(err.Error()), 300)
	}
	for _, f := range list {
		if len(a.findings) >= mostOutcome {
			a.more++
			continue
		}
		f.Rule = a.rule.ID
		if f.Remedy == "" {
			f.Remedy = a.rule.Remedy
		}
		a.findings = append(a.findings, f)
	}
}

func (a *asked) whole(ctx context.Context, v *View) {
	mine := *v
	mine.Covers = a.judge.covers
	defer a.recovered("")
	a.add(a.judge.whole(ctx, &mine))
}

// recovered keeps a fault of one analyser from ending the others: its rule is unknown.
func (a *asked) recovered(path string) {
	if fault := recover(); fault != nil {
		a.add(nil, fmt.Errorf("it ended with a fault of ours %s: %v", path, fault))
	}
}

func (a *asked) one(t *Text) {
	defer a.recovered("at " + Shown(t.Path))
	a.add(a.judge.each(t))
}

// file asks of one file all rules that look at it.
func (v *View) file(f check.File, each []*asked) {
	t := &Text{File: f, View: v}
	var read []*asked
	for _, a := range each {
		switch {
		case !a.judge.covers(f.Path):
		case a.judge.bare:
			a.one(t)
		case f.Mode == check.Regular || f.Mode == check.Executable:
			read = append(read, a)
		}
	}
	if len(read) == 0 || known(f.Path) {
		return
	}
	var err error
	if t.Bytes, err = v.Read(f); err != nil {
		for _, a := range read {
			a.add(nil, err)
		}
		return
	}
	for _, a := range read {
		a.one(t)
	}
}

// neverText are the endings of what is never text, however large it is.
var neverText = []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".pdf", ".zip", ".gz", ".tgz", ".xz", ".bz2", ".zst", ".7z", ".jar", ".mp3", ".mp4", ".mov", ".webm",
	".woff", ".woff2", ".ttf", ".otf", ".eot", ".wasm", ".psd", ".avif", ".ogg", ".wav", ".flac"}

func known(path string) bool {
	at := strings.LastIndexByte(path, '.')
	return at >= 0 && slices.Contains(neverText, strings.ToLower(path[at:]))
}

func (a *asked) outcome() check.Outcome {
	o := check.Outcome{Rule: a.rule.ID, Truth: prentice.Pass, Findings: a.findings}
	slices.SortFunc(o.Findings, func(x, y check.Finding) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column), cmp.Compare(x.Says, y.Says))
	})
	switch {
	case a.err != nil:
		o.Truth, o.Reason = prentice.NotSeen, clip.To(Shown(a.err.Error()), 300)
	case len(a.findings) > 0:
		o.Truth, o.Reason = prentice.Fail, fmt.Sprintf("found in %d places", len(a.findings)+a.more)
		if len(a.findings)+a.more == 1 {
			o.Reason = "found in one place"
		}
	case a.blind != "":
		o.Truth, o.Reason = prentice.NotSeen, a.blind
	}
	return o
}
