package state

import (
	_ "embed"
	"encoding/base64"
	"strings"

	"prentice"
)

//go:embed file.sh
var fileScript string

// file is the kind `file path=/etc/app.conf`: one file, with its content, owner, group
// and mode.
var file = sort{
	name: "file", script: fileScript, body: true, strict: true,
	attrs: []string{"path", "from", "copy", "sha256", "template", "state", "owner", "group", "mode", "backup", "validate", "diff", "replaces"},
	files: []string{"from"}, template: "template",
	lint: lintFile, says: saysFile, values: valuesOfFile,
}

func lintFile(l *linting) {
	l.required("path", "/etc/app.conf")
	l.absolute("path")
	l.oneOf("state", "present", "absent")
	l.oneOf("backup", "yes", "no", "true")
	l.oneOf("diff", "yes", "no")
	l.oneOf("replaces", "planned", "any")
	l.matches("mode", modeForm, "a mode", "write it in octal digits, such as 0644")
	l.matches("owner", accountForm, "the name of a user", "write a name such as root, or a number")
	l.matches("group", accountForm, "the name of a group", "write a name such as adm, or a number")
	if v, ok := l.value("mode"); ok && modeForm.MatchString(v) && strings.ContainsAny(v[len(v)-1:], "2367") {
		l.advise("write a mode such as 0644 or 0640", "mode %s lets everyone on the host write the file", v)
	}
	l.absolute("copy")
	l.matches("sha256", digestForm, "a SHA-256", "write the 64 digits that sha256sum prints")
	if _, digest := l.Attrs["sha256"]; digest != (l.Attrs["copy"] != "") {
		l.fail("write both: copy=/srv/new/app sha256=${steps.look.out.digest}", "copy and sha256 belong together: a file of the host, and what it must be")
	}
	l.content()
	l.validate()
}

func (l *linting) validate() {
	v, there := l.Attrs["validate"]
	if !there {
		return
	}
	l.fixed("validate", "it is a command of a shell, which no value may become part of: it finds inputs as $INPUT_NAME")
	if !strings.Contains(v, "%s") {
		l.fail(`write where the file goes, such as validate="nginx -t -c %s"`, "validate has no %%s for the file that is to be looked at")
	}
}

// content sees to it that the content is said once, and none where there is to be none.
func (l *linting) content() {
	_, from := l.Attrs["from"]
	_, copied := l.Attrs["copy"]
	template, filled := l.Attrs["template"]
	inline := strings.TrimSpace(l.Body) != ""
	gone := l.Attrs["state"] == "absent"
	switch {
	case copied && (from || filled || inline || gone):
		l.fail("keep one of them", "the content is that of copy=%s, and also said otherwise", l.Attrs["copy"])
	case copied:
	case filled && from:
		l.fail("keep one of them", "the content is in from=%s, and also in template=%s", l.Attrs["from"], template)
	case filled && template != "true" && inline:
		l.fail("keep one of them: template by itself says that the block is one", "the content is in the block, and also in template=%s", template)
	case filled && template != "true" && !gone: // its file has it
	case gone && (from || inline || filled):
		l.fail("take the content out, or state=absent", "a file that is to be absent has content")
	case gone:
		for _, name := range []string{"owner", "group", "mode", "validate"} {
			if _, there := l.Attrs[name]; there {
				l.fail("take it out", "a file that is to be absent has no %s", name)
			}
		}
	case from && inline:
		l.fail("keep one of them", "the content is in the block, and also in from=%s", l.Attrs["from"])
	case !from && !inline:
		l.fail("write it in the block, or name a file of the team folder: from=files/app.conf, or template=files/app.conf", "the file step has no content")
	}
}

func saysFile(s prentice.PlannedStep) string {
	says := s.Attrs["path"]
	if s.Attrs["state"] == "absent" {
		return says + " is not there"
	}
	says += " has the content of "
	switch from, template := s.Attrs["from"], s.Attrs["template"]; {
	case s.Attrs["copy"] != "":
		says += s.Attrs["copy"] + ", which is sha256:" + s.Attrs["sha256"]
	case from != "":
		says += from
	case template != "" && template != "true":
		says += template + ", filled in"
	case template != "":
		says += "this block, filled in"
	default:
		says += "this block"
	}
	for _, name := range []string{"owner", "group", "mode"} {
		if v := s.Attrs[name]; v != "" {
			says += ", " + name + " " + v
		}
	}
	return says
}

func valuesOfFile(s prentice.PlannedStep) map[string]string {
	content := contentOf(s)
	digest := s.Attrs["digest"] // of one that is put back
	if content != "" || digest == "" {
		digest = prentice.Digest([]byte(content))
	}
	if s.Attrs["copy"] != "" {
		digest = s.Attrs["sha256"]
	}
	values := map[string]string{
		"copy": s.Attrs["copy"], "path": s.Attrs["path"], "state": s.Attrs["state"], "owner": s.Attrs["owner"], "group": s.Attrs["group"], "mode": octal(s.Attrs["mode"]),
		"diff": s.Attrs["diff"], "validate": strings.ReplaceAll(s.Attrs["validate"], "%s", `"$1"`), "digest": strings.TrimPrefix(digest, "sha256:"),
		"backup": "", "content": content,
	}
	if s.Attrs["copy"] != "" {
		delete(values, "content") // the host has it
	}
	if v := s.Attrs["backup"]; v == "yes" || v == "true" {
		values["backup"] = "yes"
	}
	return values
}

// octal is a mode as stat says it: without zeros in front.
func octal(mode string) string {
	if short := strings.TrimLeft(mode, "0"); short != "" || mode == "" {
		return short
	}
	return "0"
}

// contentOf is the bytes of a file as they are planned.
func contentOf(s prentice.PlannedStep) string {
	if s.Attrs["encoding"] == "base64" {
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s.Body))
		if err == nil {
			return string(raw)
		}
	}
	return s.Body
}
