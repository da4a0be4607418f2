package runner

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// printing is a kind whose steps print their body and remember their environment.
type printing struct {
	effect
	env    map[string][]string
	prints map[string]string // by step and target, in place of the body
}

func (p *printing) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	p.effect.mu.Lock()
	p.env[p.key(w)] = w.Env
	text, other := p.prints[p.key(w)]
	p.effect.mu.Unlock()
	if !other {
		text = w.Step.Body
	}
	io.WriteString(w.Log, text) //nolint:errcheck // a test's log
	return p.effect.Apply(ctx, prentice.Work{Step: w.Step, Target: w.Target, Log: discard{}})
}

func (p *printing) sees(step string, target prentice.Ref, name string) string {
	p.effect.mu.Lock()
	defer p.effect.mu.Unlock()
	for _, e := range p.env[step+string(target)] {
		if value, ok := strings.CutPrefix(e, name+"="); ok {
			return value
		}
	}
	return "unset"
}

func handing(id string, section prentice.Section, where, body string, outs ...prentice.Capture) prentice.PlannedStep {
	s := step(id, section, where)
	s.Body, s.Out = body, outs
	return s
}

// eachPrinting runs a test on every sort of database, with steps that print.
func eachPrinting(t *testing.T, plan prentice.Plan, test func(*testing.T, *world, *printing)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, plan, allow)
		p := &printing{effect: effect{done: map[string]int{}, sick: map[string]bool{}, truth: map[string]prentice.Answer{}, began: make(chan string, 100)}, env: map[string][]string{}}
		w.r.Know([]prentice.StepKind{p})
		test(t, w, p)
	})
}

func TestWhatAStepHandsOnReachesTheStepsAfterIt(t *testing.T) {
	plan := planOf(2,
		handing("ask", prentice.Act, "target", "working\n{\"pid\": 7}\n 1.4.2 \n\n", prentice.Capture{Name: "version", Type: "string"}),
		handing("once", prentice.Act, "here", "[\"a\", \"b\"]", prentice.Capture{Name: "parts", Type: "list"}),
		step("tell", prentice.Act, "target"), step("well", prentice.Verify, "here"))
	eachPrinting(t, plan, func(t *testing.T, w *world, p *printing) {
		d := w.until(w.start(bob, "fix").Number, prentice.Verified)
		i := slices.IndexFunc(d.Steps, func(s run.StepRecord) bool { return s.Step == "ask" && s.Target == "host/b" })
		if i < 0 || d.Steps[i].Out["version"] != "1.4.2" {
			t.Fatalf("the journal has %+v", d.Steps)
		}
		for _, c := range []struct {
			step       string
			target     prentice.Ref
			name, want string
		}{
			{"tell", "host/a", "OUT_ASK_VERSION", "1.4.2"}, {"tell", "host/b", "OUT_ONCE_PARTS", "a,b"}, {"well", "", "OUT_ASK_VERSION", `{"a":"1.4.2","b":"1.4.2"}`},
			{"ask", "host/a", "OUT_ONCE_PARTS", "unset"}, {"once", "", "TARGETS", "a\nb"}, {"ask", "host/a", "TARGETS", "unset"},
		} {
			if got := p.sees(c.step, c.target, c.name); got != c.want {
				t.Errorf("%s on %q sees %s=%q, want %q", c.step, c.target, c.name, got, c.want)
			}
		}
		if !slices.ContainsFunc(w.notes, func(n prentice.Note) bool {
			out, _ := n.Data.(map[string]any)["out"].(prentice.Values)
			return n.Kind == "step.done" && out["parts"] == "a,b"
		}) {
			t.Error("no evidence holds the value")
		}
	})
}

func TestWhatIsNotAsDeclaredIsNotHandedOn(t *testing.T) {
	for _, c := range []struct {
		name, body string
		out        prentice.Capture
		says       string
	}{
		{"another type", "91 %\n", prentice.Capture{Name: "full", Type: "int"}, `out full wants int: it is not a whole number, it came as "91 %"`},
		{"nothing", "\n\n", prentice.Capture{Name: "full", Type: "int"}, "out full wants int: there is none"},
		{"a gigabyte without an end", strings.Repeat("\x00\x1b[2J", 1<<19), prentice.Capture{Name: "full", Type: "string"}, "more than a megabyte"},
		{"a terminal's orders", "\x1b]0;gone\x07\n", prentice.Capture{Name: "title", Type: "string"}, "control character U+001B"},
		{"a secret", "the key is hunter2\n", prentice.Capture{Name: "key", Type: "string"}, "it holds a secret, and secrets are never handed on"},
		{"a secret in base64", "aHVudGVyMg==\n", prentice.Capture{Name: "key", Type: "string"}, "it holds a secret"},
		{"no such place", `{"a": 1}`, prentice.Capture{Name: "b", Type: "int", From: "$.b"}, `out b wants int at $.b: it has no .b in $.b`},
		{"not by its schema", `{"phase": 1}`, prentice.Capture{Name: "pod", Type: "json", Schema: `{"properties":{"phase":{"type":"string"}}}`}, "$.phase is not of type string"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := handing("ask", prentice.Act, "target", c.body, c.out)
			w, printed := listening(prentice.Work{Step: s, Log: discard{}, Secrets: []string{"hunter2"}})
			fmt.Fprint(w.Log, c.body)
			_, err := valuesOf(w, printed, nil, nil)
			if err == nil || !strings.Contains(err.Error(), c.says) || prentice.KindOf(err) != prentice.Invalid || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\x1b") {
				t.Errorf("got %v", err)
			}
			w.Step.Section = prentice.Check
			if _, err := valuesOf(w, printed, nil, nil); prentice.KindOf(err) != prentice.Unavailable {
				t.Errorf("a check that gives no value says something of the world: %v", err)
			}
		})
	}
}

