package statetest

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/shell"
	"prentice/internal/adapter/state"
)

// world is a folder in which steps are performed, on this machine.
type world struct {
	t      *testing.T
	sh     *shell.Kind
	folder string
	log    *bytes.Buffer
	plan   *prentice.Plan
	env    *[]string
	count  *int
}

// both does it with steps that end with us, and with such as outlive us.
func both(t *testing.T, name string, do func(*testing.T, world)) {
	t.Run(name, func(t *testing.T) { do(t, newWorld(t, false)) })
	t.Run(name+", as a claim", func(t *testing.T) { do(t, newWorld(t, true)) })
}

func newWorld(t *testing.T, claims bool) world {
	folder := t.TempDir()
	env := []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C", "HOME=" + folder}
	w := world{t: t, folder: folder, log: &bytes.Buffer{}, plan: &prentice.Plan{}, env: &env, count: new(int)}
	w.sh = &shell.Kind{Scratch: filepath.Join(folder, ".scratch"), Dir: folder, Env: env, Grace: 200 * time.Millisecond}
	if claims {
		w.sh.Home, w.sh.Claims = filepath.Join(folder, ".claims"), &shell.Claims{Install: "ours"}
		t.Cleanup(func() { w.sh.Claims.Close() }) //nolint:errcheck // it never fails
	}
	return w
}

func (w world) kind(name string) *state.Kind {
	kinds := state.Kinds(w.sh)
	i := slices.IndexFunc(kinds, func(k prentice.StepKind) bool { return k.Name() == name })
	return kinds[i].(*state.Kind)
}

func (w world) step(kind, body string, attrs map[string]string) prentice.PlannedStep {
	given := map[string]string{}
	for name, value := range attrs {
		given[name] = value
	}
	return prentice.PlannedStep{ID: "conf", Section: prentice.Act, Kind: kind, Risk: prentice.Change, Where: "target", Idempotent: true, Attrs: given, Body: body}
}

func (w world) work(s prentice.PlannedStep) prentice.Work {
	*w.count++
	w.log.Reset()
	return prentice.Work{Run: "run/7", Nonce: "nonce", Once: string(rune('a' + *w.count)), Plan: w.plan, Step: s, Target: prentice.Target{Ref: "host/local", Local: true}, Env: *w.env, Log: w.log, DetachAware: true}
}

func (w world) apply(s prentice.PlannedStep) (prentice.Outcome, error) {
	return w.kind(s.Kind).Apply(w.t.Context(), w.work(s))
}

// done asks the question, as after a crash in which the step's claim was lost.
func (w world) done(s prentice.PlannedStep) prentice.Answer {
	w.t.Helper()
	s.Risk = prentice.Look
	if s.Of != "" {
		s.Risk = prentice.Change
		work := w.work(s)
		work.DetachAware = false
		answer, err := w.kind(s.Kind).Done(w.t.Context(), work)
		if err != nil {
			w.t.Fatal(err)
		}
		return answer
	}
	work := w.work(s)
	work.DetachAware = false
	answer, err := w.kind(s.Kind).Done(w.t.Context(), work)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer
}

func (w world) survey(s prentice.PlannedStep) prentice.Seen {
	w.t.Helper()
	seen, err := w.kind(s.Kind).Survey(w.t.Context(), w.work(s))
	if err != nil {
		w.t.Fatal(err)
	}
	return seen
}

// full makes what is written fail in the middle, as on a full disk.
func (w world) full() {
	bin := filepath.Join(w.folder, ".bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		w.t.Fatal(err)
	}
	text := "#!/bin/sh\nif [ \"${1-}\" = -d ]; then cat /dev/zero | head -c 1; echo 'No space left on device' >&2; exit 1; fi\nexec /usr/bin/base64 \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, "base64"), []byte(text), 0o755); err != nil {
		w.t.Fatal(err)
	}
	(*w.env)[0] = "PATH=" + bin + ":/usr/sbin:/usr/bin:/sbin:/bin"
}
