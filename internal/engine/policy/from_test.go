package policy_test

import (
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/policy"
)

func loadAsk(lines string) (*policy.Policy, []prentice.Finding) {
	return policy.Load("policy.yaml", []byte("rules:\n  - name: a\n    when: \"true\"\n    reason: R.\n"+lines))
}

func TestARuleSaysWhoIsAsked(t *testing.T) {
	p, findings := loadAsk("    verdict: ask\n    approvers: 2\n    from: [group/payments, owner, person/ann]\n    needs_reason: true\n")
	if p == nil {
		t.Fatal(findings)
	}
	d := p.Decide(t.Context(), moment(plan()))
	if want := []prentice.Ref{"group/payments", "owner", "person/ann"}; !slices.Equal(d.From, want) || !d.NeedsReason || d.Approvers != 2 {
		t.Errorf("%+v", d)
	}
	d.From[0] = "group/mallory"
	if again := p.Decide(t.Context(), moment(plan())); again.From[0] != "group/payments" {
		t.Error("anyone who got a decision changed the policy")
	}
}

func TestWhoIsAskedIsNeverGuessed(t *testing.T) {
	for _, c := range []struct{ fact, lines, want string }{
		{"an empty list is not everyone", "    verdict: ask\n    from: []\n", "policy.yaml:6:11: from is not a list of 1 to 50 groups or people"},
		{"nor is no value", "    verdict: ask\n    from:\n", "from is not a list"},
		{"a service cannot answer", "    verdict: ask\n    from: [service/shop]\n", `"service/shop" cannot be asked`},
		{"a slip of the finger", "    verdict: ask\n    from: [gruop/payments]\n", `did you mean "group"?`},
		{"a bare word", "    verdict: ask\n    from: [ownr]\n", `did you mean "owner"?`},
		{"twice is once too often", "    verdict: ask\n    from: [group/a, group/a]\n", "names group/a twice"},
		{"no one is asked when it is allowed", "    verdict: allow\n    from: [group/a]\n", "from says something only when the verdict is ask"},
		{"a reason is needed or not", "    verdict: ask\n    needs_reason: perhaps\n", `needs_reason is "perhaps"`},
		{"a misspelt key", "    verdict: ask\n    need_reason: true\n", `did you mean "needs_reason"?`},
	} {
		t.Run(c.fact, func(t *testing.T) {
			p, findings := loadAsk(c.lines)
			if p != nil || len(findings) == 0 {
				t.Fatalf("it was read: %v", findings)
			}
			text := ""
			for _, f := range findings {
				text += f.At.String() + ": " + f.Text + ": " + f.Hint + "\n"
			}
			if !strings.Contains(text, c.want) {
				t.Errorf("got %s", text)
			}
		})
	}
}
