package codecontrol

import (
	"context"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/code"
	"prentice/internal/kit/diff"
	"prentice/internal/op"
)

// The bounds of what is shown.
const (
	mostEntries  = 2000
	mostMatches  = 200
	mostPointers = 500
	mostAhead    = 100
	forLast      = 150 * time.Millisecond
	forSearch    = 10 * time.Second
)

// CodeTree is a folder.
type CodeTree struct {
	Spot
	Entries []code.Entry `json:"entries"`
	More    int          `json:"more,omitempty"` // entries that are not shown
	Readme  string       `json:"readme,omitempty"`
	Tells   string       `json:"tells,omitempty"` // the path of the file that Readme is of
}

func (k *Desk) codeTree(ctx context.Context, _ op.Call, in PathIn) (CodeTree, error) {
	out := CodeTree{Entries: []code.Entry{}}
	repo, spot, err := k.open(ctx, in.AtIn, in.Path)
	out.Spot = spot
	if err != nil {
		return out, err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	if spot.Commit == "" {
		return out, nil
	}
	if out.Entries, out.More, err = repo.List(ctx, spot.Commit, spot.Path, mostEntries); err != nil {
		return out, err
	}
	repo.Last(ctx, spot.Commit, spot.Path, out.Entries, forLast)
	if tells := code.Readme(out.Entries); tells != nil {
		text, err := repo.Content(tells.ID, code.MostShown)
		if err != nil {
			return out, err
		}
		out.Readme, out.Tells = strings.ToValidUTF8(string(text), "\uFFFD"), tells.Path
	}
	return out, nil
}

// CodeSource is a file.
type CodeSource struct {
	Spot
	Entry   code.Entry `json:"entry"`
	Content string     `json:"text,omitempty"`
	Lines   int        `json:"lines"`
	Not     string     `json:"not,omitempty"`     // why its lines are not shown
	Pointer string     `json:"pointer,omitempty"` // what a Git LFS pointer stands for
	Picture bool       `json:"picture,omitempty"`
	Foreign bool       `json:"foreign,omitempty"` // it is text in another encoding than UTF-8
	First   string     `json:"-"`                 // its first line
}

func (k *Desk) codeFile(ctx context.Context, _ op.Call, in PathIn) (CodeSource, error) {
	repo, spot, err := k.opened(ctx, in.AtIn, in.Path)
	out := CodeSource{Spot: spot}
	if err != nil {
		return out, err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	if out.Entry, err = repo.Entry(ctx, spot.Commit, spot.Path); err != nil {
		return out, err
	}
	return out, out.read(repo)
}

func (f *CodeSource) read(repo Sources) error {
	switch {
	case f.Entry.Kind == code.Folder:
		f.Not = "it is a folder"
		return nil
	case f.Entry.Kind == code.Submodule:
		f.Not = "it is a submodule: the commit " + f.Entry.ID + " of another repository, which .gitmodules names"
		return nil
	case f.Entry.Size > code.MostShown:
		f.Not = "it is large"
		return nil
	}
	content, err := repo.Content(f.Entry.ID, code.MostShown)
	if err != nil {
		return err
	}
	kind, shown := code.Type(f.Entry.Name, content)
	f.Picture = shown && strings.HasPrefix(kind, "image/")
	if f.Picture || code.Binary(content) {
		f.Not = "it is no text"
		return nil
	}
	f.Pointer = code.Pointed(content)
	f.Content, f.Lines = string(content), strings.Count(string(content), "\n")
	if len(content) > 0 && content[len(content)-1] != '\n' {
		f.Lines++
	}
	f.Foreign = strings.ToValidUTF8(f.Content, "") != f.Content
	f.First, _, _ = strings.Cut(f.Content, "\n")
	return nil
}

// CodeBlame is a file with where its lines come from.
type CodeBlame struct {
	Spot
	Parts []code.Part `json:"parts"`
	Not   string      `json:"not,omitempty"` // why they are not shown
}

func (k *Desk) codeBlame(ctx context.Context, _ op.Call, in PathIn) (CodeBlame, error) {
	repo, spot, err := k.opened(ctx, in.AtIn, in.Path)
	out := CodeBlame{Spot: spot, Parts: []code.Part{}}
	if err != nil {
		return out, err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	f := CodeSource{Spot: spot}
	if f.Entry, err = repo.Entry(ctx, spot.Commit, spot.Path); err != nil {
		return out, err
	}
	if err := f.read(repo); err != nil || f.Not != "" || f.Content == "" {
		out.Not = f.Not
		return out, err
	}
	out.Parts, err = repo.Blame(ctx, spot.Commit, spot.Path)
	return out, err
}

// CodeLog is commits, the newest first.
type CodeLog struct {
	Spot
	Commits []code.Commit `json:"commits"`
	After   int           `json:"after,omitempty"` // so many are newer
	More    int           `json:"next,omitempty"`  // what the next page comes after
}

func (k *Desk) codeLog(ctx context.Context, _ op.Call, in HistoryIn) (CodeLog, error) {
	repo, spot, err := k.open(ctx, in.AtIn, in.Path)
	out := CodeLog{Spot: spot, Commits: []code.Commit{}, After: in.After}
	if err != nil {
		return out, err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	if spot.Commit == "" {
		return out, nil
	}
	if out.Commits, err = repo.History(ctx, spot.Commit, "", spot.Path, in.After, in.Limit+1); err != nil {
		return out, err
	}
	if len(out.Commits) > in.Limit {
		out.Commits, out.More = out.Commits[:in.Limit], in.After+in.Limit
	}
	return out, nil
}

// CodeCommit is a commit and what it changed.
type CodeCommit struct {
	Spot
	Author    string      `json:"author"`
	Email     string      `json:"email,omitempty"`
	Time      time.Time   `json:"time"`
	Committer string      `json:"committer,omitempty"` // where that is another one
	Message   string      `json:"message"`
	Parents   []string    `json:"parents"`
	Files     []FileShown `json:"files"`
	MoreFiles int         `json:"more_files,omitempty"`
	Plus      int         `json:"plus"`
	Minus     int         `json:"minus"`
	View      string      `json:"-"`
	File      string      `json:"-"`
}

// Subject is the first line of what it says.
func (c CodeCommit) Subject() string { return firstLine(c.Message) }

// Says is the rest.
func (c CodeCommit) Says() string {
	_, rest, _ := strings.Cut(c.Message, "\n")
	return strings.TrimSpace(rest)
}

func firstLine(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return first
}

func (k *Desk) codeCommit(ctx context.Context, _ op.Call, in CommitIn) (CodeCommit, error) {
	repo, spot, err := k.opened(ctx, in.AtIn, "")
	out := CodeCommit{Spot: spot, View: in.View, File: in.File, Files: []FileShown{}, Parents: []string{}}
	if err != nil {
		return out, err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	c, err := repo.Proposed(spot.Commit)
	if err != nil {
		return out, err
	}
	out.Author, out.Email, out.Time, out.Message = c.Author, c.Email, c.Time, c.Message
	if c.Committer != c.Author {
		out.Committer = c.Committer
	}
	before := ""
	if len(c.Parents) > 0 {
		out.Parents, before = c.Parents, c.Parents[0]
	}
	out.Files, out.MoreFiles, out.Plus, out.Minus, err = compared(ctx, repo, before, spot.Commit, in.File)
	return out, err
}

// compared are the files that differ, large ones folded.
func compared(ctx context.Context, repo Sources, from, to, file string) (list []FileShown, more, plus, minus int, err error) {
	var paths []string
	if file != "" {
		paths = []string{file}
	}
	files, more, err := repo.Compare(ctx, from, to, 3, diff.Usual(), paths...)
	if err != nil {
		return nil, 0, 0, 0, err
	}
	s := ChangeShown{Files: []FileShown{}}
	for _, f := range files {
		plus, minus = plus+f.Plus, minus+f.Minus
		s.Files = append(s.Files, FileShown{File: f, Generated: generated(f)})
	}
	s.fold(file)
	return s.Files, more, plus, minus, nil
}

// CodeCompare is what one commit has that another has not.
type CodeCompare struct {
	Spot                    // of the one that is compared
	From      string        `json:"from"`
	Base      string        `json:"base,omitempty"` // the last commit that both have
	Ahead     []code.Commit `json:"ahead"`          // commits that only the one has
	MoreAhead bool          `json:"more_ahead,omitempty"`
	Files     []FileShown   `json:"files"`
	MoreFiles int           `json:"more_files,omitempty"`
	Plus      int           `json:"plus"`
	Minus     int           `json:"minus"`
	View      string        `json:"-"`
	File      string        `json:"-"`
}

func (k *Desk) codeCompare(ctx context.Context, _ op.Call, in CompareIn) (CodeCompare, error) {
	repo, spot, err := k.opened(ctx, AtIn{in.Repository, in.To}, "")
	out := CodeCompare{Spot: spot, View: in.View, File: in.File, Files: []FileShown{}, Ahead: []code.Commit{}}
	if err != nil {
		return out, err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	from, as, err := repo.Named(ctx, in.From)
	if err != nil {
		return out, err
	}
	out.From = as
	if out.Base, err = repo.Shared(ctx, from, spot.Commit); err != nil {
		return out, err
	}
	if out.Base == "" {
		return out, prentice.Errorf(prentice.Invalid, "%s and %s have no commit in common", clipped(as), clipped(spot.At)).Try("compare two that have")
	}
	if out.Ahead, err = repo.History(ctx, spot.Commit, from, "", 0, mostAhead+1); err != nil {
		return out, err
	}
	if len(out.Ahead) > mostAhead {
		out.Ahead, out.MoreAhead = out.Ahead[:mostAhead], true
	}
	out.Files, out.MoreFiles, out.Plus, out.Minus, err = compared(ctx, repo, out.Base, spot.Commit, in.File)
	return out, err
}

// CodeFound is what a search found.
type CodeFound struct {
	Spot
	Text       string       `json:"text"`
	Expression bool         `json:"expression,omitempty"`
	AnyCase    bool         `json:"any_case,omitempty"`
	Matches    []code.Match `json:"matches"`
	Whole      bool         `json:"whole"` // all files were looked at
}

// Found are the lines that were found in one file.
type Found struct {
	Path    string
	Matches []code.Match
}

// Files are the lines by file.
func (f CodeFound) Files() (list []Found) {
	for _, m := range f.Matches {
		if n := len(list); n == 0 || list[n-1].Path != m.Path {
			list = append(list, Found{Path: m.Path})
		}
		one := &list[len(list)-1]
		one.Matches = append(one.Matches, m)
	}
	return list
}

func (k *Desk) codeSearch(ctx context.Context, _ op.Call, in SearchIn) (CodeFound, error) {
	repo, spot, err := k.open(ctx, in.AtIn, in.Path)
	out := CodeFound{Spot: spot, Text: in.Text, Expression: in.Expression, AnyCase: in.AnyCase, Matches: []code.Match{}, Whole: true}
	if err != nil {
		return out, err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	if spot.Commit == "" || in.Text == "" {
		return out, nil
	}
	out.Matches, out.Whole, err = repo.Search(ctx, spot.Commit, code.Query{Text: in.Text, Expression: in.Expression, AnyCase: in.AnyCase, Path: spot.Path, Most: mostMatches, Within: forSearch})
	return out, err
}

// CodeRefs are the branches and tags.
type CodeRefs struct {
	Spot
	Branches []code.Pointer `json:"branches"`
	Tags     []code.Pointer `json:"tags"`
}

func (k *Desk) codeRefs(ctx context.Context, _ op.Call, in AtIn) (CodeRefs, error) {
	repo, spot, err := k.open(ctx, AtIn{Repository: in.Repository}, "")
	out := CodeRefs{Spot: spot, Branches: []code.Pointer{}, Tags: []code.Pointer{}}
	if err != nil {
		return out, err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	out.Branches, out.Tags, err = repo.Pointers(ctx, mostPointers)
	return out, err
}
