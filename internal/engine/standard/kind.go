package standard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
)

// Judge judges the rules of standards.
type Judge struct {
	BuiltIn   func() []Standard      // nil is none
	Team      func() ([]File, error) // the standards of the team folder; nil is none
	Analysers Analysers
	Version   string           // of the analysers
	Now       func() time.Time // what day it is

	compiled sync.Map // from what a rule asks to its judge
}

// Kind is the judge as a kind of check.
func (j *Judge) Kind() check.Kind {
	return check.Kind{Name: Kind, Rules: j.Rules, Check: j.Check, Tool: func() string {
		return "standards@" + j.Version + " " + j.today().Format(time.DateOnly)
	}}
}

// today has no hours: a verdict counts for the day.
func (j *Judge) today() time.Time {
	if j.Now == nil {
		return time.Time{}
	}
	return j.Now().UTC().Truncate(24 * time.Hour)
}

// Rules are those that are built in, and those of a repository's own standards. One of
// these that cannot be read is a rule that no one can judge: what it asked is unknown.
func (j *Judge) Rules(_ context.Context, t *check.Tree) ([]check.Rule, error) {
	var rules []check.Rule
	if j.BuiltIn != nil {
		for _, s := range j.BuiltIn() {
			rules = append(rules, s.Rules...)
		}
	}
	taken := map[string]bool{}
	for _, r := range rules {
		taken[r.ID] = true
	}
	theirs, err := j.Theirs()
	if err != nil {
		return nil, err
	}
	for _, s := range append(theirs, j.Own(t)...) {
		if s.Wrong != nil {
			rules = append(rules, unread(s))
			continue
		}
		for _, r := range s.Standard.Rules {
			if taken[r.ID] {
				return nil, prentice.Errorf(prentice.Invalid, "%s: there already is a rule %s", s.File, r.ID).Try("give the standard another name")
			}
			taken[r.ID] = true
			rules = append(rules, r)
		}
	}
	return rules, nil
}

// Theirs are the standards of the team folder.
func (j *Judge) Theirs() (list []Own, err error) {
	if j.Team == nil {
		return nil, nil
	}
	files, err := j.Team()
	for _, f := range files {
		own := Own{File: f.Name}
		own.Standard, own.Wrong = Read(f.Name, f.Name, f.Text, j.Analysers)
		list = append(list, own)
	}
	return list, err
}

// Own is a standard of a team or a repository, or what is wrong with its file.
type Own struct {
	File     string
	Standard Standard
	Wrong    []prentice.Finding
}

// Own are the standards that a repository keeps.
func (j *Judge) Own(t *check.Tree) []Own {
	var list []Own
	if t == nil {
		return nil
	}
	for _, f := range t.Files {
		if !strings.HasPrefix(f.Path, Folder+"/") || !strings.HasSuffix(f.Path, ".md") || f.Mode == check.Link || f.Mode == check.Submodule {
			continue
		}
		own := Own{File: f.Path}
		text, err := t.Read(f)
		if err != nil {
			own.Wrong = []prentice.Finding{{At: prentice.Pos{File: f.Path, Line: 1}, Error: true, Text: err.Error()}}
		} else {
			own.Standard, own.Wrong = Read(f.Path, f.Path, text, j.Analysers)
		}
		list = append(list, own)
	}
	return list
}

func unread(s Own) check.Rule {
	why := fmt.Sprintf("%s:%d: %s", s.File, s.Wrong[0].At.Line, s.Wrong[0].Text)
	name := strings.TrimSuffix(strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(s.File, Folder+"/"), "team/"+TeamFolder+"/"), "/", "-"), ".md")
	return check.Rule{ID: "unread/" + name, Kind: Kind, Says: "The standard " + s.File + " can be read", Why: "What it asks cannot be judged as long as it cannot be read.",
		Severity: claims.Block, Source: s.File, Asks: question{Unread: why}.text(), Remedy: s.Wrong[0].Hint}
}

func (j *Judge) judgeOf(r check.Rule) (judge, error) {
	if kept, found := j.compiled.Load(r.Asks); found {
		return kept.(judge), nil // only judges are kept there
	}
	var q question
	if err := json.Unmarshal([]byte(r.Asks), &q); err != nil {
		return judge{}, fmt.Errorf("what it asks cannot be read: %w", err)
	}
	if q.Unread != "" {
		return judge{}, errors.New(q.Unread)
	}
	one, err := q.compile(j.Analysers)
	if err == nil {
		j.compiled.Store(r.Asks, one)
	}
	return one, err
}

// Check gives an outcome for each rule. Each file is read once for all of them.
func (j *Judge) Check(ctx context.Context, t *check.Tree, rules []check.Rule) ([]check.Outcome, error) {
	v := viewOf(t, j.today())
	var each []*asked
	all := make([]*asked, len(rules))
	for i, r := range rules {
		a := &asked{rule: r}
		if a.judge, a.err = j.judgeOf(r); a.err == nil && a.judge.each != nil {
			each = append(each, a)
		}
		all[i] = a
	}
	var work sync.WaitGroup
	for _, a := range all {
		if a.err == nil && a.judge.whole != nil {
			work.Go(func() { a.whole(ctx, v) })
		}
	}
	next := make(chan check.File)
	for range max(runtime.GOMAXPROCS(0), 1) {
		work.Go(func() {
			for f := range next {
				v.file(f, each)
			}
		})
	}
	for _, f := range t.Files {
		if ctx.Err() != nil {
			break
		}
		next <- f
	}
	close(next)
	work.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	outcomes := make([]check.Outcome, len(all))
	for i, a := range all {
		outcomes[i] = a.outcome()
	}
	return outcomes, nil
}
