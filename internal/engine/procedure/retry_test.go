package procedure_test

import (
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

func TestALookMayBeMadeAgain(t *testing.T) {
	l := library(t, front()+"\n## Check\n"+block("sh id=a retry=3", "true\n")+"\n## Verify\n"+block("sh id=b retry=5 delay=2s backoff=3", "true\n"))
	plan, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p"})
	if err != nil {
		t.Fatal(err)
	}
	a, b := plan.Steps[0].Retry, plan.Steps[1].Retry
	if a != (prentice.Retry{Times: 3, Delay: "1s", Backoff: 1}) || a.String() != "up to 3 retries, after 1s" {
		t.Errorf("got %+v, %s", a, a)
	}
	if b.Rest(1) != 2*time.Second || b.Rest(2) != 6*time.Second || b.Rest(3) != 18*time.Second || b.Rest(20) != prentice.LongestRest || b.String() != "up to 5 retries, after 2s, each 3 times as long" {
		t.Errorf("got %s, %s, %s", b.Rest(1), b.Rest(20), b)
	}
}

func TestAStepHasTheTimeThatItSays(t *testing.T) {
	text := front("inputs: {patience: {type: duration}}") + "\n## Act\n" + block("sh id=a timeout=90s idempotent retry=2", "true\n") + block("sh id=b timeout=${inputs.patience}", "true\n") + block("sh id=c", "true\n")
	plan, err := procedure.Render(library(t, text), proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Inputs: map[string]string{"patience": "2m"}})
	if err != nil {
		t.Fatal(err)
	}
	if a, b, c := plan.Steps[0], plan.Steps[1], plan.Steps[2]; a.Timeout != "1m30s" || b.Timeout != "2m0s" || c.Timeout != "" || a.Retry.Times != 2 || a.Attrs["timeout"] != "" {
		t.Errorf("%+v\n%+v\n%+v", a, b, c)
	}
	_, err = procedure.Render(library(t, text), proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Inputs: map[string]string{"patience": "0s"}})
	if prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), `step b: timeout "0s" is not a length`) {
		t.Error(err)
	}
}

func TestRetriesAreReadStrictly(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"\n## Act\n" + block("sh id=a retry=3", "true\n"), "step a has risk=change and is not idempotent: after a failed attempt no one knows how far it came; mark the step idempotent"},
		{"\n## Act\n" + block("sh id=a retry=3 idempotent=false", "true\n"), "step a has risk=change and is not idempotent"},
		{"\n## Act\n" + block("human id=a retry=3 idempotent", "Do it.\n"), "step a is for a person, who answers once"},
		{"\n## Act\n" + block("human id=a timeout=3m", "Do it.\n"), "step a is for a person, and has a timeout; take it out; limits: approval_expires"},
		{"\n## Act\n" + block("sh id=a timeout=soon", "true\n"), `timeout "soon" is not a length from 100ms to 1d`},
		{"\n## Act\n" + block("sh id=a timeout=0s", "true\n"), "is not a length"},
		{"\n## Act\n" + block("sh id=a timeout=2d", "true\n"), "is not a length"},
		{"\n## Act\n" + block("sh id=a timeout", "true\n"), `timeout "true" is not a length`},
		{"\n## Act\n" + block("uses id=a procedure=b timeout=3m", ""), "a uses step has no attribute timeout"},
		{"\n## Check\n" + block("sh id=a retry=0", "true\n"), `retry "0" is not a number from 1 to 20`},
		{"\n## Check\n" + block("sh id=a retry=many", "true\n"), `retry "many" is not a number`},
		{"\n## Check\n" + block("sh id=a retry", "true\n"), "is not a number"},
		{"\n## Check\n" + block("sh id=a retry=3 delay=1ms", "true\n"), `delay "1ms" is not a length from 100ms to 10m0s`},
		{"\n## Check\n" + block("sh id=a retry=3 delay=1h", "true\n"), "is not a length"},
		{"\n## Check\n" + block("sh id=a delay=1s", "true\n"), "delay says something only of a retry; write retry=3 beside it"},
		{"\n## Check\n" + block("sh id=a retyr=3", "true\n"), `knows no attribute "retyr"`},
		{"\n## Act\n" + block("sh id=a", "true\n") + block("sh id=b of=a retry=3", "true\n"), "a done? question is asked once"},
		{"\n## Act\n" + block("uses id=a procedure=b retry=3", ""), "a uses step has no attribute retry"},
	} {
		_, findings := parse(front() + c.body)
		if got := says(errorsIn(findings)); !strings.Contains(got, c.want) {
			t.Errorf("got\n%swant %s", got, c.want)
		}
	}
}
