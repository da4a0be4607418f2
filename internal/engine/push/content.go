package push

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"prentice/internal/engine/check"
	"prentice/internal/engine/leak"
)

// Content is what must hold of what a push brings.
type Content struct {
	Secrets   *leak.Detector // nil looks for none
	Largest   int64          // bytes of one file; 0 is any
	Commits   int            // at most; 0 is DefaultCommits
	Forbidden []string       // patterns of paths, as path.Match has them, for a path or its last part
	By        string         // who asks so; "" is the server
	// Allowed says whether a refusal was found to be a false alarm.
	Allowed func(key string) bool
}

// DefaultCommits is how many new commits one push may have.
const DefaultCommits = 20_000

// Found are the refusals of a push for what it brings, and how many commits were looked at.
func (c Content) Found(ctx context.Context, p Push) (list []Refusal, commits int, err error) {
	heads := p.Heads()
	if len(heads) == 0 {
		return nil, 0, nil
	}
	most := c.Commits
	if most == 0 {
		most = DefaultCommits
	}
	news, err := p.Objects.News(ctx, heads, most, cmp.Or(c.Largest, math.MaxInt64))
	if err != nil {
		return nil, 0, err
	}
	texts, changed, err := c.texts(ctx, p, news)
	if err != nil {
		return nil, len(news.Commits), err
	}
	names, err := c.names(ctx, p, changed)
	if err != nil {
		return nil, len(news.Commits), err
	}
	named, err := c.named(ctx, p)
	if err != nil {
		return nil, len(news.Commits), err
	}
	list = slices.Concat(unnamed(news.Unnamed), c.tooLarge(news.Large), named, names, texts)
	return slices.DeleteFunc(list, func(r Refusal) bool { return r.Key != "" && c.Allowed != nil && c.Allowed(r.Key) }), len(news.Commits), nil
}

// Heads are what the refs would be moved to, each once.
func (p Push) Heads() (list []string) {
	for _, c := range p.Commands {
		if !c.Deletes() && !slices.Contains(list, c.New) {
			list = append(list, c.New)
		}
	}
	return list
}

// unnamed refuses objects that are in no history: what no one can look at could be fetched
// all the same, by its id.
func unnamed(ids []string) []Refusal {
	if len(ids) == 0 {
		return nil
	}
	return []Refusal{{Rule: "objects/unnamed", Says: fmt.Sprintf("the push brings %d objects that nothing in it names, such as %.12s, and no one would see them", len(ids), ids[0]), Place: ids[0], Remedy: "push with git itself, which sends what is needed"}}
}

// tooLarge refuses files that are too large.
func (c Content) tooLarge(blobs []Blob) (list []Refusal) {
	for _, b := range blobs {
		list = append(list, Refusal{Rule: "files/size", Says: fmt.Sprintf("%s has %d bytes, and a file may have %d%s", b.Path, b.Size, c.Largest, c.by()), Place: b.Path + " (" + b.ID[:12] + ")",
			Remedy: "take it out of all commits, and keep it where artefacts are kept", Key: "size-" + b.ID[:16]})
	}
	return list
}

// names refuses paths that mislead, and those that are forbidden.
func (c Content) names(ctx context.Context, p Push, changed []Change) (list []Refusal, err error) {
	told := map[string]bool{}
	var added []string
	for _, f := range changed {
		if f.Mode == "000000" || told[f.Path] {
			continue
		}
		told[f.Path] = true
		if f.New {
			added = append(added, f.Path)
		}
		at := Plain(f.Path) + "@" + short(f.Commit)
		switch {
		case misleads(f.Path):
			list = append(list, Refusal{Rule: "files/name", Says: fmt.Sprintf("the name %q holds what no one sees, or what steers a terminal", Plain(f.Path)), Place: at, Remedy: "rename it: git mv, then git commit --amend"})
		case c.forbidden(f.Path):
			list = append(list, Refusal{Rule: "files/forbidden", Says: Plain(f.Path) + " is a file that this repository does not take" + c.by(), Place: at, Remedy: "take it out of the commit", Key: "file-" + digest(f.Path)})
		}
	}
	if len(added) == 0 {
		return list, nil
	}
	for _, head := range p.Heads() {
		alike, err := p.Objects.Alike(ctx, head, added)
		if err != nil {
			return nil, err
		}
		for _, pair := range alike {
			list = append(list, Refusal{Rule: "files/case", Says: fmt.Sprintf("%s and %s differ by case alone, and where case does not count one overwrites the other", Plain(pair[0]), Plain(pair[1])), Place: Plain(pair[1]) + "@" + short(head), Remedy: "rename one of them"})
		}
	}
	return list, nil
}

