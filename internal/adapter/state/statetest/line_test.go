package statetest

import (
	"strings"
	"testing"

	"prentice"
)

func TestALineIsPutIntoAFile(t *testing.T) {
	const before = "name = app\nworkers = 4\n# workers = 9\nlog = a|b\n"
	for _, c := range []struct {
		name, line string
		attrs      map[string]string
		after      string
	}{
		{"at the end", "user = app", nil, before + "user = app\n"},
		{"in the place of what it matches", "workers = 8", map[string]string{"match": "^workers"}, "name = app\nworkers = 8\n# workers = 9\nlog = a|b\n"},
		{"at the end, when nothing matches", "threads = 8", map[string]string{"match": "^threads"}, before + "threads = 8\n"},
		{"as it stands", `log = $HOME \1 & 'x'`, map[string]string{"match": "^log"}, "name = app\nworkers = 4\n# workers = 9\nlog = $HOME \\1 & 'x'\n"},
		{"by being taken out", "log = a|b", map[string]string{"state": "absent"}, "name = app\nworkers = 4\n# workers = 9\n"},
		{"by all that match being taken out", "", map[string]string{"state": "absent", "match": "workers"}, "name = app\nlog = a|b\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, false)
			w.write("app.conf", before, 0o640)
			step := w.step("line", c.line+"\n", c.attrs)
			step.Attrs["path"] = w.at("app.conf")
			step.Attrs["diff"] = "yes"
			if seen := w.survey(step); seen.So || seen.Diff == "" {
				t.Errorf("seen: %+v", seen)
			}
			w.goes(step, func() string { return w.read("app.conf") }, before, c.after)
			w.clean()
		})
	}
}

func TestALineMakesAFileOnlyWhenAsked(t *testing.T) {
	w := newWorld(t, false)
	step := w.step("line", "workers = 8\n", map[string]string{"path": w.at("app.conf")})
	if seen, err := w.kind(step.Kind).Survey(t.Context(), w.work(step)); err == nil || !strings.Contains(err.Error(), "there is no file") {
		t.Errorf("%+v %v", seen, err)
	}
	step.Attrs["create"] = "yes"
	if seen := w.survey(step); seen.So || seen.Now != "absent" || !strings.Contains(seen.Diff, "+workers = 8") {
		t.Errorf("seen: %+v", seen)
	}
	there := func() string { return w.says("cat " + w.at("app.conf") + " 2>/dev/null || echo none") }
	w.goes(step, there, "none", "workers = 8")
	w.clean()
}

func TestALineIsAbsentFromAFileThatIsNotThere(t *testing.T) {
	w := newWorld(t, false)
	step := w.step("line", "", map[string]string{"path": w.at("app.conf"), "match": "^workers", "state": "absent"})
	if seen := w.survey(step); !seen.So || !strings.Contains(seen.Says, "there is no file") {
		t.Errorf("seen: %+v", seen)
	}
	if out, err := w.apply(step); err != nil || !out.OK {
		t.Errorf("%+v %v", out, err)
	}
}

func TestALineThatOthersChangedAroundIsNotPutBack(t *testing.T) {
	w := newWorld(t, false)
	w.write("app.conf", "workers = 4\n", 0o644)
	step := w.step("line", "workers = 8\n", map[string]string{"path": w.at("app.conf"), "match": "^workers"})
	if out, err := w.apply(step); err != nil || !out.OK {
		t.Fatalf("%+v %v", out, err)
	}
	w.write("app.conf", "workers = 8\ntheirs\n", 0o644)
	out, err := w.apply(undo(step))
	if err != nil || out.OK || !strings.Contains(out.Says, "changed by others since") || w.read("app.conf") != "workers = 8\ntheirs\n" {
		t.Errorf("%+v %v", out, err)
	}
}

func TestALineIsOneLineWhateverFillsItIn(t *testing.T) {
	w := newWorld(t, false)
	w.write("app.conf", "workers = 4\n", 0o644)
	step := w.step("line", "workers = 8\nuser = root\n", map[string]string{"path": w.at("app.conf"), "match": "^workers", "template": "true"})
	out, err := w.apply(step)
	if err == nil && out.OK || w.read("app.conf") != "workers = 4\n" {
		t.Errorf("%+v %v: %q", out, err, w.read("app.conf"))
	}
	if says := out.Says; err == nil && !strings.Contains(says, "line break") {
		t.Errorf("it says %q", says)
	}
}

// goes performs a step, again, and puts back what it changed.
func (w world) goes(step prentice.PlannedStep, now func() string, before, after string) {
	w.t.Helper()
	if got := now(); got != before {
		w.t.Fatalf("before it is %q, and not %q", got, before)
	}
	if done := w.done(step); done != prentice.No {
		w.t.Errorf("before, it is done: %s", done)
	}
	if out, err := w.apply(step); err != nil || !out.OK {
		w.t.Fatalf("%+v %v\n%s", out, err, w.log)
	}
	if got := now(); got != after {
		w.t.Errorf("after it is %q, and not %q", got, after)
	}
	if done := w.done(step); done != prentice.Yes {
		w.t.Errorf("after, it is done: %s", done)
	}
	if out, err := w.apply(step); err != nil || !strings.HasPrefix(out.Says, "nothing to change") {
		w.t.Errorf("again: %+v %v", out, err)
	}
	if seen := w.survey(step); !seen.So {
		w.t.Errorf("seen after: %+v", seen)
	}
	if out, err := w.apply(undo(step)); err != nil || !out.OK {
		w.t.Errorf("put back: %+v %v\n%s", out, err, w.log)
	}
	if got := now(); got != before {
		w.t.Errorf("put back it is %q, and not %q", got, before)
	}
}