func TestAStepThatHandsNothingOnThoughItShouldHasFailed(t *testing.T) {
	plan := planOf(1, handing("ask", prentice.Act, "target", "soon\n", prentice.Capture{Name: "n", Type: "int"}), step("tell", prentice.Act, "target"), step("back", prentice.Undo, "target"))
	eachPrinting(t, plan, func(t *testing.T, w *world, p *printing) {
		d := w.until(w.start(bob, "fix").Number, prentice.Undone)
		if !strings.Contains(d.Says, `step ask on host/a: out n wants int`) || p.times("tell", "host/a") != 0 {
			t.Errorf("it says %q", d.Says)
		}
	})
}

func TestOfAStepThatWasDoneBeforeACrashTheValueIsNotMadeUp(t *testing.T) {
	s := handing("ask", prentice.Act, "target", "7\n", prentice.Capture{Name: "n", Type: "int"})
	if state, says, _ := valueLost(s); state != run.Unsure || !strings.Contains(says, "what it hands on is lost") {
		t.Errorf("got %s: %s", state, says)
	}
	if s.Idempotent = true; func() run.StepState { state, _, _ := valueLost(s); return state }() != "" {
		t.Error("it is not made again, though that is harmless")
	}
}

func TestStepsOfACalledProcedureFindTheirOwnValues(t *testing.T) {
	for _, c := range []struct{ by, in, want string }{
		{"deploy.ask", "deploy.tell", "OUT_DEPLOY_ASK_N OUT_ASK_N"}, {"deploy.2.ask", "deploy.2.tell.1", "OUT_DEPLOY_2_ASK_N OUT_ASK_N"}, {"deploy.1.ask", "deploy.2.tell", "OUT_DEPLOY_1_ASK_N"}, {"ask.3", "tell", "OUT_ASK_3_N"}, {"deploy.ask", "tell", "OUT_DEPLOY_ASK_N"},
	} {
		if got := strings.Join(variables(c.by, "n", c.in), " "); got != c.want {
			t.Errorf("%s in %s: got %s, want %s", c.by, c.in, got, c.want)
		}
	}
}

func TestOfAnAnswerStatusHeadersAndJSONAreHandedOn(t *testing.T) {
	r := prentice.Response{Status: 202, Body: `{"id": 7}`, Header: func(name string) string { return map[string]string{"ETag": "W/1"}[name] }}
	for _, c := range []struct{ kind, from, want, why string }{
		{"int", "status", "202", ""}, {"string", "header:ETag", "W/1", ""}, {"int", "$.id", "7", ""}, {"json", "", `{"id":7}`, ""},
		{"string", "header:Location", "", "out v wants string at header:Location: the answer has no header Location"}, {"int", "$.name", "", "it has no .name in $.name"},
	} {
		w, printed := listening(prentice.Work{Step: handing("ask", prentice.Act, "here", "", prentice.Capture{Name: "v", Type: c.kind, From: c.from}), Log: discard{}})
		values, err := valuesOf(w, printed, &r, nil)
		if values["v"] != c.want || c.why == "" && err != nil || c.why != "" && (err == nil || !strings.Contains(err.Error(), c.why)) {
			t.Errorf("%s: got %v %v", c.from, values, err)
		}
	}
	w, printed := listening(prentice.Work{Step: handing("ask", prentice.Act, "here", "", prentice.Capture{Name: "v", Type: "json"}), Log: discard{}})
	if _, err := valuesOf(w, printed, &prentice.Response{Body: "{", Long: true}, nil); err == nil || !strings.Contains(err.Error(), "more than a megabyte") {
		t.Errorf("of a body that goes on: %v", err)
	}
}

func TestAFolderThatCannotBeRemovedIsTold(t *testing.T) {
	s := step("write", prentice.Act, "target")
	s.Body = "echo >$PRENTICE_RUN_FOLDER/x\n"
	eachPrinting(t, planOf(1, s, step("well", prentice.Verify, "here")), func(t *testing.T, w *world, p *printing) {
		p.prints = map[string]string{"run-folderhost/a": "/home/bell/.prentice/run-1\n"}
		d := w.until(w.start(bob, "fix").Number, prentice.Verified)
		if got := p.sees("write", "host/a", "PRENTICE_RUN_FOLDER"); got != "/home/bell/.prentice/run-1" || p.sees("well", "", "PRENTICE_RUN_FOLDER") != "unset" || p.times("run-folder", "host/a") != 2 || strings.Contains(d.Says, "folder") {
			t.Errorf("the step sees %q, %d looks, and the run says %q", got, p.times("run-folder", "host/a"), d.Says)
		}
		p.effect.mu.Lock()
		p.sick["run-folder"] = true
		p.effect.mu.Unlock()
		d = w.until(w.start(bob, "fix").Number, prentice.Failed)
		if !strings.Contains(d.Says, "make the run's folder") || !strings.Contains(d.Says, "its folder on host/a could not be removed") || p.times("write", "host/a") != 1 {
			t.Errorf("it says %q", d.Says)
		}
	})
}
