package procedure

import (
	"slices"
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
	p, _ := Parse(f.Name, f.Text, l.kinds)
	if f.Name == "" {
		f.Name = Folder + "/" + p.Name + ".md"
	}
	files := []File{f}
	for _, e := range l.entries {
		if e.proc.Name != p.Name && e.proc.File != f.Name {
			files = append(files, File{e.proc.File, []byte(e.proc.Text)})
		}
	}
	with, _ := among(l.source, files, l.kinds)
	i := slices.IndexFunc(with.entries, func(e *entry) bool { return e.proc.File == f.Name })
	return with.Lint(with.entries[i].proc, now)
}
