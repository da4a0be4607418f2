package runner

import (
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/run"
)

var (
	dan = prentice.Actor{Kind: prentice.Person, Name: "dan", Role: prentice.Approver, Door: "api"}
	eve = prentice.Actor{Kind: prentice.Person, Name: "eve", Role: prentice.Approver, Door: "api"}
)

// What is owned by two groups is decided by both: no answer of the one stands for the
// other's.
func TestEachOwnerOfWhatAPlanActsOnMustAgree(t *testing.T) {
	for name, c := range map[string]struct {
		from       []prentice.Ref
		approvers  int
		answers    []prentice.Actor
		want       prentice.State // after all of them
		waits      string         // what it says before the last of them
		also       string         // who besides is of group/dba, or ""
		lastIsVain string         // what the last is told, when it adds nothing
	}{
		"one of each":                    {from: []prentice.Ref{"owner"}, approvers: 1, answers: []prentice.Actor{ann, dan}, want: prentice.Unverified, waits: "has 1 approval, and waits for group/web"},
		"one who is of both":             {from: []prentice.Ref{"owner"}, approvers: 1, answers: []prentice.Actor{dan}, also: "dan", want: prentice.Unverified, waits: "waits for 1 approver of each of group/dba and group/web"},
		"a second of the first is vain":  {from: []prentice.Ref{"owner"}, approvers: 1, answers: []prentice.Actor{ann, eve}, also: "eve", want: prentice.Waiting, waits: "waits for group/web", lastIsVain: "group/web has not"},
		"two of one are not one of each": {from: []prentice.Ref{"owner"}, approvers: 2, answers: []prentice.Actor{ann, eve}, also: "eve", want: prentice.Waiting, waits: "waits for group/web"},
		"more than there are owners":     {from: []prentice.Ref{"owner"}, approvers: 3, answers: []prentice.Actor{ann, eve, dan}, also: "eve", want: prentice.Unverified, waits: "waits for group/web"},
		"who is named beside them":       {from: []prentice.Ref{"owner", "person/eve"}, approvers: 1, answers: []prentice.Actor{eve}, want: prentice.Unverified, waits: "or of person/eve in their place"},
	} {
		t.Run(name, func(t *testing.T) {
			asks := prentice.Decision{Verdict: prentice.Ask, Rules: []string{"owners"}, Reasons: []string{"It is theirs."}, Approvers: c.approvers, Role: prentice.Approver, From: c.from}
			each(t, planOf(1, step("act", prentice.Act, "target")), asks, func(t *testing.T, w *world) {
				w.owners = []prentice.Ref{"group/dba", "group/web"}
				w.is("person/ann", prentice.Approver, "group/dba")
				w.is("person/dan", prentice.Approver, "group/web")
				w.is("person/eve", prentice.Approver)
				switch c.also {
				case "dan":
					w.is("person/dan", prentice.Approver, "group/web", "group/dba")
				case "eve":
					w.is("person/eve", prentice.Approver, "group/dba")
				}
				one := w.start(bob, "work")
				w.until(one.Number, prentice.Waiting)
				for i, who := range c.answers {
					if last := i == len(c.answers)-1; last {
						if d, err := w.r.Show(t.Context(), one.Number); err != nil || !strings.Contains(d.Says, c.waits) {
							t.Errorf("before the last answer: %q, %v", d.Says, err)
						}
					}
					_, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: who, Yes: true, Reason: "mine too"})
					if vain := i == len(c.answers)-1 && c.lastIsVain != ""; vain != (err != nil) || vain && !strings.Contains(err.Error(), c.lastIsVain) {
						t.Fatalf("%s: %v", who.Name, err)
					}
				}
				w.until(one.Number, c.want)
			})
		})
	}
}

// Who must agree and cannot is said before anyone is asked in vain.
func TestAnOwnerForWhomNoOneCanAnswerIsSaidAtOnce(t *testing.T) {
	asks := prentice.Decision{Verdict: prentice.Ask, Rules: []string{"owners"}, Approvers: 1, Role: prentice.Approver, From: []prentice.Ref{prentice.ThePlansOwner}}
	each(t, planOf(1, step("act", prentice.Act, "target")), asks, func(t *testing.T, w *world) {
		w.is("person/ann", prentice.Approver, "group/dba")
		w.is("person/dan", prentice.Approver, "group/web")
		for want, owners := range map[string][]prentice.Ref{
			"no one can answer for group/none":                   {"group/dba", "group/none"},
			"no one can answer for an owner that no one adopted": {"group/dba", prentice.ThePlansOwner},
		} {
			w.owners = owners
			if run := w.start(bob, "work"); run.State != prentice.RunRefused || !strings.Contains(run.Says, want) {
				t.Errorf("%v: %s, %q", owners, run.State, run.Says)
			}
		}
		w.owners = []prentice.Ref{"group/dba", "group/web"}
		run := w.start(bob, "work")
		if a := run.Answerers; a == nil || a.Short() || !slices.Equal(a.Able, []prentice.Ref{"person/ann", "person/dan"}) || !slices.Equal(a.Owners, w.owners) {
			t.Fatalf("%+v", run.Answerers)
		}
		w.until(run.Number, prentice.Waiting)
		w.is("person/dan", prentice.Approver)
		if a, err := w.r.Answerers(t.Context(), run.Number); err != nil || !a.Short() || !slices.Equal(a.Without, []prentice.Ref{"group/web"}) || !strings.Contains(a.String(), "no one can answer for group/web") {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

// An approval is void when the owner of a part has changed since, and no one of the
// new one agreed.
func TestAnApprovalIsVoidWhenAnotherOwnerWouldHaveToAgree(t *testing.T) {
	asks := prentice.Decision{Verdict: prentice.Ask, Rules: []string{"owners"}, Approvers: 1, Role: prentice.Approver, From: []prentice.Ref{prentice.ThePlansOwner}}
	each(t, planOf(1, step("act", prentice.Act, "target")), asks, func(t *testing.T, w *world) {
		w.owners = []prentice.Ref{"group/dba"}
		w.is("person/ann", prentice.Approver, "group/dba")
		w.is("person/dan", prentice.Approver, "group/web")
		one := w.start(bob, "work")
		w.until(one.Number, prentice.Waiting)
		w.owners = []prentice.Ref{"group/dba", "group/web"}
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: ann, Yes: true, Reason: "mine"}); err != nil {
			t.Fatal(err)
		}
		w.until(one.Number, prentice.RunRefused)
		if d, err := w.r.Show(t.Context(), one.Number); err != nil || d.Void == nil || !strings.Contains(d.Says, "no one who agreed is of group/web") {
			t.Errorf("%q, %v", d.Says, err)
		}
	})
}
