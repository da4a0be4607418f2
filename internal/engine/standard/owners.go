package standard

import (
	"strings"
)

// OwnerFiles are where a CODEOWNERS file may lie.
var OwnerFiles = []string{"CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", ".forgejo/CODEOWNERS", ".gitea/CODEOWNERS", "docs/CODEOWNERS"}

// Owners is a CODEOWNERS file.
type Owners struct {
	Path  string
	Lines []OwnerLine
}

// OwnerLine is a pattern and who owns what it names.
type OwnerLine struct {
	Line    int
	Pattern string
	Owners  []string
	Matches func(path string) bool
}

// OwnersOf reads the CODEOWNERS file of a tree; one without lines where there is none.
func OwnersOf(v *View) Owners {
	f, found := v.First(OwnerFiles...)
	if !found {
		return Owners{}
	}
	t, err := v.Open(f)
	if err != nil {
		return Owners{Path: f.Path}
	}
	return ReadOwners(f.Path, t.Lines())
}

// ReadOwners reads the lines of a CODEOWNERS file.
func ReadOwners(file string, lines []string) Owners {
	o := Owners{Path: file}
	for i, line := range lines {
		line, _, _ = strings.Cut(line, " #")
		fields := strings.Fields(strings.ReplaceAll(line, `\ `, "\x00"))
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") || strings.HasPrefix(fields[0], "[") || strings.HasPrefix(fields[0], "^[") {
			continue
		}
		pattern := strings.ReplaceAll(fields[0], "\x00", " ")
		is, err := Glob(ownerGlob(pattern))
		if err != nil {
			is = func(string) bool { return false }
		}
		below, err := Glob(strings.TrimSuffix(ownerGlob(pattern), "/**") + "/**")
		if err != nil {
			below = is
		}
		o.Lines = append(o.Lines, OwnerLine{i + 1, pattern, fields[1:], func(p string) bool { return is(p) || below(p) }})
	}
	return o
}

// ownerGlob is a pattern of CODEOWNERS, which is one of gitignore, as ours.
func ownerGlob(pattern string) string {
	anchored := strings.HasPrefix(pattern, "/") || strings.Contains(strings.TrimSuffix(pattern, "/"), "/")
	pattern = strings.TrimPrefix(pattern, "/")
	if strings.HasSuffix(pattern, "/") {
		pattern += "**"
	}
	if !anchored && !strings.HasPrefix(pattern, "**") {
		return "**/" + pattern
	}
	return pattern
}

// Of are the owners of a path: those of the last line that names it.
func (o Owners) Of(path string) []string {
	for i := len(o.Lines) - 1; i >= 0; i-- {
		if o.Lines[i].Matches(path) {
			return o.Lines[i].Owners
		}
	}
	return nil
}
