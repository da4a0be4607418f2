package statetest

import (
	"os"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/shell"
	"prentice/internal/engine/runner/kindtest"
)

// good is a step of each kind with which nothing is wrong.
var good = map[string]prentice.StepSpec{
	"file":    {Section: prentice.Act, Body: "a\n", Attrs: map[string]string{"path": "/nowhere/app.conf"}},
	"line":    {Section: prentice.Act, Body: "a\n", Attrs: map[string]string{"path": "/nowhere/app.conf"}},
	"package": {Section: prentice.Act, Attrs: map[string]string{"name": "hello"}},
	"service": {Section: prentice.Act, Attrs: map[string]string{"name": "hello", "state": "running"}},
	"user":    {Section: prentice.Act, Attrs: map[string]string{"name": "hello"}},
	"cron":    {Section: prentice.Act, Body: "true\n", Attrs: map[string]string{"name": "hello", "schedule": "1 2 * * *"}},
	"kubectl": {Section: prentice.Act, Risk: prentice.Change, Body: "spec: {replicas: 3}", Attrs: map[string]string{"resource": "deployment/a", "namespace": "shop"}},
}

func TestEachIsAStepKind(t *testing.T) {
	for name, spec := range good {
		t.Run(name, func(t *testing.T) {
			spec.Kind = name
			kindtest.Check(t, kindtest.Case{Kind: newWorld(t, false).kind(name), Good: spec, Place: placeOf(name)})
		})
	}
}

// placeOf is where it is tried that a kind is detached. What is so of one is so of all: only
// the script differs.
func placeOf(string) func(*testing.T) kindtest.Place { return slowFile }

// slowFile is a file step whose validation waits.
func slowFile(t *testing.T) kindtest.Place {
	one := newWorld(t, true)
	two := one
	sh := *one.sh
	two.sh = &sh
	two.sh.Claims = &shell.Claims{Install: "ours", Grace: 200 * time.Millisecond}
	t.Cleanup(func() { two.sh.Claims.Close() }) //nolint:errcheck // it never fails
	asked := 0
	step := one.step("file", "new\n", map[string]string{"path": one.at("app.conf"), "validate": "echo effect >> " + one.at("effect") + "; until test -e " + one.at("go") + " || ! test -d " + one.folder + "; do sleep 0.02; done; grep -q new %s"})
	return kindtest.Place{
		Kind: func() prentice.Detached {
			if asked++; asked%2 == 0 {
				return two.kind("file")
			}
			return one.kind("file")
		},
		Work: func() prentice.Work {
			w := one.work(step)
			w.Once = "1"
			return w
		},
		Effects: func() int {
			raw, _ := os.ReadFile(one.at("effect")) //nolint:errcheck // not there yet is none
			return len(raw) / len("effect\n")
		},
		Go: func() {
			if err := os.WriteFile(one.at("go"), nil, 0o600); err != nil {
				t.Error(err)
			}
		},
	}
}
