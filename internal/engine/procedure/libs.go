package procedure

import (
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

// MostLibs is how many files may lie beside a script, and MaxFile is the most that all
// of them have together.
const MostLibs = 20

// libNames are the files that libs= names, with commas or blanks between them.
func libNames(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
}

// libsOf are the files that a step names to lie beside its script.
func (kinds Kinds) libsOf(kind string, attrs map[string]string) []string {
	k, known := kinds.named(kind)
	if !known || k.Needs().Libs == "" {
		return nil
	}
	return libNames(attrs[k.Needs().Libs])
}

// attachLibs reads the files that lie beside the script of a step.
func (l *Library) attachLibs(e *entry, s prentice.StepSpec) {
	names, bytes := l.kinds.libsOf(s.Kind, s.Attrs), 0
	for i, name := range names {
		no, hint := l.attachNamed(name)
		switch {
		case no != "":
		case slices.Contains(names[:i], name):
			no, hint = "it is named twice", "take one of them out"
		case slices.ContainsFunc(names, func(o string) bool { return strings.HasPrefix(o, name+"/") }):
			no, hint = "it is a folder", "name the files in it"
		}
		if no != "" {
			e.fail(s.At, hint, "libs=%s: %s", clip.Text(name), no)
		}
		bytes += len(l.files[name])
	}
	switch {
	case len(names) > MostLibs:
		e.fail(s.At, "install them on the hosts as a package", "libs names %d files; at most %d may lie beside a script", len(names), MostLibs)
	case bytes > MaxFile:
		e.fail(s.At, "install them on the hosts as a package", "the files of libs have %d bytes together; at most %d may lie beside a script", bytes, MaxFile)
	}
}

// libs are the files beside the script of a step, as they are planned.
func (s *scene) libs(step *prentice.PlannedStep) []prentice.Lib {
	var libs []prentice.Lib
	for _, name := range s.library.kinds.libsOf(step.Kind, step.Attrs) {
		content, there := s.library.files[name]
		if !there {
			continue
		}
		l := prentice.Lib{Path: name, Digest: prentice.Digest([]byte(content))}
		l.Text, l.Encoding = planned(content)
		libs = append(libs, l)
	}
	return libs
}
