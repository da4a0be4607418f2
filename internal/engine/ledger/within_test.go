package ledger_test

import (
	"testing"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestStepsOfARunAreFoundByStepTargetAndBatch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		step := func(run prentice.Ref, step, target, says string, batch int) {
			data := map[string]any{"step": step, "target": target, "says": says, "code": 0}
			if batch > 0 {
				data["batch"] = batch
			}
			w.append(note("step.done", data, run))
		}
		step("run/1", "deploy", "host/web-1", "", 1)                                                   // 1
		step("run/1", "deploy", "host/web-2", `"step":"verify","target":"host/web-1"`, 2)              // 2
		step("run/1", "verify", "host/web-1", "", 1)                                                   // 3
		step("run/1", "deploy", "host/web_1", "", 12)                                                  // 4
		step("run/2", "deploy", "host/web-1", "", 1)                                                   // 5
		step("run/1", "clean", "", "", 0)                                                              // 6
		w.append(note("run.ended", map[string]any{"step": "deploy", "target": "host/web-1"}, "run/1")) // 7
		for _, c := range []struct {
			name   string
			filter ledger.Filter
			want   []int64
		}{
			{"of a step", ledger.Filter{Step: "deploy"}, []int64{4, 2, 1}},
			{"on a target, whatever a step says", ledger.Filter{Target: "host/web-1"}, []int64{3, 1}},
			{"on a target whose name has a wildcard of the database", ledger.Filter{Target: "host/web_1"}, []int64{4}},
			{"of a batch, not of another that begins like it", ledger.Filter{Batch: 1}, []int64{3, 1}},
			{"of a step on a target in a batch", ledger.Filter{Step: "verify", Target: "host/web-1", Batch: 1}, []int64{3}},
			{"of a part of a step's name", ledger.Filter{Step: "deplo"}, nil},
			{"of a name that would be a pattern", ledger.Filter{Step: "%"}, nil},
		} {
			c.filter.Ref = "run/1"
			lines, err := w.List(ctx, c.filter)
			if got := seqsOf(lines); err != nil || !equal(got, c.want) {
				t.Errorf("%s: %v, want %v (%v)", c.name, got, c.want, err)
			}
		}
		if _, err := w.List(ctx, ledger.Filter{Step: "deploy"}); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("a step of no run: %v", err)
		}
	})
}
