package procedure

import (
	"time"

	"prentice"
)

// Survey reads a team folder afresh: how many procedures it holds, and all that
// there is to say about them on a day.
func Survey(dir string, kinds []prentice.StepKind, now time.Time) (int, []prentice.Finding) {
	l, findings := Load(dir, kinds)
	for _, e := range l.entries {
		findings = append(findings, Lint(e.proc, now)...)
	}
	return len(l.entries), sorted(findings)
}

// Check judges one file as if it stood in the library, in place of the
// procedure that has its name. A file without a name is called after its
// procedure.
func (l *Library) Check(f File, now time.Time) []prentice.Finding {
	mine := readFile(f, l.kinds)
	if f.Name == "" {
		f.Name = Folder + "/" + mine.proc.Name + ".md"
		mine = readFile(f, l.kinds)
	}
	entries := []*entry{mine}
	for _, e := range l.entries {
		if e.proc.Name != mine.proc.Name && e.proc.File != f.Name {
			entries = append(entries, &entry{proc: e.proc, alone: e.alone, read: e.read}) // as it was read
		}
	}
	return judged(l.source, entries, l.kinds).Lint(mine.proc, now)
}
