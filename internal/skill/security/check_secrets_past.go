package security

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/leak"
)

// past is what was found in what commits brought, and in messages and names: each secret
// once, with all its places.
type past struct {
	mu      sync.Mutex // guards the rest
	found   map[string]*leaked
	known   map[[3]string][]spot // what was found between two contents: it is looked at once
	blind   []check.Finding
	allowed int
}

// leaked is one secret.
type leaked struct {
	check.Finding
	places []placed
}

type spot struct {
	leak.Hit
	inner string // the file in the archive
}

type placed struct {
	check.Place
	nth, column int
}

// searchPast looks at what each commit added to each file.
func searchPast(ctx context.Context, t *check.Tree, d *leak.Detector, a asked) (*past, error) {
	p := &past{found: map[string]*leaked{}, known: map[[3]string][]spot{}}
	ignore := map[string]bool{}
	for _, line := range a.Ignore {
		ignore[line] = true
	}
	wanted := func(commit, path string) bool { return ctx.Err() == nil && !d.Passes(path, commit) }
	err := t.Past.Each(ctx, wanted, func(added check.Added) {
		between := [3]string{added.Old, added.ID, added.Path}
		p.mu.Lock()
		spots, known := p.known[between]
		p.mu.Unlock()
		if !known || d.AsksCommits() {
			spots = p.look(d, added)
		}
		p.add(t, added, spots, ignore)
		p.mu.Lock()
		p.known[between] = spots
		p.mu.Unlock()
	})
	return p, err
}

// look finds what stands in what was added.
func (p *past) look(d *leak.Detector, added check.Added) (list []spot) {
	if added.Cut {
		p.cannot(added, "it is longer than what is read, and was not searched whole")
	}
	for _, part := range added.Parts {
		if added.Whole && leak.Archive(part.Text) {
			err := leak.Unpack(added.Path, part.Text, leak.Usual, func(name string, text []byte) {
				for _, h := range d.Find(leak.Text{Path: name, Commit: added.Commit, Bytes: text}) {
					list = append(list, spot{Hit: h, inner: strings.TrimPrefix(name, added.Path+"!")})
				}
			})
			if err != nil {
				p.cannot(added, "it is an archive that cannot be searched whole: "+err.Error())
			}
			continue
		}
		if added.Whole && leak.Binary(part.Text) {
			part.Text = nil
		}
		for _, h := range d.Find(leak.Text{Path: added.Path, Commit: added.Commit, Line: part.Line, Bytes: part.Text}) {
			list = append(list, spot{Hit: h})
		}
	}
	return list
}

func (p *past) cannot(added check.Added, says string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.blind = append(p.blind, check.Finding{Path: added.Path, Says: says + ", in " + added.In.Says(added.Commit), Key: "not searched " + added.ID})
}

// add puts hits under the secret that they are of.
func (p *past) add(t *check.Tree, added check.Added, spots []spot, ignore map[string]bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range spots {
		name := added.Path
		if s.inner != "" {
			name += "!" + s.inner
		}
		place := fmt.Sprintf("%s:%s:%d", name, s.Rule, s.Line)
		if ignore[place] || ignore[added.Commit+":"+place] {
			continue
		}
		if s.Allowed && allowedBefore(t, check.File{Path: added.Path}, s.line(added), s.Hit) {
			p.allowed++
			continue
		}
		of := s.Rule + "\x00" + s.Secret
		if p.found[of] == nil {
			p.found[of] = &leaked{Finding: finding(s.Hit)}
		}
		at := placed{check.Place{Commit: added.Commit, In: added.In, Path: added.Path, Line: s.Line}, added.Nth, s.Column}
		if s.inner != "" {
			at.Line = 0
		}
		p.found[of].places = append(p.found[of].places, at)
	}
}

// line is the text of the part up to the hit, so that its lines are counted as the hit's are.
func (s spot) line(added check.Added) []byte {
	for _, part := range added.Parts {
		if n := strings.Count(string(part.Text), "\n"); s.Line >= part.Line && s.Line <= part.Line+n {
			return append([]byte(strings.Repeat("\n", max(part.Line-1, 0))), part.Text...)
		}
	}
	return nil
}

// order is that in which places of one commit are told.
var order = map[check.In]int{check.Message: 1, check.TagMessage: 2, check.Name: 3}

// mostPlaces is how many places of a secret are told.
const mostPlaces = 100

// outcome is how the rule stands.
func (p *past) outcome(r check.Rule, of *check.Past) check.Outcome {
	o := check.Outcome{Rule: r.ID, Truth: prentice.Pass, Reason: of.Says}
	for _, l := range p.found {
		slices.SortFunc(l.places, func(a, b placed) int {
			return cmp.Or(-cmp.Compare(a.nth, b.nth), cmp.Compare(order[a.In], order[b.In]), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.column, b.column))
		})
		commits := map[string]bool{}
		for _, at := range l.places {
			if at.In == "" || at.In == check.Message {
				commits[at.Commit] = true
			}
			if len(l.Places) < mostPlaces {
				l.Places = append(l.Places, at.Place)
			}
		}
		first := l.places[0]
		l.Path, l.Line, l.Column = first.Path, first.Line, first.column
		if first.In != "" {
			l.Line, l.Column = 0, 0
		}
		l.Says += "; first in " + first.In.Says(first.Commit)
		if n := len(commits); n > 1 {
			l.Says += fmt.Sprintf(", in %d commits", n)
		}
		o.Findings = append(o.Findings, l.Finding)
	}
	o.Findings = append(o.Findings, p.blind...)
	if of.Lacks != "" {
		o.Truth, o.Reason = prentice.NotSeen, of.Lacks
	}
	if len(o.Findings) > 0 {
		o.Truth = prentice.Fail
	}
	return o
}
