package codecontrol

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/kit/diff"
	"prentice/internal/op"
)

// ChangeIn names a change.
type ChangeIn struct {
	Change string `json:"change" arg:"1" maxLength:"40" minLength:"1" example:"12" doc:"The change, as 12 or change/12."`
}

// DiffIn names a change and what of it is to be seen.
type DiffIn struct {
	ChangeIn
	Set   int    `json:"set,omitempty" minimum:"0" maximum:"100000" example:"3" doc:"The patch set; without it the newest."`
	Since int    `json:"since,omitempty" minimum:"0" maximum:"100000" example:"2" doc:"Compare with this patch set, instead of with what it stands on."`
	File  string `json:"file,omitempty" maxLength:"4096" example:"shop/basket.go" doc:"Only this file, all of it."`
	View  string `json:"view,omitempty" enum:"unified,split" default:"unified" doc:"How lines stand: under each other, or side by side."`
}

// ChangeShown is a change with all that is known of it but its lines.
type ChangeShown struct {
	change.Change
	Ref       prentice.Ref      `json:"ref"`
	Sets      []change.PatchSet `json:"sets"`
	Set       change.PatchSet   `json:"set"` // that is shown
	Votes     []change.Vote     `json:"votes"`
	Threads   []change.Thread   `json:"threads"`
	Drafts    int               `json:"drafts"`
	Reviewers []change.Asked    `json:"reviewers"`
	Stack     []change.Change   `json:"stack"` // on which it stands, the nearest first
	Above     []change.Change   `json:"above"` // that stand on it
	Landing   Landing           `json:"landing"`
	Files     []FileShown       `json:"files"`
	More      int               `json:"more,omitempty"` // files that are not shown
	Plus      int               `json:"plus"`
	Minus     int               `json:"minus"`
	Mine      bool              `json:"mine"` // who reads wrote or pushed some of it
	Fetch     string            `json:"fetch"`
	Pull      *PullLine         `json:"pull,omitempty"` // on the forge on which its repository is kept
}

// FileShown is a file of a change.
type FileShown struct {
	diff.File
	Viewed    bool            `json:"viewed"`
	Generated bool            `json:"generated,omitempty"`
	Folded    string          `json:"folded,omitempty"` // why its lines are not shown
	Threads   []change.Thread `json:"threads,omitempty"`
	Parts     []DiffPart      `json:"-"` // its lines, cut where threads stand
}

// Content is what someone has looked at who has looked at the file.
func (f FileShown) Content() string { return f.OldID + ".." + f.NewID }

// OpenThreads is how many threads on it are open.
func (f FileShown) OpenThreads() (n int) {
	for _, t := range f.Threads {
		if t.Open {
			n++
		}
	}
	return n
}

// Looked is how many of the files that are shown the reader has looked at.
func (s ChangeShown) Looked() (n int) {
	for _, f := range s.Files {
		if f.Viewed {
			n++
		}
	}
	return n
}

// DiffPart is a run of lines of a hunk, and the threads that stand below it.
type DiffPart struct {
	Hunk    diff.Hunk
	First   bool // a hunk begins with it
	Threads []change.Thread
}

// look is what a change is looked at with.
type look struct {
	in    DiffIn
	lines bool // the lines are wanted
}

// shown reads a change as someone sees it.
func (k *Desk) shown(ctx context.Context, by prentice.Actor, l look) (out ChangeShown, err error) {
	if out.Change, err = k.find(ctx, l.in.Change); err != nil {
		return out, err
	}
	c := out.Change
	out.Ref = c.Ref()
	if out.Sets, err = k.Changes.Sets(ctx, c.Number); err != nil {
		return out, err
	}
	if out.Set, err = setOf(c, out.Sets, cmp.Or(l.in.Set, c.PatchSet)); err != nil {
		return out, err
	}
	votes, err := k.Changes.Votes(ctx, c.Number)
	if err != nil {
		return out, err
	}
	out.Votes = slices.Concat([]change.Vote{}, change.Latest(votes))
	if out.Reviewers, err = k.Changes.Reviewers(ctx, c.Number); err != nil {
		return out, err
	}
	stack, err := k.Changes.Stack(ctx, c)
	if err != nil {
		return out, err
	}
	above, err := k.Changes.Above(ctx, c)
	if err != nil {
		return out, err
	}
	out.Stack, out.Above = slices.Concat([]change.Change{}, stack), slices.Concat([]change.Change{}, above)
	code, err := k.Open(ctx, c.Repository)
	if err != nil {
		return out, err
	}
	defer code.Close() //nolint:errcheck // it was only read
	if err := k.fill(ctx, by, code, l, &out); err != nil {
		return out, err
	}
	out.Fetch = "git fetch origin " + out.Set.Ref() + " && git switch --detach FETCH_HEAD"
	_, out.Mine = wroteAny(by, out.Sets)
	out.Pull, err = k.pullShown(ctx, c.Repository, c.Number)
	return out, err
}

