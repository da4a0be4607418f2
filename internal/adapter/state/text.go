package state

import (
	_ "embed"
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"prentice"
)

//go:embed common.sh
var common string

// text is the script of a step that does what how says: look, so, make, undo or undone.
func (k *Kind) text(w prentice.Work, how string) string {
	values := map[string]string{"how": how, "key": key(w), "planned": "", "run": strings.ReplaceAll(string(w.Run), "/", "-")}
	maps.Copy(values, k.values(k.whole(w)))
	if seen, ok := seenOf(w); ok && k.strict {
		values["planned"] = seen.Now
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name != "content" {
			b.WriteString(name + "=" + quote(values[name]) + "\n")
		}
	}
	b.WriteString("kept=${HOME:?}/.prentice-kept/$key\n")
	if content, has := values["content"]; has && how == "make" {
		b.WriteString("content() { base64 -d <<'END'\n" + lines(base64.StdEncoding.EncodeToString([]byte(content))) + "END\n}\n")
	}
	// The order in which things happen comes last: it calls the functions.
	before, after, _ := strings.Cut(common, "case $how in\n")
	b.WriteString(before + k.script + "case $how in\n" + after)
	return b.String()
}

// whole is the step with the data that it puts back, which stand in the plan only once.
func (k *Kind) whole(w prentice.Work) prentice.PlannedStep {
	step := w.Step
	if !k.data || step.Of == "" || w.Plan == nil {
		return step
	}
	if i := slices.IndexFunc(w.Plan.Steps, func(s prentice.PlannedStep) bool { return s.ID == step.Of }); i >= 0 {
		step.Body = w.Plan.Steps[i].Body
	}
	return step
}

// lines is a long text in lines that any tool reads.
func lines(text string) string {
	var b strings.Builder
	for len(text) > 76 {
		b.WriteString(text[:76] + "\n")
		text = text[76:]
	}
	if text != "" {
		b.WriteString(text + "\n")
	}
	return b.String()
}

// quote makes one literal word of a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
