package prototyping

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"prentice/internal/engine/check"
	"prentice/internal/engine/flag"
	"prentice/internal/engine/prototype"
)

// Marker stands where something may be in a prototype only.
const Marker = "prentice:prototype"

// Spot is a place in a tree, with what stands there.
type Spot struct {
	Path string
	Line int // 0 is the whole file
	Says string
}

func (s Spot) String() string {
	at := s.Path
	if s.Line > 0 {
		at = fmt.Sprintf("%s:%d", at, s.Line)
	}
	if s.Says != "" {
		at += " (" + s.Says + ")"
	}
	return at
}

// Only is what a tree has that only prototypes may have, and what it has not.
type Only struct {
	Marked   []Spot // by the marker
	Loose    []Spot // dependencies that are a folder beside it, or whichever version there is
	Flags    []Spot // that say they are of this prototype
	Relaxed  []Spot // rules that are waived, and findings that are let be
	Tests    int    // files with tests
	Unlooked []Spot // files that are too large to look into
}

// mostLooked is how large a file is that is looked into, in bytes.
const mostLooked = 2 << 20

// onlyOf looks through a tree for what only prototypes may have.
func onlyOf(ctx context.Context, t *check.Tree, name string) (o Only, err error) {
	for _, f := range t.Files {
		if err := ctx.Err(); err != nil {
			return o, err
		}
		if !regular(f) || beside(f.Path, name) {
			continue
		}
		if isTest(f.Path) {
			o.Tests++
		}
		if f.Size > mostLooked {
			o.Unlooked = append(o.Unlooked, Spot{Path: f.Path, Says: fmt.Sprintf("%d bytes", f.Size)})
			continue
		}
		text, err := t.Read(f)
		if err != nil {
			return o, err
		}
		if bytes.IndexByte(text[:min(len(text), 8000)], 0) < 0 {
			o.look(f.Path, text, name)
		}
	}
	return o, nil
}

// beside says whether a file is of prototypes, and no code of this one.
func beside(file, name string) bool {
	rest, ok := strings.CutPrefix(file, prototype.Folder+"/")
	return ok && !strings.HasPrefix(rest, name+"/")
}

// look looks into one file.
func (o *Only) look(file string, text []byte, name string) {
	line := 0
	for row := range bytes.Lines(text) {
		if line++; bytes.Contains(row, []byte(Marker)) {
			o.Marked = append(o.Marked, Spot{Path: file, Line: line})
		}
	}
	switch base := path.Base(file); {
	case base == "go.mod":
		o.Loose = append(o.Loose, looseGo(file, text)...)
	case base == "package.json":
		o.Loose = append(o.Loose, looseNode(file, text)...)
	case strings.HasPrefix(base, "requirements") && strings.HasSuffix(base, ".txt"):
		o.Loose = append(o.Loose, loosePython(file, text)...)
	case file == check.WaiverFile:
		list, wrong := check.ReadWaivers(text)
		for _, w := range list {
			o.Relaxed = append(o.Relaxed, Spot{file, w.Line, w.Rule + " is waived: " + w.Reason})
		}
		for _, p := range wrong {
			o.Relaxed = append(o.Relaxed, Spot{file, p.Line, p.Text})
		}
	case file == check.BaselineFile:
		b, wrong := check.ReadBaseline(text)
		if n := len(b.Old); n > 0 {
			o.Relaxed = append(o.Relaxed, Spot{Path: file, Says: fmt.Sprintf("%d findings are let be", n)})
		}
		for _, p := range wrong {
			o.Relaxed = append(o.Relaxed, Spot{file, p.Line, p.Text})
		}
	case bytes.Contains(text, schemaOf):
		set, _ := flag.Load(file, text)
		o.Flags = append(o.Flags, flagsOf(set, file, name)...)
	}
}

// flagsOf are the flags that say in their metadata that they are of a prototype.
func flagsOf(set *flag.Set, file, name string) (list []Spot) {
	if set == nil {
		return nil
	}
	for _, f := range set.Flags {
		if of, _ := f.Metadata["prototype"].(string); of != "" && strings.TrimPrefix(of, "prototype/") == name {
			list = append(list, Spot{file, f.Line, f.Key})
		}
	}
	return list
}

// isTest says whether a file holds tests, by the names that test programs look for.
func isTest(file string) bool {
	base := path.Base(file)
	stem := strings.TrimSuffix(base, path.Ext(base))
	for _, end := range []string{"_test", ".test", ".spec", "_spec", "Test", "Tests"} {
		if stem != end && strings.HasSuffix(stem, end) {
			return true
		}
	}
	return strings.HasPrefix(base, "test_") && path.Ext(base) == ".py" || path.Ext(base) == ".bats" || strings.HasPrefix(file, "tests/") && path.Ext(base) == ".rs"
}

// looseGo are the modules that are replaced by a folder.
func looseGo(file string, text []byte) (list []Spot) {
	line := 0
	for row := range strings.Lines(string(text)) {
		line++
		row, _, _ = strings.Cut(row, "//")
		_, to, is := strings.Cut(row, "=>")
		if to = strings.TrimSpace(to); is && (strings.HasPrefix(to, ".") || strings.HasPrefix(to, "/")) {
			list = append(list, Spot{file, line, "replaced by " + to})
		}
	}
	return list
}

// looseNode are the packages that are a folder, or whichever version is the newest.
func looseNode(file string, text []byte) (list []Spot) {
	var is struct {
		Dependencies, DevDependencies, OptionalDependencies map[string]string
	}
	if err := json.Unmarshal(text, &is); err != nil {
		return []Spot{{Path: file, Says: "it cannot be read"}}
	}
	for _, some := range []map[string]string{is.Dependencies, is.DevDependencies, is.OptionalDependencies} {
		for name, version := range some {
			if v := strings.TrimSpace(version); v == "" || v == "*" || v == "latest" || v == "next" || strings.HasPrefix(v, "file:") || strings.HasPrefix(v, "link:") {
				list = append(list, Spot{Path: file, Says: fmt.Sprintf("%s is %q", name, v)})
			}
		}
	}
	slices.SortFunc(list, func(a, b Spot) int { return strings.Compare(a.Says, b.Says) })
	return list
}

// loosePython are the packages that are a folder, or have no version.
func loosePython(file string, text []byte) (list []Spot) {
	line := 0
	for row := range strings.Lines(string(text)) {
		line++
		row, _, _ = strings.Cut(row, "#")
		row = strings.TrimSpace(row)
		switch {
		case row == "":
		case strings.HasPrefix(row, "-e"), strings.HasPrefix(row, "--editable"), strings.HasPrefix(row, "."), strings.HasPrefix(row, "/"), strings.Contains(row, "file:"):
			list = append(list, Spot{file, line, row})
		case !strings.HasPrefix(row, "-") && !strings.ContainsAny(row, "=<>~@"):
			list = append(list, Spot{file, line, row + " has no version"})
		}
	}
	return list
}
