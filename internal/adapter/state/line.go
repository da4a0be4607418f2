package state

import (
	_ "embed"
	"fmt"
	"strings"

	"prentice"
)

//go:embed line.sh
var lineScript string

// line is the kind `line path=/etc/app.conf match=^workers`: one line of a file of which
// the rest stays as it is. The line is the block, as it stands or as a template.
var line = sort{
	name: "line", script: fileScript + lineScript, body: true, strict: true,
	attrs:    []string{"path", "match", "template", "state", "create", "backup", "validate", "diff", "replaces"},
	template: "template", lint: lintLine,
	says: func(s prentice.PlannedStep) string {
		if s.Attrs["state"] == "absent" {
			return fmt.Sprintf("%s has no line %s", s.Attrs["path"], cmpOr(lineOf(s), "like "+s.Attrs["match"]))
		}
		return fmt.Sprintf("%s has the line %s", s.Attrs["path"], lineOf(s))
	},
	values: func(s prentice.PlannedStep) map[string]string {
		values := valuesOfFile(s)
		values["match"], values["line"] = s.Attrs["match"], lineOf(s)
		values["create"] = s.Attrs["create"]
		values["owner"], values["group"], values["mode"] = "", "", ""
		return values
	},
}

func lintLine(l *linting) {
	l.required("path", "/etc/app.conf")
	l.absolute("path")
	l.oneOf("state", "present", "absent")
	l.oneOf("create", "yes", "no")
	l.oneOf("backup", "yes", "no", "true")
	l.oneOf("diff", "yes", "no")
	l.oneOf("replaces", "planned", "any")
	l.validate()
	if l.Attrs["state"] == "absent" && l.Attrs["create"] == "yes" {
		l.fail("take one of them out", "a line that is to be absent makes no file")
	}
	text := strings.TrimSuffix(l.Body, "\n")
	switch template, filled := l.Attrs["template"]; {
	case filled && template != "true":
		l.fail("write template by itself, and the line in the block: port = {{.inputs.port}}", "the line step names a template: %s", template)
	case strings.Contains(text, "\n"):
		l.fail("write a step for each line, or place the whole file with a file step", "the line step has several lines")
	case strings.TrimSpace(text) == "" && l.Attrs["state"] != "absent":
		l.fail("write the line in the block", "the line step has no line")
	case strings.TrimSpace(text) == "" && l.Attrs["match"] == "":
		l.fail("write the line in the block, or match=^word", "the line step does not say which line is to be absent")
	}
}

// lineOf is the line itself.
func lineOf(s prentice.PlannedStep) string { return strings.TrimSuffix(s.Body, "\n") }

func cmpOr(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