func (c Content) by() string {
	if c.By == "" {
		return ""
	}
	return ", by " + c.By
}

func (c Content) forbidden(file string) bool {
	return slices.ContainsFunc(c.Forbidden, func(pattern string) bool {
		whole, _ := path.Match(pattern, file)
		last, _ := path.Match(pattern, path.Base(file))
		return whole || last
	})
}

func misleads(name string) bool {
	return !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029
	})
}

// lfs begins a file that only points to its content, which Git LFS keeps elsewhere.
const lfs = "version https://git-lfs.github.com/spec/"

// texts looks at what each commit added: for secrets, and for files whose content is
// elsewhere. What a commit adds and the next takes out again is in the history all the same.
func (c Content) texts(ctx context.Context, p Push, news News) (list []Refusal, changed []Change, err error) {
	var mu sync.Mutex // guards list: several are told of at once
	tell := func(r Refusal) {
		mu.Lock()
		defer mu.Unlock()
		if !slices.ContainsFunc(list, func(have Refusal) bool { return r.Key != "" && have.Key == r.Key }) {
			list = append(list, r)
		}
	}
	changed, err = p.Objects.Look(ctx, news, func(string, string) bool { return ctx.Err() == nil }, func(a check.Added) { c.added(a, tell) })
	if err == nil {
		err = ctx.Err()
	}
	slices.SortStableFunc(list, func(a, b Refusal) int { return strings.Compare(a.Place, b.Place) })
	return list, changed, err
}

func (c Content) added(a check.Added, tell func(Refusal)) {
	name := cmp.Or(Plain(a.Path), string(a.In))
	at := func(line int) string { return fmt.Sprintf("%s:%d@%s", name, line, short(a.Commit)) }
	if a.Cut && c.Secrets != nil {
		tell(Refusal{Rule: "secrets/searched", Says: name + " is too long to be searched for secrets", Place: at(1), Remedy: "make it shorter, or keep it where artefacts are kept", Key: "long-" + digest(a.Path+a.ID)})
	}
	for _, part := range a.Parts {
		if part.Line == 1 && bytes.HasPrefix(part.Text, []byte(lfs)) {
			tell(Refusal{Rule: "files/lfs", Says: Plain(a.Path) + " is kept by Git LFS, and this server keeps no such files", Place: at(1),
				Remedy: "keep it in git itself (git lfs migrate export --include='*'), or where artefacts are kept"})
		}
		if c.Secrets == nil {
			continue
		}
		if a.Whole && leak.Binary(part.Text) {
			part.Text = nil // its name alone counts
		}
		for _, h := range c.Secrets.Find(leak.Text{Path: a.Path, Commit: a.Commit, Line: part.Line, Bytes: part.Text}) {
			tell(Refusal{Rule: "secrets/none", Says: fmt.Sprintf("a secret (%s, %s)", h.Rule, leak.Masked(h.Secret)), Place: at(max(h.Line, 1)),
				Remedy: "take it out of the commit itself (git commit --amend, git rebase -i), and rotate it if anyone else saw it", Key: leak.Key(h.Rule, h.Secret)})
		}
	}
}

// named refuses refs that would name what is no commit, and secrets in names and in what tags
// say.
func (c Content) named(ctx context.Context, p Push) (list []Refusal, err error) {
	tell := func(r Refusal) { list = append(list, r) }
	for _, command := range p.Commands {
		if command.Deletes() {
			continue
		}
		kind, err := p.Objects.Named(ctx, command.New, func(a check.Added) { c.added(a, tell) })
		if err != nil {
			return nil, err
		}
		if kind != "commit" {
			tell(Refusal{Rule: "refs/commit", Says: fmt.Sprintf("%s would name a %s, and what is in no commit is looked at by no one", Plain(command.Ref), kind), Place: Plain(command.Ref), Remedy: "name a commit, or a tag of one"})
		}
		if command.Creates() {
			c.added(check.Added{Commit: command.New, In: check.Name, ID: command.Ref, Parts: []check.Part{{Line: 1, Text: []byte(command.Ref)}}}, tell)
		}
	}
	return list, nil
}

func short(id string) string { return id[:min(len(id), 12)] }
