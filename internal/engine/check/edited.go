package check

import (
	"cmp"
	"slices"

	"prentice"
)

// With is a tree as edits would make it. Nothing is written.
func With(t *Tree, edits map[string]Edit) *Tree {
	if len(edits) == 0 {
		return t
	}
	made := *t
	made.Root, made.Files, made.Protected = "", nil, nil
	for _, f := range t.Files {
		if e, edited := edits[f.Path]; !edited {
			made.Files = append(made.Files, f)
		} else if !e.Remove {
			made.Files = append(made.Files, e.file(f.Mode))
		}
	}
	for path, e := range edits {
		if _, there := t.File(path); !there && !e.Remove {
			made.Files = append(made.Files, e.file(Regular))
		}
	}
	slices.SortFunc(made.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	made.Digest = Digest(made.Files)
	made.Content = func(f File) ([]byte, error) {
		if e, edited := edits[f.Path]; edited {
			return e.Content, nil
		}
		return t.Content(f)
	}
	return &made
}

// file is what an edit makes of a file with a mode.
func (e Edit) file(mode Mode) File {
	if e.Mode != 0 {
		mode = e.Mode
	}
	return File{Path: e.Path, Mode: mode, Size: int64(len(e.Content)), ID: prentice.Digest(e.Content)}
}
