package run

import (
	"slices"
	"testing"
	"time"

	"prentice"
)

func rolling(hosts, parallel, failures int, verify string) prentice.Plan {
	p := prentice.Plan{Limits: prentice.PlanLimits{Parallel: parallel, MaxFailures: failures, Verify: verify}, Steps: []prentice.PlannedStep{
		{ID: "deploy", Section: prentice.Act, Where: "target"}, {ID: "well", Section: prentice.Verify, Where: "here", Attrs: map[string]string{"settle": "30s", "silence": "90s"}}}}
	for i := range hosts {
		p.Targets = append(p.Targets, prentice.Target{Ref: prentice.NewRef("host", string(rune('a'+i)))})
	}
	return p
}

func TestARolloutIsToldBeforeAnybodyAgrees(t *testing.T) {
	for _, c := range []struct {
		name string
		plan prentice.Plan
		want string
	}{
		{"it grows up to parallel", rolling(20, 5, 0, prentice.VerifyPerBatch), "batch 1: 1 host, then verify for 2m; batch 2: 2 hosts; batch 3: 4 hosts; batches 4 to 5: 5 hosts each; batch 6: 3 hosts; at least 12m in all"},
		{"no batch is larger than what may fail", rolling(6, 5, 2, prentice.VerifyPerBatch), "batch 1: 1 host, then verify for 2m; batches 2 to 3: 2 hosts each; batch 4: 1 host; at least 8m in all"},
		{"all at once, when the procedure says so", rolling(6, 5, 2, prentice.VerifyAtEnd), "all hosts act, then verify for 2m"},
		{"a plan from before says nothing", rolling(6, 5, 2, ""), ""},
	} {
		if got := (View{ThePlan: c.plan}).Rollout(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Whatever the journal says, no more targets are begun than may fail, and what is
// over stays over.
func TestBatchesFollowFromTheJournal(t *testing.T) {
	at := time.Unix(1, 0)
	rec := func(step string, section prentice.Section, target string, round int, state StepState) StepRecord {
		r := StepRecord{Step: step, Section: section, Round: round, State: state, Attempts: 1, Started: at}
		if target != "" {
			r.Target = prentice.NewRef("host", target)
		}
		return r
	}
	canary := []StepRecord{rec("deploy", prentice.Act, "a", 1, Done), rec("well", prentice.Verify, "", 1, Done)}
	for _, c := range []struct {
		name  string
		steps []StepRecord
		want  []StepState
	}{
		{"nothing was begun", nil, []StepState{NotBegun, NotBegun, NotBegun}},
		{"the canary acts", []StepRecord{rec("deploy", prentice.Act, "a", 1, Intended)}, []StepState{Intended, NotBegun, NotBegun}},
		{"the canary has acted and is not verified", canary[:1], []StepState{Intended, NotBegun, NotBegun}},
		{"the canary is verified", canary, []StepState{Done, NotBegun, NotBegun}},
		{"the second is under way", append(slices.Clone(canary), rec("deploy", prentice.Act, "b", 1, Done)), []StepState{Done, Intended, NotBegun}},
		{"what verifies the second is not what verified the first", append(slices.Clone(canary), rec("deploy", prentice.Act, "b", 1, Done), rec("deploy", prentice.Act, "c", 1, Done)), []StepState{Done, Intended, NotBegun}},
		{"the second does not verify, so no other begins", append(slices.Clone(canary), rec("deploy", prentice.Act, "b", 1, Done), rec("deploy", prentice.Act, "c", 1, Done), rec("well", prentice.Verify, "", 2, NotDone)), []StepState{Done, NotDone, NotBegun}},
		{"the canary fails", []StepRecord{rec("deploy", prentice.Act, "a", 1, NotDone)}, []StepState{NotDone, NotBegun}},
	} {
		d := View{ThePlan: rolling(6, 4, 0, prentice.VerifyPerBatch), Steps: c.steps}
		var got []StepState
		n := 0
		for _, b := range d.Batches() {
			got, n = append(got, b.State), n+len(b.Targets)
		}
		if !slices.Equal(got, c.want) || n != 6 {
			t.Errorf("%s: %v of %d hosts, want %v", c.name, got, n, c.want)
		}
	}
}
