package runner

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/kit/db"
)

// What is alike is the same procedure for the same subject with the same inputs,
// anyone who asks: anything else is another run.
func TestOtherInputsAreAnotherRunAndTheSameAreNot(t *testing.T) {
	each(t, planOf(1, step("grow", prentice.Act, "target")), askOne, func(t *testing.T, w *world) {
		ask := func(by prentice.Actor, size string) (prentice.Run, error) {
			return w.r.Start(t.Context(), prentice.RunRequest{Procedure: "grow", Inputs: map[string]string{"size": size}, Actor: by, Reason: "test"})
		}
		first, err := ask(bob, "1 GiB")
		if err != nil {
			t.Fatal(err)
		}
		second, err := ask(bob, "2 GiB")
		if err != nil || second.Number == first.Number {
			t.Fatalf("other inputs: run/%d, %v, and the first is run/%d", second.Number, err, first.Number)
		}
		same, err := ask(ann, "1 GiB")
		if prentice.KindOf(err) != prentice.Conflict || same.Number != first.Number || !strings.Contains(err.Error(), "does this already") {
			t.Errorf("the same inputs: run/%d, %v", same.Number, err)
		}
		for size, want := range map[string]int64{"1 GiB": first.Number, "2 GiB": second.Number} {
			if run, err := ask(prentice.Prentice("probe"), size); err != nil || run.Number != want {
				t.Errorf("prentice itself asks for %s: run/%d, %v, want run/%d", size, run.Number, err, want)
			}
		}
		if third, err := ask(prentice.Prentice("probe"), "3 GiB"); err != nil || third.Number <= second.Number {
			t.Errorf("prentice itself asks for something else: run/%d, %v", third.Number, err)
		}
	})
}

// A run from before inputs were told apart holds up every other of its procedure
// and subject until it ends, as it was promised when it began.
func TestARunFromBeforeInputsCountedIsTheOneUnderWay(t *testing.T) {
	each(t, planOf(1, step("grow", prentice.Act, "target")), askOne, func(t *testing.T, w *world) {
		first, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "grow", Inputs: map[string]string{"size": "1 GiB"}, Actor: bob})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE runs SET alike = ? WHERE number = ?`, "grow\x1fservice/shop", first.Number)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if run, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "grow", Inputs: map[string]string{"size": "2 GiB"}, Actor: bob}); prentice.KindOf(err) != prentice.Conflict || run.Number != first.Number {
			t.Errorf("run/%d, %v", run.Number, err)
		}
	})
}
