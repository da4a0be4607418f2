package tool

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
)

// Pin is a place where a repository says which versions of a tool will do.
type Pin struct {
	Tool string `json:"tool"`
	Wish Wish   `json:"wish"`
	Path string `json:"path"`
	Line int    `json:"line"`
}

// Dir is the folder that it is about.
func (p Pin) Dir() string {
	dir := path.Dir(p.Path)
	if base := path.Base(dir); base == ".config" || base == "mise" || base == ".mise" {
		return path.Dir(strings.TrimSuffix(dir, "/mise"))
	}
	return dir
}

// Wrong is what of a file is not understood.
type Wrong struct {
	Path string `json:"path"`
	Line int    `json:"line,omitempty"`
	Says string `json:"says"`
}

// mostFile is how much of a file is read, in bytes, and mostFiles how many files are.
const (
	mostFile  = 1 << 20
	mostFiles = 2000
	mostWord  = 100 // the longest version, or name of a tool
	mostPins  = 200 // of a file
	mostWrong = 20  // of a file
)

// sheet is a file that is read, and what was found in it.
type sheet struct {
	path  string
	text  []byte
	pins  []Pin
	wrong []Wrong
}

// bad notes what is not understood. A parser's words may have signs of the file in them.
func (s *sheet) bad(line int, says string) {
	if len(s.wrong) > mostWrong {
		return
	}
	if len(s.wrong) == mostWrong {
		line, says = 0, "more of it is not understood"
	}
	s.wrong = append(s.wrong, Wrong{s.path, line, clip.To(visible(says), 300)})
}

// visible writes what a terminal would not show, or show in the wrong order, as an escape.
func visible(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }) {
		return s
	}
	q := strconv.QuoteToGraphic(clip.To(s, 300))
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// pin notes what is asked for. A text that no version is, is told and not taken.
func (s *sheet) pin(line int, tool string, w Wish) {
	switch {
	case strange(tool):
		s.bad(line, quoted(tool)+" is no name of a tool")
	case strange(w.Text):
		s.bad(line, quoted(w.Text)+" is no version of "+tool)
	case w.Form == Unclear:
		s.bad(line, quoted(w.Text)+" is not understood as a version of "+tool)
	case len(s.pins) == mostPins:
		s.bad(line, fmt.Sprintf("it is read up to here: a file asks for %d tools at most", mostPins))
	default:
		s.pins = append(s.pins, Pin{tool, w, s.path, line})
	}
}

func quoted(s string) string { return strconv.QuoteToASCII(short(s)) }

// strange says whether a text would be shown to people as what it is not.
func strange(s string) bool {
	return s == "" || len(s) > mostWord || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > 0x7e })
}

// readers are by the name of the file.
var readers = map[string]func(*sheet){
	"go.mod": goMod, "go.work": goMod, ".tool-versions": toolVersions, "mise.toml": mise, ".mise.toml": mise, "package.json": packageJSON,
	"rust-toolchain": rustToolchain, "rust-toolchain.toml": rustToolchain, "global.json": globalJSON,
	".nvmrc": plain("node"), ".node-version": plain("node"), ".python-version": plain("python"), ".ruby-version": plain("ruby"), ".java-version": plain("java"), ".go-version": plain("go"),
	"pyproject.toml": pyproject, "Cargo.toml": cargoToml, "composer.json": composerJSON,
}

// passedOver are folders of what others wrote, or of examples.
var passedOver = []string{"testdata", "vendor", "node_modules", "third_party", "fixtures", ".git"}

// readerOf is what reads a file, or nil.
func readerOf(f check.File) func(*sheet) {
	if f.Mode == check.Link || f.Mode == check.Submodule || foreign(f.Path) {
		return nil
	}
	if name := f.Path; strings.HasSuffix(name, "mise/config.toml") || path.Base(path.Dir(name)) == ".config" && path.Base(name) == "mise.toml" {
		return mise
	}
	return readers[path.Base(f.Path)]
}

func foreign(name string) bool {
	for dir := path.Dir(name); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if slices.Contains(passedOver, path.Base(dir)) {
			return true
		}
	}
	return false
}

// Reads says whether a file says something of tools: which will do, or which are used.
func Reads(f check.File) bool { return readerOf(f) != nil || usesOf(f) != nil || f.Path == LockFile }

// Inventory is what a tree says of tools.
type Inventory struct {
	Pins  []Pin   `json:"pins"`
	Uses  []Use   `json:"uses"`
	Wrong []Wrong `json:"wrong,omitempty"`
	Bare  []Pin   `json:"bare,omitempty"` // tools that are used without a version: the file that says so
}

// Of reads a tree.
func Of(ctx context.Context, t *check.Tree) (Inventory, error) {
	inv := Inventory{Pins: []Pin{}, Uses: []Use{}}
	read := 0
	for _, f := range t.Files {
		pins, uses := readerOf(f), usesOf(f)
		if pins == nil && uses == nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return inv, err
		}
		if read++; read > mostFiles {
			inv.Wrong = append(inv.Wrong, Wrong{Path: f.Path, Says: "it is not read: more files say something of tools than are read"})
			break
		}
		s, err := open(t, f)
		if err != nil {
			inv.Wrong = append(inv.Wrong, Wrong{Path: f.Path, Says: clip.To(err.Error(), 300)})
			continue
		}
		s.read(func() {
			if pins != nil {
				pins(s)
			} else {
				inv.Uses = append(inv.Uses, uses(s)...)
			}
		})
		inv.Pins, inv.Wrong = append(inv.Pins, s.pins...), append(inv.Wrong, s.wrong...)
	}
	inv.Uses = append(inv.Uses, ofChecks(t)...)
	resolve(&inv)
	inv.Bare = bareTools(t, inv.Pins)
	return inv, nil
}

// read reads the file by a reader. A reader that is broken by what stands there has not read it.
func (s *sheet) read(by func()) {
	defer func() {
		if p := recover(); p != nil {
			s.pins = nil
			s.bad(0, "its reader is broken by what stands there")
		}
	}()
	by()
}

func open(t *check.Tree, f check.File) (*sheet, error) {
	if f.Size > mostFile {
		return nil, errTooLong
	}
	text, err := t.Read(f)
	if err == nil && len(text) > mostFile {
		err = errTooLong
	}
	return &sheet{path: f.Path, text: text}, err
}