func wroteAny(by prentice.Actor, sets []change.PatchSet) (string, bool) {
	for _, p := range by.People() {
		if how, wrote := change.Wrote(p, sets, nil); wrote {
			return how, true
		}
	}
	return "", false
}

func setOf(c change.Change, sets []change.PatchSet, number int) (change.PatchSet, error) {
	for _, s := range sets {
		if s.Number == number {
			return s, nil
		}
	}
	return change.PatchSet{}, prentice.Errorf(prentice.NotFound, "%s has no patch set %d", c.Ref(), number).Try("it has 1 to %d", c.PatchSet)
}

// fill reads files, threads and what is missing.
func (k *Desk) fill(ctx context.Context, by prentice.Actor, code Code, l look, out *ChangeShown) (err error) {
	from := out.Set.Base
	if l.in.Since > 0 {
		other, err := setOf(out.Change, out.Sets, l.in.Since)
		if err != nil {
			return err
		}
		from = other.Commit
	}
	limits, paths := diff.Usual(), []string(nil)
	if !l.lines {
		limits.Lines = 0
	}
	if l.in.File != "" {
		paths = []string{l.in.File}
	}
	files, more, err := code.Compare(ctx, from, out.Set.Commit, 3, limits, paths...)
	if err != nil {
		return err
	}
	all, rest := files, more
	if l.in.File != "" || l.in.Since > 0 || out.Set.Number != out.PatchSet {
		newest := out.Sets[len(out.Sets)-1]
		if all, rest, err = code.Compare(ctx, newest.Base, newest.Commit, 0, diff.Limits{Files: mostPathsOwned}); err != nil {
			return err
		}
	}
	if out.Change.Going() {
		if out.Landing, err = k.landing(ctx, by, code, out.Change, out.Sets, all, rest); err != nil {
			return err
		}
	}
	comments, err := k.Changes.Comments(ctx, out.Number)
	if err != nil {
		return err
	}
	out.Drafts = drafts(comments, by.Ref())
	if out.Threads, err = k.placed(ctx, code, out, comments, by.Ref()); err != nil {
		return err
	}
	seen, err := k.Changes.Viewed(ctx, by.Ref(), out.Repository)
	if err != nil {
		return err
	}
	out.More, out.Files = more, []FileShown{}
	for _, f := range files {
		out.Plus, out.Minus = out.Plus+f.Plus, out.Minus+f.Minus
		one := FileShown{File: f, Generated: generated(f)}
		one.Viewed = seen[[2]string{f.Path, one.Content()}]
		for _, t := range out.Threads {
			if t.File != "" && (t.File == f.Path || t.File == f.Was) {
				one.Threads = append(one.Threads, t)
			}
		}
		out.Files = append(out.Files, one)
	}
	return nil
}

func drafts(list []change.Comment, of prentice.Ref) (n int) {
	for _, c := range list {
		if c.Draft && c.By == of {
			n++
		}
	}
	return n
}

// placed are the threads of a change, each on the line on which it stands in what is shown.
func (k *Desk) placed(ctx context.Context, code Code, out *ChangeShown, comments []change.Comment, reader prentice.Ref) ([]change.Thread, error) {
	threads := slices.Concat([]change.Thread{}, change.Threads(comments, reader))
	moves := map[int][]diff.File{}
	for i := range threads {
		t := &threads[i]
		if t.Now = t.Line; t.Line == 0 || t.Side == change.Before || t.PatchSet == out.Set.Number {
			continue
		}
		if _, there := moves[t.PatchSet]; !there {
			of, err := setOf(out.Change, out.Sets, t.PatchSet)
			if err != nil {
				continue
			}
			files, _, err := code.Compare(ctx, of.Commit, out.Set.Commit, 0, diff.Usual())
			if err != nil {
				return nil, err
			}
			moves[t.PatchSet] = files
		}
		for _, f := range moves[t.PatchSet] {
			if t.File != f.Path && t.File != f.Was {
				continue
			}
			at, there := f.Follow(max(t.Line, t.Last))
			t.Now, t.Moved, t.File = at, !there, f.Path
		}
	}
	return threads, nil
}

