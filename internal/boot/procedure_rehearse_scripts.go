package boot

import (
	"cmp"
	"fmt"
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
	step  prentice.PlannedStep
	words string // what runs it, with its variables, but for the name of its file
	body  string
	why   string
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
		r := rehearsal{step: s, words: assignments(target, s) + " " + cmp.Or(shells[s.Kind], shells["sh"]), body: shell.Called(s).Body}
		at := slices.IndexFunc(kinds, func(k prentice.StepKind) bool { return k.Name() == s.Kind })
		switch {
		case s.Where == "target" && !s.For(target.Ref):
			r.why = "not planned for this target"
		case shells[s.Kind] != "":
			r.why = unknownTo(s)
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

// unknownTo says that a script reads what only a run captures, or "".
func unknownTo(s prentice.PlannedStep) string {
	for _, m := range captures.FindAllStringSubmatch(s.Body, -1) {
		if _, set := s.Env[m[1]]; !set && !strings.Contains(s.Body, m[1]+"=") && !strings.Contains(s.Body, m[1]+":-") {
			return "not run: it reads $" + m[1] + ", which only a run captures"
		}
	}
	return ""
}

// writeScripts puts scripts into a folder, and one that runs them all: the output of each
// ends with a line of the seal, its number and its exit code.
func writeScripts(folder string, scripts []rehearsal, seal string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var all strings.Builder
	all.WriteString("mkdir -p /work/state\n")
	for i, s := range scripts {
		if s.why != "" {
			continue
		}
		name := "step-" + strconv.Itoa(i)
		if err := os.WriteFile(filepath.Join(folder, name), []byte(s.body), 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&all, "env -i %s /work/%s 2>&1; code=$?; echo; echo '%s' %d $code\n", s.words, name, seal, i)
	}
	return os.WriteFile(filepath.Join(folder, "rehearse"), []byte(all.String()), 0o644)
}

// assignments are the variables of a step, as words of a shell. Secrets are not among
// them: a rehearsal has none.
func assignments(t prentice.Target, s prentice.PlannedStep) string {
	env := map[string]string{"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/work", "LANG": "C.UTF-8", "PRENTICE_RUN": "run/0", "PRENTICE_STATE": "/work/state",
		"TARGET_REF": string(t.Ref), "TARGET_NAME": t.Ref.Name(), "TARGET_ADDRESS": t.Address}
	maps.Copy(env, s.Env)
	var words []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		words = append(words, "'"+name+"="+strings.ReplaceAll(env[name], "'", `'\''`)+"'")
	}
	return strings.Join(words, " ")
}
