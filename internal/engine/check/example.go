package check

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"prentice"
)

// Tree is the example as a tree.
func (e Example) Tree() *Tree {
	t := tree(e.Files, e.Modes)
	t.Commits = e.Commits
	if e.Base != nil {
		t.Base = tree(e.Base, nil)
	}
	if e.Past != nil {
		t.Past = &Past{Says: "the commits of the example", Each: func(_ context.Context, wanted func(string, string) bool, tell func(Added)) error {
			for _, a := range e.Past {
				if wanted(a.Commit, a.Path) {
					tell(a)
				}
			}
			return nil
		}}
	}
	return t
}

func tree(files map[string]string, modes map[string]Mode) *Tree {
	t := &Tree{Name: "example", Content: func(f File) ([]byte, error) {
		text, found := files[f.Path]
		if !found {
			return nil, &fs.PathError{Op: "read", Path: f.Path, Err: fs.ErrNotExist}
		}
		return []byte(strings.TrimPrefix(text, "link:")), nil
	}}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		f := File{Path: path, Mode: Regular, ID: prentice.Digest([]byte(files[path])), Size: int64(len(strings.TrimPrefix(files[path], "link:")))}
		switch mode, said := modes[path]; {
		case said:
			f.Mode = mode
		case strings.HasPrefix(files[path], "link:"):
			f.Mode = Link
		}
		t.Files = append(t.Files, f)
	}
	t.Digest = Digest(t.Files)
	return t
}

// Digest is of a tree with these files: of their paths, modes and contents.
func Digest(files []File) string {
	b := make([]byte, 0, 100*len(files))
	for _, f := range files {
		b = strconv.AppendUint(b, uint64(f.Mode), 8)
		b = append(append(append(b, ' '), f.ID...), ' ')
		b = strconv.AppendInt(b, int64(len(f.Path)), 10)
		b = append(append(append(b, ':'), f.Path...), '\n')
	}
	return prentice.Digest(b)
}

// Toothless is what is wrong with the examples of a rule: a violation that passes, a
// pass that does not, or none at all. A rule with nothing wrong is proven.
func Toothless(ctx context.Context, k Kind, r Rule) (wrong []string) {
	if len(r.Violations) == 0 || len(r.Passes) == 0 {
		return []string{"it has no violation, or no pass"}
	}
	try := func(what string, n int, e Example, want prentice.Truth) {
		o, err := one(ctx, k, r, e.Tree())
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Sprintf("%s %d cannot be judged: %v", what, n+1, err))
		case o.Truth != want:
			wrong = append(wrong, fmt.Sprintf("%s %d is judged %s %s", what, n+1, o.Truth, o.Reason))
		}
	}
	for i, e := range r.Violations {
		try("violation", i, e, prentice.Fail)
	}
	for i, e := range r.Passes {
		try("pass", i, e, prentice.Pass)
	}
	return wrong
}

func one(ctx context.Context, k Kind, r Rule, t *Tree) (Outcome, error) {
	list, err := k.Check(ctx, t, []Rule{r})
	if err != nil {
		return Outcome{}, err
	}
	for _, o := range list {
		if o.Rule == r.ID {
			return o, nil
		}
	}
	return Outcome{}, fmt.Errorf("there is no outcome")
}