// generated says whether a file is one that no person reads line by line.
func generated(f diff.File) bool {
	base := f.Path[strings.LastIndex(f.Path, "/")+1:]
	switch base {
	case "go.sum", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "Cargo.lock", "poetry.lock", "composer.lock", "Gemfile.lock", "uv.lock":
		return true
	}
	for _, end := range []string{".min.js", ".min.css", ".map", ".pb.go", "_pb2.py", ".snap", ".svg"} {
		if strings.HasSuffix(base, end) {
			return true
		}
	}
	if len(f.Hunks) > 0 && f.Hunks[0].New <= 1 {
		for _, l := range f.Hunks[0].Lines[:min(len(f.Hunks[0].Lines), 12)] {
			if strings.Contains(l.Text, "Code generated") && strings.Contains(l.Text, "DO NOT EDIT") || strings.Contains(l.Text, "@generated") {
				return true
			}
		}
	}
	return false
}

// How many lines are shown at once: of a file that no one asked for, and of all.
const (
	mostOfFile = 1500
	mostAtOnce = 6000
)

// fold leaves out lines of what is large, generated or looked at already, and cuts the rest
// where threads stand. A file that was asked for by name is shown whole.
func (s *ChangeShown) fold(asked string) {
	left := mostAtOnce
	for i := range s.Files {
		f := &s.Files[i]
		lines := 0
		for _, h := range f.Hunks {
			lines += len(h.Lines)
		}
		switch {
		case asked != "":
		case f.Binary:
			f.Folded = "it is no text"
		case f.Generated:
			f.Folded = "it is made by a program"
		case lines > mostOfFile:
			f.Folded = "it is large"
		case lines > left:
			f.Folded = "there is much before it"
		case f.Viewed:
			f.Folded = "you have looked at it"
		}
		if f.Folded != "" {
			f.Hunks = nil
			continue
		}
		left -= lines
		f.cut()
	}
}

// cut cuts the lines of a file where threads stand, and marks words.
func (f *FileShown) cut() {
	at := map[[2]int][]change.Thread{} // by side and line
	var rest []change.Thread
	for _, t := range f.Threads {
		side := 1
		if t.Side == change.Before {
			side = 0
		}
		at[[2]int{side, t.Now}] = append(at[[2]int{side, t.Now}], t)
	}
	for _, h := range f.Hunks {
		h.Mark()
		from := 0
		for i, l := range h.Lines {
			var here []change.Thread
			for side, n := range []int{l.Old, l.New} {
				if key := [2]int{side, n}; n > 0 && at[key] != nil {
					here = append(here, at[key]...)
					delete(at, key)
				}
			}
			if here != nil {
				f.Parts = append(f.Parts, DiffPart{Hunk: part(h, from, i+1), First: from == 0, Threads: here})
				from = i + 1
			}
		}
		if from < len(h.Lines) {
			f.Parts = append(f.Parts, DiffPart{Hunk: part(h, from, len(h.Lines)), First: from == 0})
		}
	}
	for _, t := range f.Threads { // on lines that are not shown
		side := 1
		if t.Side == change.Before {
			side = 0
		}
		if at[[2]int{side, t.Now}] != nil {
			rest = append(rest, t)
		}
	}
	if rest != nil {
		f.Parts = append(f.Parts, DiffPart{Threads: rest})
	}
}

func part(h diff.Hunk, from, to int) diff.Hunk {
	h.Lines = h.Lines[from:to]
	return h
}

func (k *Desk) changeShow(ctx context.Context, c op.Call, in ChangeIn) (ChangeShown, error) {
	return k.shown(ctx, c.Actor, look{in: DiffIn{ChangeIn: in}})
}

func (k *Desk) changeDiff(ctx context.Context, c op.Call, in DiffIn) (ChangeDiff, error) {
	out, err := k.shown(ctx, c.Actor, look{in: in, lines: true})
	if err != nil {
		return ChangeDiff{}, err
	}
	return ChangeDiff{ChangeShown: out, In: in}, nil
}

// ChangeDiff is a change with its lines.
type ChangeDiff struct {
	ChangeShown
	In DiffIn `json:"-"`
}

func (k *Desk) changeReview(ctx context.Context, c op.Call, in DiffIn) (ChangeReview, error) {
	out, err := k.changeDiff(ctx, c, in)
	if err == nil {
		out.fold(in.File)
	}
	return ChangeReview{out}, err
}

// ChangeReview is a change as a page shows it: what is large is folded.
type ChangeReview struct{ ChangeDiff }
