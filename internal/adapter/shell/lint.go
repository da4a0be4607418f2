package shell

import (
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/nearest"
)

// common are the attributes that every kind of step has. The parser takes them
// out; they are known here so that a misspelt one is recognised.
var common = []string{"id", "risk", "where", "expect", "idempotent", "of", "sudo", "script", "args", "libs"}

// Lint implements prentice.StepKind.
func (*Kind) Lint(s prentice.StepSpec) []prentice.Finding {
	var findings []prentice.Finding
	fail := func(hint, text string, args ...any) {
		findings = append(findings, prentice.Finding{At: s.At, Error: true, Text: fmt.Sprintf(text, args...), Hint: hint})
	}
	for _, u := range nearest.Unknown(s.Attrs, common) {
		fail(u.Hint, "a %s step has no attribute %q", s.Kind, u.Word)
	}
	_, file := s.Attrs["script"]
	if _, args := s.Attrs["args"]; args && !file {
		fail("write script= with the file that gets them, or read inputs as $INPUT_NAME", "args are for a script of the team folder, and this step has its script in the block")
	}
	if libs, some := s.Attrs["libs"]; some {
		switch names := strings.FieldsFunc(libs, func(r rune) bool { return r == ',' || r == ' ' }); {
		case !file:
			fail("write script= with the file that needs them", "libs lie beside a script of the team folder, and this step has its script in the block")
		case len(names) == 0:
			fail("name files of the team folder, such as libs=files/lib/shop.py, or take it out", "libs names no file")
		case slices.Contains(names, s.Attrs["script"]):
			fail("take it out of libs", "%s is the script itself, and also in libs", s.Attrs["script"])
		}
	}
	switch {
	case file && strings.TrimSpace(s.Body) != "":
		fail("keep one of them", "the script is in the block, and also in script=%s", s.Attrs["script"])
	case file:
	case says(s.Body) == "nothing":
		fail("write the commands in the block, or take the step out", "the script does nothing")
	case strings.Contains(s.Body, "\x00"):
		fail("take it out", "the script holds a zero byte")
	case strings.Contains(s.Body, "\r\n"):
		fail("save the file with line feeds only", "the script's lines end with a carriage return, which the shell takes for part of the last word")
	}
	if v, there := s.Attrs["sudo"]; there && v != "true" && v != "false" {
		fail("write sudo=true, or take it out", "sudo=%q is neither true nor false", v)
	}
	if s.Attrs["sudo"] == "true" && s.Where != "target" {
		fail("write sudo -n into the script, or act on the targets", "sudo=true is for targets over SSH, and the step runs here")
	}
	if s.Where == "sandbox" && s.Risk != prentice.Look {
		fail("write risk=look", "a step in a sandbox reaches nothing that it could change")
	}
	return findings
}
