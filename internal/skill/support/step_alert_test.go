package support

import (
	"context"
	"strings"
	"testing"
	"time"

	"prentice"
)

func TestAVerifyWaitsUntilTheAlertHasBeenGoneForTheSilence(t *testing.T) {
	looks := 0
	kind := &AlertKind{Firing: func(context.Context, string, prentice.Ref) ([]Symptom, error) {
		if looks++; looks < 4 || looks == 6 { // it ends, comes back once, and ends
			return []Symptom{{Since: noon, Event: "event/7"}}, nil
		}
		return nil, nil
	}}
	var log strings.Builder
	step := prentice.PlannedStep{Section: prentice.Verify, Attrs: map[string]string{"name": "HighErr", "service": "service/web", "silence": "60ms", "interval": "10ms"}}
	out, err := kind.Apply(t.Context(), prentice.Work{Step: step, Log: &log})
	if err != nil || !out.OK || looks < 10 || !strings.Contains(log.String(), "alert HighErr fires since 2026-03-02 12:00:00 UTC (event/7)") {
		t.Errorf("%+v %v after %d looks: %s", out, err, looks, log.String())
	}
	if says := kind.Says(step); says != "alert HighErr for service web is not firing for 60ms" {
		t.Errorf("says %q", says)
	}
}

func TestAnAlertThatGoesOnIsNotVerified(t *testing.T) {
	kind := &AlertKind{Firing: func(context.Context, string, prentice.Ref) ([]Symptom, error) { return []Symptom{{Since: noon}}, nil }}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	step := prentice.PlannedStep{Section: prentice.Verify, Attrs: map[string]string{"name": "HighErr", "silence": "20ms", "interval": "10ms"}}
	if out, err := kind.Apply(ctx, prentice.Work{Step: step}); err == nil || out.OK || !strings.Contains(err.Error(), "fires since") {
		t.Errorf("%+v %v", out, err)
	}
	step.Section = prentice.Check
	if out, err := kind.Apply(t.Context(), prentice.Work{Step: step}); err != nil || out.OK {
		t.Errorf("a check: %+v %v", out, err)
	}
	if answer, _ := kind.Done(t.Context(), prentice.Work{Step: step}); answer != prentice.No {
		t.Errorf("done: %s", answer)
	}
}

func TestAnAlertStepThatIsNotUnderstoodSaysWhy(t *testing.T) {
	for says, s := range map[string]prentice.StepSpec{
		"names no alert":          {Section: prentice.Verify},
		`has no attribute "nam"`:  {Section: prentice.Verify, Attrs: map[string]string{"nam": "X"}},
		"it does not act":         {Section: prentice.Act, Attrs: map[string]string{"name": "X"}},
		"has no silence":          {Section: prentice.Check, Attrs: map[string]string{"name": "X", "silence": "1m"}},
		`silence="soon"`:          {Section: prentice.Verify, Attrs: map[string]string{"name": "X", "silence": "soon"}},
		"an alert step has no bo": {Section: prentice.Verify, Attrs: map[string]string{"name": "X"}, Body: "x"},
	} {
		findings := (&AlertKind{}).Lint(s)
		found := false
		for _, f := range findings {
			found = found || strings.Contains(f.Text, says) && f.Hint != ""
		}
		if !found {
			t.Errorf("%s: %+v", says, findings)
		}
	}
}

func TestWhichAlertsFireIsKnownByTheirNameAndService(t *testing.T) {
	routed(t, func(w *world) {
		w.alert("firing", "HighErr", "f1", "critical", "")
		w.alert("firing", "Disk", "f2", "critical", "a")
		w.alert("resolved", "Disk", "f2", "critical", "a")
		for _, c := range []struct {
			name  string
			about prentice.Ref
			want  int
		}{{"HighErr", "", 1}, {"HighErr", "alert/HighErr", 1}, {"HighErr", "service/other", 0}, {"Disk", "", 0}, {"Other", "", 0}} {
			if list, err := w.s.Firing(w.t.Context(), c.name, c.about); err != nil || len(list) != c.want {
				w.t.Errorf("%s about %q: %+v, %v", c.name, c.about, list, err)
			}
		}
	})
}
