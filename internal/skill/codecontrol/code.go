package codecontrol

import (
	"context"
	"io"
	"net/url"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/code"
	"prentice/internal/kit/diff"
	"prentice/internal/op"
)

// Sources is a repository as it is looked at.
type Sources interface {
	Named(ctx context.Context, name string) (commit, as string, err error)
	List(ctx context.Context, commit, dir string, most int) (list []code.Entry, more int, err error)
	Entry(ctx context.Context, commit, path string) (code.Entry, error)
	Content(id string, most int64) ([]byte, error)
	CopyTo(ctx context.Context, id string, to io.Writer) error
	Archive(ctx context.Context, commit, format, folder string, to io.Writer) error
	History(ctx context.Context, commit, not, path string, skip, most int) ([]code.Commit, error)
	Last(ctx context.Context, commit, dir string, entries []code.Entry, within time.Duration)
	Blame(ctx context.Context, commit, path string) ([]code.Part, error)
	Search(ctx context.Context, commit string, q code.Query) (list []code.Match, whole bool, err error)
	Pointers(ctx context.Context, most int) (branches, tags []code.Pointer, err error)
	Shared(ctx context.Context, a, b string) (string, error)
	Proposed(id string) (change.Commit, error)
	Compare(ctx context.Context, from, to string, around int, most diff.Limits, paths ...string) (files []diff.File, more int, err error)
	Close() error
}

// AtIn names a repository and one of its commits.
type AtIn struct {
	Repository string `json:"repository" arg:"1" of:"repository" minLength:"1" maxLength:"120" example:"shop" doc:"The repository."`
	At         string `json:"at,omitempty" maxLength:"250" example:"v1.2" doc:"A branch, a tag or a commit; without it the branch that counts."`
}

// About implements op.Abouter.
func (in AtIn) About() ([]prentice.Ref, error) {
	return []prentice.Ref{prentice.NewRef("repository", in.name())}, nil
}

func (in AtIn) name() string { return strings.TrimPrefix(in.Repository, "repository/") }

// PathIn names a path in a repository.
type PathIn struct {
	AtIn
	Path string `json:"path,omitempty" arg:"2" maxLength:"4096" example:"shop/basket.go" doc:"A file or a folder of it."`
}

