package standards

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/testreport"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// tested adds a run of unit to what is known of shop: a word of cases, each with its sign.
func tested(t *testing.T, s *Histories, tree *check.Tree, on string, cases ...string) testreport.History {
	t.Helper()
	var junit strings.Builder
	for _, name := range cases {
		name, failed := strings.CutSuffix(name, "!")
		body := ""
		if failed {
			body = "<failure/>"
		}
		fmt.Fprintf(&junit, `<testcase name=%q time="0.25">%s</testcase>`, name, body)
	}
	r, err := testreport.Read(strings.NewReader("<testsuite>" + junit.String() + "</testsuite>"))
	if err != nil {
		t.Fatal(err)
	}
	h, err := s.Add(t.Context(), tree, "unit", func(h *testreport.History) {
		h.Add(noon, testreport.Run{Check: "unit", On: on, Commit: tree.Commit}, r)
		h.Measure(noon, testreport.Run{Check: "unit", On: on, Commit: tree.Commit}, testreport.Coverage{Covered: 3, Total: 4, Folders: []testreport.Folder{{Name: "shop", Covered: 3, Total: 4}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func ofBranch(commit string) *check.Tree {
	return &check.Tree{Name: "shop", Commit: commit, Protected: func(context.Context) bool { return true }}
}

func TestTheTestsOfARepositoryHaveAHistoryOnTheServer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		s := w.histories()
		tested(t, s, ofBranch("c1"), "one", "sum", "cart", "mail!")
		h := tested(t, s, ofBranch("c1"), "one", "sum!", "cart", "mail!")
		if p, _ := h.Of("unit", "sum"); len(p.Attempts) != 2 || p.Attempts[1].Commit != "c1" {
			t.Errorf("what is known then is %+v", p)
		}
		w.mirror.move("c1", "good")
		w.mirror.commits["c1"][check.QuarantineFile] = "quarantine:\n  - {name: mail, owner: group/platform, reason: it moves, ends: 2999-01-01}\n  - {name: gone, owner: group/platform, reason: it went, ends: 2999-01-01}\n"
		w.mirror.commits["c1"][check.BaselineFile] = "coverage:\n  \"checks/unit\": \"80.0\"\n"
		w.mirror.commits["c1"][check.WaiverFile] = "waivers:\n  - {rule: coverage/unit, reason: tests follow, owner: group/platform, expires: 2999-01-01}\n"
		for show, want := range map[string]string{
			"": "sum flaky, mail quarantined, gone quarantined, cart pass", "flaky": "sum flaky", "failing": "sum flaky, mail quarantined",
			"quarantined": "mail quarantined, gone quarantined", "all": "sum flaky, mail quarantined, gone quarantined, cart pass",
		} {
			out, err := w.repositoryTests(t.Context(), w.call(), RepositoryTestsIn{Name: "shop", WhichTests: WhichTests{Show: show}})
			var list []string
			for _, c := range out.Cases {
				list = append(list, c.Name+" "+c.State())
			}
			if got := strings.Join(list, ", "); err != nil || out.Note != "" || got != want || out.Known != 3 || out.Flaky != 1 || out.Failed != 2 || out.Quarantined != 2 {
				t.Errorf("%q shows %s, %+v, %v", show, got, out, err)
			}
		}
		c, err := w.repositoryCoverage(t.Context(), w.call(), CoverageIn{"shop"})
		if err != nil || len(c.Checks) != 1 {
			t.Fatal(c, err)
		}
		one := c.Checks[0]
		if one.Verdict != prentice.Fail || one.Least.String() != "80.0 %" || one.Percent() != "75.0 %" || one.State() != "waived" || len(one.Folders) != 1 || len(one.Bars()) != 1 {
			t.Errorf("%+v", one)
		}
		if text := c.Text(); !strings.Contains(text, "▲ unit: 75.0 %") || !strings.Contains(text, "may not fall below 80.0 %") || !strings.Contains(text, "of group/platform: tests follow") {
			t.Error(text)
		}
	})
}

func TestAChangePushesOutNothingThatIsKnownOfTheBranch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		s := w.histories()
		tested(t, s, ofBranch("c1"), "one", "sum")
		change := &check.Tree{Name: "shop", Commit: "c2", Base: &check.Tree{}}
		tested(t, s, change, "two", "sum!", "evil!")
		w.mirror.move("c1", "good")
		for changes, want := range map[bool]int{false: 1, true: 2} {
			out, err := w.repositoryTests(t.Context(), w.call(), RepositoryTestsIn{Name: "shop", Changes: changes, WhichTests: WhichTests{Show: "all"}})
			if err != nil || out.Known != want || changes != (out.Failed == 2) {
				t.Errorf("of changes is %v: %+v, %v", changes, out, err)
			}
		}
		if _, err := w.repositoryTests(t.Context(), w.call(), RepositoryTestsIn{Name: "other"}); prentice.KindOf(err) != prentice.NotFound {
			t.Error(err)
		}
	})
}

func TestWhatIsKnownOfTestsIsShownWhereTheRepositoryCannotBeRead(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	tested(t, w.histories(), ofBranch("c1"), "one", "sum!")
	w.mirror.gone = errors.New("it is not there")
	out, err := w.repositoryTests(t.Context(), w.call(), RepositoryTestsIn{Name: "shop"})
	if err != nil || out.Known != 1 || !strings.Contains(out.Note, "it is not there") {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestWhatIsKnownOfTestsGoesOnceTheyAreNotRunAnyMore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		s := w.histories()
		tested(t, s, ofBranch("c1"), "one", "sum")
		for want, before := range []time.Time{time.Now().Add(-time.Hour), time.Now().Add(time.Hour)} {
			if out, err := s.ForgetHistories(t.Context(), db.Sweep{Before: before}); err != nil || out.Removed != want || !out.Over {
				t.Errorf("before %s: %+v, %v", before, out, err)
			}
		}
	})
}
