package procedure

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
)

// File is one procedure's file: its name relative to the team folder, and its
// bytes.
type File struct {
	Name string
	Text []byte
}

// Library is the procedures of a team, judged together. It never changes; when
// the files do, a new one is made.
type Library struct {
	entries []*entry // sorted by name, then by file
	byName  map[string]*entry
	kinds   Kinds
	marks   marks             // of the files it was loaded from
	source  source            // nil: there is no team folder
	named   []string          // all that steps name, also those that cannot be read
	files   map[string]string // those that steps name, by their name in the team folder

	compiled compiled // what its plans have needed so far
}

// entry is one file of the library. It is usable when no finding is an error.
type entry struct {
	proc     prentice.Procedure
	alone    []prentice.Finding // of its file, without the others
	read     *reading           // as it was read
	findings []prentice.Finding
	triggers []trigger
}

func (e *entry) usable() bool { _, bad := firstError(e.findings); return !bad }

// New makes a library of files. The findings are those of all files, sorted by
// place: what Parse says of each, and what is wrong between them.
func New(files []File, kinds Kinds) (*Library, []prentice.Finding) { return among(nil, files, kinds) }

// among is New, with the team folder that steps may name files of.
func among(from source, files []File, kinds Kinds) (*Library, []prentice.Finding) {
	var entries []*entry
	for _, f := range files {
		entries = append(entries, readFile(f, kinds))
	}
	l := judged(from, entries, kinds)
	return l, l.findings()
}

func readFile(f File, kinds Kinds) *entry {
	r := parsed(f.Name, f.Text, kinds)
	return &entry{proc: *r.proc, alone: sorted(r.findings), read: r}
}

// judged makes a library of entries that no other has, and finds what is wrong between
// them.
func judged(from source, entries []*entry, kinds Kinds) *Library {
	l := &Library{kinds: kinds, byName: map[string]*entry{}, entries: entries, source: from, files: map[string]string{}}
	slices.SortStableFunc(l.entries, func(a, b *entry) int {
		return strings.Compare(a.proc.Name+"\x00"+a.proc.File, b.proc.Name+"\x00"+b.proc.File)
	})
	for _, e := range l.entries {
		e.findings = slices.Clone(e.alone)
		l.byName[e.proc.Name] = e
	}
	for _, e := range l.entries {
		l.returning(e)
	}
	l.refuseTwins()
	l.checkUses()
	for _, e := range l.entries {
		l.checkReturns(e)
		l.checkOfCalls(e)
	}
	for _, e := range l.entries {
		l.attach(e)
	}
	for _, e := range l.entries {
		e.findings = sorted(e.findings)
		if e.usable() {
			e.triggers = triggersOf(e.proc)
		}
	}
	return l
}

func (l *Library) findings() []prentice.Finding {
	var all []prentice.Finding
	for _, e := range l.entries {
		all = append(all, e.findings...)
	}
	return sorted(all)
}

func (e *entry) fail(at prentice.Pos, hint, format string, args ...any) {
	e.findings = append(e.findings, prentice.Finding{At: at, Error: true, Text: fmt.Sprintf(format, args...), Hint: hint})
}

// refuseTwins makes both of two procedures with one name unusable: no one could
// say which of them was agreed on.
func (l *Library) refuseTwins() {
	for i := 1; i < len(l.entries); i++ { // equal names lie side by side
		a, b := l.entries[i-1], l.entries[i]
		if a.proc.Name == b.proc.Name {
			a.twin(b)
			b.twin(a)
		}
	}
}

func (e *entry) twin(other *entry) {
	e.fail(prentice.Pos{File: e.proc.File, Line: 2, Column: 1}, "rename one of them", "procedure %s is also in %s", e.proc.Name, other.proc.File)
}

// Find is a procedure that may be used. One that has errors is refused with the
// first of them; of an unknown one the nearest name is given.
func (l *Library) Find(name string) (prentice.Procedure, error) {
	e, err := l.entry(name)
	if err != nil {
		return prentice.Procedure{}, err
	}
	if f, bad := firstError(e.findings); bad {
		return prentice.Procedure{}, prentice.Errorf(prentice.Refused, "procedure %s has errors: %s", e.proc.Name, f.Text).
			In(f.At).Try("%s", hintOr(f.Hint, "see prentice procedure lint"))
	}
	return e.proc, nil
}

func (l *Library) entry(name string) (*entry, error) {
	name = strings.TrimPrefix(name, "procedure/")
	if e, ok := l.byName[name]; ok {
		return e, nil
	}
	names := make([]string, len(l.entries))
	for i, e := range l.entries {
		names[i] = e.proc.Name
	}
	err := prentice.Errorf(prentice.NotFound, "no procedure %q", clip.Text(name))
	if near := nearest.Of(name, names); near != "" {
		return nil, err.Try("did you mean %s?", near)
	}
	return nil, err.Try("list them with: prentice procedure list")
}

func hintOr(hint, other string) string {
	if hint == "" {
		return other
	}
	return hint
}

// All is the usable procedures, sorted by name.
func (l *Library) All() []prentice.Procedure {
	all := []prentice.Procedure{}
	for _, e := range l.entries {
		if e.usable() {
			all = append(all, e.proc)
		}
	}
	return all
}

// Known is all procedures, sorted by name; those with errors among them.
func (l *Library) Known() []prentice.Procedure {
	all := make([]prentice.Procedure, len(l.entries))
	for i, e := range l.entries {
		all[i] = e.proc
	}
	return all
}

// Lint is all that there is to say about one file of the library on a day:
// errors, and advice.
func (l *Library) Lint(p prentice.Procedure, now time.Time) []prentice.Finding {
	var findings []prentice.Finding
	for _, e := range l.entries {
		if e.proc.File == p.File {
			findings = slices.Concat(findings, e.findings, Lint(e.proc, now))
		}
	}
	return sorted(findings)
}

// Digest names the library's contents: it is the same when every file is.
func (l *Library) Digest() string {
	var b strings.Builder
	for _, e := range l.entries {
		fmt.Fprintf(&b, "%s %s\n", e.proc.File, e.proc.Digest)
	}
	for _, name := range sortedKeys(l.files) {
		fmt.Fprintf(&b, "%s %s\n", name, prentice.Digest([]byte(l.files[name])))
	}
	return prentice.Digest([]byte(b.String()))
}
