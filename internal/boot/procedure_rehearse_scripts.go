package boot

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/adapter/shell"
)

// rehearsal is what a step does in a sandbox: a script, or why there is none.
type rehearsal struct {
	step prentice.PlannedStep
	body string
	why  string
}

// shells run the scripts of a kind, as they do on a target.
var shells = map[string]string{"sh": "/bin/sh -eu", "bash": "/bin/bash -eu -o pipefail"}

// rehearser is a kind whose steps are no scripts, and yet can be done in a sandbox.
type rehearser interface {
	Rehearsal(w prentice.Work) (script, why string)
}

// scriptsFor are the steps of a plan as they are done for one target.
func scriptsFor(plan prentice.Plan, target prentice.Target, kinds []prentice.StepKind) []rehearsal {
	list := make([]rehearsal, len(plan.Steps))
	for i, s := range plan.Steps {
		r := rehearsal{step: s, body: shell.Called(s).Body}
		at := slices.IndexFunc(kinds, func(k prentice.StepKind) bool { return k.Name() == s.Kind })
		switch {
		case s.Where == "target" && !s.For(target.Ref):
			r.why = "not planned for this target"
		case shells[s.Kind] != "":
		case at < 0:
			r.why = "not run: it is no script"
		default:
			r.body, r.why = "", "not run: it is no script"
			if k, can := kinds[at].(rehearser); can {
				r.body, r.why = k.Rehearsal(prentice.Work{Run: "run/0", Step: s, Target: target})
			}
		}
		list[i] = r
	}
	return list
}

var captures = regexp.MustCompile(`\$\{?(OUT_[A-Z0-9_]+)`)

// unknownTo says that a script reads what no step has handed on to it in the sandbox, or "".
func unknownTo(s prentice.PlannedStep, handed map[string]string) string {
	for _, m := range captures.FindAllStringSubmatch(s.Body, -1) {
		_, set := s.Env[m[1]]
		if _, given := handed[m[1]]; !given && !set && !strings.Contains(s.Body, m[1]+"=") && !strings.Contains(s.Body, m[1]+":-") {
			return "not run: it reads $" + m[1] + ", which no step before it handed on here"
		}
	}
	return ""
}

// writeScripts puts scripts into a folder.
func writeScripts(folder string, scripts []rehearsal) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for i, s := range scripts {
		if s.why != "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(folder, "step-"+strconv.Itoa(i)), []byte(s.body), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// command runs a script with the variables of its step, and with what was handed on to it.
// Secrets are not among them: a rehearsal has none.
func (r rehearsal) command(t prentice.Target, handed map[string]string, script string) string {
	env := map[string]string{"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/work", "LANG": "C.UTF-8", "PRENTICE_RUN": "run/0", "PRENTICE_STATE": "/work/state",
		"TARGET_REF": string(t.Ref), "TARGET_NAME": t.Ref.Name(), "TARGET_ADDRESS": t.Address}
	if r.step.Section != prentice.Check { // a check has none
		env["PRENTICE_RUN_FOLDER"] = runFolder
	}
	maps.Copy(env, handed)
	maps.Copy(env, r.step.Env)
	words := []string{"env", "-i"}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		words = append(words, word(name+"="+env[name]))
	}
	return strings.Join(append(words, cmp.Or(shells[r.step.Kind], shells["sh"]), script, "2>&1"), " ")
}

// word is a text as one word of a shell.
func word(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