// HistoryIn chooses commits.
type HistoryIn struct {
	PathIn
	After int `json:"after,omitempty" minimum:"0" maximum:"1000000" example:"50" doc:"So many of the newest are left out: the next page."`
	Limit int `json:"limit,omitempty" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
}

// CommitIn names a commit.
type CommitIn struct {
	AtIn
	File string `json:"file,omitempty" maxLength:"4096" example:"shop/basket.go" doc:"Only this file, all of it."`
	View string `json:"view,omitempty" enum:"unified,split" default:"unified" doc:"How lines stand: under each other, or side by side."`
}

// CompareIn names two commits.
type CompareIn struct {
	Repository string `json:"repository" arg:"1" of:"repository" minLength:"1" maxLength:"120" example:"shop" doc:"The repository."`
	From       string `json:"from,omitempty" arg:"2" maxLength:"250" example:"v1.2" doc:"A branch, a tag or a commit; without it the branch that counts."`
	To         string `json:"to,omitempty" arg:"3" maxLength:"250" example:"main" doc:"Another one; without it the branch that counts."`
	File       string `json:"file,omitempty" maxLength:"4096" example:"shop/basket.go" doc:"Only this file, all of it."`
	View       string `json:"view,omitempty" enum:"unified,split" default:"unified" doc:"How lines stand: under each other, or side by side."`
}

// About implements op.Abouter.
func (in CompareIn) About() ([]prentice.Ref, error) { return AtIn{Repository: in.Repository}.About() }

// SearchIn is what is searched for.
type SearchIn struct {
	AtIn
	Text       string `json:"text,omitempty" arg:"2" maxLength:"400" example:"count(basket" doc:"A part of a line."`
	Path       string `json:"path,omitempty" maxLength:"4096" example:"shop" doc:"Only below this path."`
	Expression bool   `json:"expression,omitempty" doc:"The text is an extended regular expression."`
	AnyCase    bool   `json:"any_case,omitempty" doc:"Capital letters do not count."`
}

// ArchiveCodeIn is what is packed.
type ArchiveCodeIn struct {
	AtIn
	Format string `json:"format,omitempty" enum:"tar.gz,zip" default:"tar.gz" doc:"As what."`
}

// Spot is where in a repository something is.
type Spot struct {
	Repository string `json:"repository"`
	At         string `json:"at"`     // as it was asked for, or the branch that counts
	Commit     string `json:"commit"` // "" where there is none yet
	Path       string `json:"path,omitempty"`
}

// Address is that of a page about a path of what is shown.
func (s Spot) Address(page, path string) string {
	q := url.Values{}
	if s.At != "" {
		q.Set("at", s.At)
	}
	if path != "" {
		q.Set("path", path)
	}
	return address("/repositories/"+url.PathEscape(s.Repository)+"/"+page, q)
}

// To is the address of a page about the whole repository, at another commit.
func (s Spot) To(page, at string) string {
	return Spot{Repository: s.Repository, At: at}.Address(page, "")
}

// Raw is the address of the content of a file as it is.
func (s Spot) Raw(path string) string {
	return address("/download/code.raw", url.Values{"repository": {s.Repository}, "at": {s.Commit}, "path": {path}})
}

func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// Crumb is a folder above what is shown.
type Crumb struct{ Name, Path string }

// Crumbs are the folders above a path, and itself.
func (s Spot) Crumbs() (list []Crumb) {
	at := 0
	for part := range strings.SplitSeq(s.Path, "/") {
		if part == "" {
			continue
		}
		at += len(part)
		list = append(list, Crumb{part, s.Path[:at]})
		at++
	}
	return list
}

// Folder is the address by which what a file of a folder names is found.
func (s Spot) Folder() string { return s.Address("tree", s.Path) }

// open finds the repository and the commit that someone asks for.
func (k *Desk) open(ctx context.Context, in AtIn, path string) (Sources, Spot, error) {
	spot := Spot{Repository: in.name(), At: in.At, Path: strings.Trim(path, "/")}
	if k.Sources == nil {
		return nil, spot, prentice.Errorf(prentice.Unavailable, "no repositories are read here").Try("start prentice: prentice up")
	}
	repo, err := k.Sources(ctx, spot.Repository)
	if err != nil {
		return nil, spot, err
	}
	if spot.Commit, spot.At, err = repo.Named(ctx, in.At); err != nil {
		repo.Close() //nolint:errcheck // the first error says it all
		return nil, spot, err
	}
	return repo, spot, nil
}

// opened is open for what needs a commit.
func (k *Desk) opened(ctx context.Context, in AtIn, path string) (Sources, Spot, error) {
	repo, spot, err := k.open(ctx, in, path)
	if err == nil && spot.Commit == "" {
		repo.Close() //nolint:errcheck // it was only read
		err = prentice.Errorf(prentice.NotFound, "the repository %s has no commit yet", spot.Repository).Try("push the first one: prentice repository clone %s says where to", spot.Repository)
	}
	return repo, spot, err
}

func (k *Desk) codeOps() []op.Op {
	look := func(o op.Op, example string) op.Op { return o.WithExample("prentice code " + example) }
	return []op.Op{
		look(op.New("code.tree", prentice.Look, prentice.Viewer, "List a folder of a repository", k.codeTree), "tree shop src --at v1.2").
			WithHelp("Says of each entry which commit changed it last, where that is found within a moment."),
		look(op.New("code.file", prentice.Look, prentice.Viewer, "Show a file of a repository", k.codeFile), "file shop src/basket.go"),
		look(op.New("code.blame", prentice.Look, prentice.Viewer, "Show with which commit each line of a file came", k.codeBlame), "blame shop src/basket.go"),
		look(op.New("code.log", prentice.Look, prentice.Viewer, "List the commits of a repository, or those that changed a path", k.codeLog), "log shop src --limit 10"),
		look(op.New("code.commit", prentice.Look, prentice.Viewer, "Show a commit and what it changed", k.codeCommit), "commit shop --at 3f2a1b9"),
		look(op.New("code.compare", prentice.Look, prentice.Viewer, "Show what one branch, tag or commit has that another has not", k.codeCompare), "compare shop v1.2 main").
			WithHelp("What the other has alone is left out: the comparison begins with the last commit that both have."),
		look(op.New("code.search", prentice.Look, prentice.Viewer, "Find lines in the files of a repository", k.codeSearch), "search shop 'count(basket' --path src").
			WithHelp("Looks at each file of one commit with git grep, for at most 10 seconds, and ends at 200 lines. The text means itself; with --expression it is an extended regular expression."),
		look(op.New("code.refs", prentice.Look, prentice.Viewer, "List the branches and tags of a repository, by when they changed", k.codeRefs), "refs shop"),
		look(op.New("code.raw", prentice.Look, prentice.Viewer, "Put out a file of a repository as it is", k.codeRaw), "raw shop logo.png").
			WithHelp("On the command line at most 8 MB, and into a file alone: prentice code raw shop logo.png > logo.png. A browser gets a file of any size, shows pictures and plain text, and keeps HTML, SVG and all else as a file."),
		look(op.New("code.archive", prentice.Look, prentice.Viewer, "Pack all files of a commit", k.codeArchive), "archive shop --at v1.2 --format zip").
			WithHelp("Says where a browser gets it."),
	}
}
