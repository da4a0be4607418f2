package shell

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"strings"

	"prentice"
)

// Called is a step as it is performed: with its script as its body.
func Called(step prentice.PlannedStep) prentice.PlannedStep { return called(step) }

// called is a step with a file of the team folder as its script, as a body that any
// shell reads. A script of a shell is the body itself, with its arguments. Another, and
// one that has files beside it, is written into a private folder, and given to the
// interpreter that its first line names.
func called(step prentice.PlannedStep) prentice.PlannedStep {
	if step.Done != nil {
		done := called(*step.Done)
		step.Done = &done
	}
	name := step.Attrs["script"]
	if name == "" {
		return step
	}
	text, words := scriptOf(step), ""
	var args []string
	if raw := step.Attrs["args"]; raw != "" && json.Unmarshal([]byte(raw), &args) == nil {
		for _, arg := range args {
			words += " " + literal(arg)
		}
	}
	step.Attrs = maps.Clone(step.Attrs)
	for _, read := range []string{"script", "args", "libs"} {
		delete(step.Attrs, read)
	}
	libs := step.Libs
	step.Libs = nil
	interpreter := interpreterOf(text)
	if interpreter == "" && len(libs) == 0 {
		if step.Body = text; words != "" {
			step.Body = "set --" + words + "\n" + text
		}
		return step
	}
	if len(libs) == 0 {
		name = path.Base(name)
	}
	step.Body = inFolder(append(libs, prentice.Lib{Path: name, Text: text})) + cmp.Or(interpreter, ownShell[step.Kind], ownShell["sh"]) + ` "$folder/"` + literal(name) + words + "\n"
	return step
}

// ownShell is the shell of a kind, which reads a file as it reads a body.
var ownShell = map[string]string{
	"bash": `"$BASH" -eu -o pipefail`,
	"sh":   "if (set -o pipefail) 2>/dev/null; then set -- -o pipefail; fi\n/bin/sh -eu \"$@\"",
}

// inFolder writes files into a private folder, as they lie in that of the team, and
// removes them at the end.
func inFolder(files []prentice.Lib) string {
	var b strings.Builder
	b.WriteString(`folder=$(mktemp -d "${TMPDIR:-/tmp}/prentice-script-XXXXXXXX")
trap 'rm -rf -- "$folder"' EXIT
trap 'exit 143' HUP INT TERM
(umask 077
`)
	for _, f := range files {
		if dir := path.Dir(f.Path); dir != "." {
			fmt.Fprintf(&b, "mkdir -p \"$folder/\"%s\n", literal(dir))
		}
		fmt.Fprintf(&b, "base64 -d >\"$folder/\"%s <<'END'\n%sEND\n", literal(f.Path), wrapped(base64.StdEncoding.EncodeToString(f.Bytes())))
	}
	b.WriteString(")\n")
	return b.String()
}

// scriptOf is the bytes of a script as they are planned.
func scriptOf(step prentice.PlannedStep) string {
	if step.Attrs["encoding"] == "base64" {
		if raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(step.Body)); err == nil {
			return string(raw)
		}
	}
	return step.Body
}

// interpreterOf is the words of a first line such as #!/usr/bin/env python3; "" is the
// step's own shell. What /usr/bin/env would find is looked for in the step's PATH.
func interpreterOf(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	rest, is := strings.CutPrefix(line, "#!")
	words := strings.Fields(rest)
	if !is || len(words) == 0 {
		return ""
	}
	if path.Base(words[0]) == "env" && len(words) > 1 {
		words = words[1:]
		if words[0] == "-S" && len(words) > 1 {
			words = words[1:]
		}
	}
	if path.Base(words[0]) == "sh" {
		return ""
	}
	for i, w := range words {
		words[i] = literal(w)
	}
	return strings.Join(words, " ")
}

// wrapped is a long text in lines that any tool reads.
func wrapped(text string) string {
	var b strings.Builder
	for len(text) > 76 {
		b.WriteString(text[:76] + "\n")
		text = text[76:]
	}
	return b.String() + text + "\n"
}

// literal makes one literal word of a shell.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
