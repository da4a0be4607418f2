package codecontrol

import (
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/queue"
)

func rulesIn(t *testing.T, text string) *CodeRules {
	t.Helper()
	r, findings := readCode("code.yaml", []byte(text))
	if r == nil {
		t.Fatal(findings)
	}
	return r
}

const strictly = `
rules:
- {name: all, approvals: 1, keep: [message], forbidden: ["*.exe"], largest: 5MB}
- {name: shops, repositories: ["shop*"], branches: [main, "release/*"], approvals: 2, owners: true, keep: [rebase], methods: [rebase, squash], largest: 10MB}
- {name: shop, repositories: [shop], branches: [main], methods: [squash, merge], signed: true, forbidden: [.env]}
queue: {running: 2}
`

func TestOfEachThingTheStricterRuleCounts(t *testing.T) {
	r := rulesIn(t, strictly)
	a := r.Of("shop", "main")
	if a.Approvals != 2 || !a.Owners || !a.Signed || a.Largest != 5_000_000 || !slices.Equal(a.Methods, []queue.Method{queue.Squash}) || !slices.Equal(a.Forbidden, []string{"*.exe", ".env"}) || len(a.By) != 3 {
		t.Errorf("shop main: %+v", a)
	}
	if got := a.Over(change.Rules{Approvals: 1, Rebase: true, Message: true}); got.Rebase || got.Message || got.Approvals != 2 {
		t.Errorf("two rules that keep different things keep nothing: %+v", got)
	}
	if got := a.Over(change.Rules{Approvals: 5}).Approvals; got != 5 {
		t.Errorf("the branch asks for 5, and %d count", got)
	}
	if a := r.Of("shop-api", "release/2"); a.Signed || a.Methods[0] != queue.Rebase {
		t.Errorf("shop-api release/2: %+v", a)
	}
	if a := r.Of("tools", "main"); a.Approvals != 1 || len(a.Methods) != 3 || len(a.By) != 1 {
		t.Errorf("tools main: %+v", a)
	}
	if a := (*CodeRules)(nil).Of("tools", "main"); a.Text() != "-" || a.Largest != largest {
		t.Errorf("no file: %+v", a)
	}
}

func TestABranchTakesTheWaysThatTheTeamNames(t *testing.T) {
	a := rulesIn(t, strictly).Of("shop", "main")
	if m, err := a.Method(""); m != queue.Squash || err != nil {
		t.Errorf("%s %v", m, err)
	}
	if _, err := a.Method(queue.Merge); prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), "code.yaml:5 shop") {
		t.Errorf("%v", err)
	}
	none := rulesIn(t, "rules:\n- {name: a, methods: [merge]}\n- {name: b, methods: [squash]}\n").Of("shop", "main")
	if _, err := none.Method(""); prentice.KindOf(err) != prentice.Refused {
		t.Errorf("no way is left, and %v", err)
	}
}

func TestWhatTheTeamsFileSaysWrongIsSaidWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"rules:\n- {approvals: 2}":                         "no name",
		"rules:\n- {name: a, aprovals: 2}":                 `no key "aprovals"`,
		"rules:\n- {name: a, approvals: 0}":                "approvals is",
		"rules:\n- {name: a, methods: [octopus]}":          "octopus",
		"rules:\n- {name: a, largest: 5GB}":                "largest is",
		"rules:\n- {name: a, largest: 53MB}":               "largest is",
		"rules:\n- {name: a, repositories: [\"[\"]}":       "no pattern",
		"rules:\n- {name: a}\n- {name: a}":                 "already",
		"queue: {running: 0}":                              "running is",
		"rules:\n- {name: \"a\\e[31m\", forbidden: [a]}\n": "no name of a rule",
	} {
		r, findings := readCode("code.yaml", []byte(text))
		if r != nil || len(findings) == 0 || !strings.Contains(findings[0].Text, want) || findings[0].At.Line == 0 {
			t.Errorf("%q: %+v", text, findings)
		}
	}
}

func TestWhereTheTeamsFileWasNeverReadNothingIsKnown(t *testing.T) {
	k := &Desk{}
	if a, err := k.asks("shop", "main"); err != nil || a.Text() != "-" {
		t.Errorf("without a team: %+v %v", a, err)
	}
	k.took(nil)
	if _, err := k.asks("shop", "main"); prentice.KindOf(err) != prentice.Unavailable {
		t.Errorf("a file that was never read: %v", err)
	}
}
