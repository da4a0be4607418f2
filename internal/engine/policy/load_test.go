package policy_test

import (
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/policy"
)

const good = `rules:
  - name: backups-alone
    priority: 100
    when: actor.kind == "self" && plan.procedure == "nightly-backup"
    verdict: allow
    reason: Backups may run alone; they have been rehearsed.
  - name: databases
    when: plan.targets.exists(t, t.startsWith("host/db"))
    verdict: ask
    reason: Two owners look after the databases.
    approvers: 2
    role: owner
    expires: 24h
  - name: calls
    when: "true"
    verdict: ask
    reason: Someone must know.
`

func TestAFileIsReadAsItIsWritten(t *testing.T) {
	p, findings := policy.Load("policy.yaml", []byte(good))
	if p == nil || len(findings) > 0 {
		t.Fatalf("findings %+v", findings)
	}
	list := p.Rules()
	if len(list) != 3+5 || !list[3].BuiltIn || list[2].BuiltIn {
		t.Fatalf("rules %+v", list)
	}
	first, second, third := list[0], list[1], list[2]
	if first.Name != "backups-alone" || first.Priority != 100 || first.Verdict != prentice.Allow || first.Approvers != 0 || first.At.String() != "policy.yaml:2:5" {
		t.Errorf("first %+v", first)
	}
	if second.Name != "databases" || second.Approvers != 2 || second.Role != prentice.Owner || second.Expires != 24*time.Hour {
		t.Errorf("second %+v", second)
	}
	if third.Approvers != 1 || third.Role != prentice.Approver || third.Expires != time.Hour {
		t.Errorf("third %+v", third)
	}
}

func TestAnEmptyFileAddsNothing(t *testing.T) {
	for _, text := range []string{"", "\n# nothing yet\n", "rules:\n", "rules: []\n", "---\n"} {
		p, findings := policy.Load("policy.yaml", []byte(text))
		if p == nil || len(findings) > 0 || len(p.Rules()) != 5 {
			t.Errorf("%q: %+v", text, findings)
		}
	}
}

func TestAMistakeIsFoundWithItsPlaceAndWhatWasMeant(t *testing.T) {
	one := func(lines ...string) string { return "rules:\n  - " + strings.Join(lines, "\n    ") + "\n" }
	const (
		name    = "name: a"
		when    = "when: true"
		verdict = "verdict: allow"
		reason  = "reason: Because."
	)
	for _, c := range []struct {
		name, text, at, says, hint string
	}{
		{"a misspelt key of the file", "ruls: []", "1:1", `no key "ruls"`, `"rules"`},
		{"a misspelt key of a rule", one(name, when, verdict, reason, "aprovers: 2"), "6:5", `no key "aprovers"`, `"approvers"`},
		{"a key twice", one(name, when, verdict, reason, when), "6:5", "twice", "one of them"},
		{"a rule without a name", one(when, verdict, reason), "2:5", "no name", "give"},
		{"a rule without a condition", one(name, verdict, reason), "2:5", "no when", "true for always"},
		{"a rule without a verdict", one(name, when, reason), "2:5", "no verdict", "refuse, ask or allow"},
		{"a rule without a reason", one(name, when, verdict), "2:5", "no reason", "say why"},
		{"an empty reason", one(name, when, verdict, "reason: ''"), "5:13", "not a text", "say why"},
		{"a name that is not one", one("name: a b", when, verdict, reason), "2:11", `"a b" is not a name`, "letters"},
		{"a built-in name", one("name: default-look", when, verdict, reason), "2:11", "default-", "another name"},
		{"two rules of one name", one(name, when, verdict, reason) + "  - " + strings.Join([]string{name, when, verdict, reason}, "\n    "), "6:11", `another rule "a"`, "line 2"},
		{"a misspelt verdict", one(name, when, "verdict: alow", reason), "4:14", `"alow" is not a verdict`, `"allow"`},
		{"a priority that is not a number", one(name, when, verdict, reason, "priority: high"), "6:15", `"high"`, "whole number"},
		{"approvers of what asks no one", one(name, when, verdict, reason, "approvers: 2"), "6:16", "only when the verdict is ask", "verdict: ask"},
		{"no one to ask", one(name, when, "verdict: ask", reason, "approvers: 0"), "6:16", "approvers", "from 1 to 10"},
		{"a role that may not approve", one(name, when, "verdict: ask", reason, "role: operator"), "6:11", `"operator" is not a role`, "approver"},
		{"a misspelt role", one(name, when, "verdict: ask", reason, "role: aprover"), "6:11", `"aprover"`, `"approver"`},
		{"an endless question", one(name, when, "verdict: ask", reason, "expires: 9000h"), "6:14", "9000h", "30d"},
		{"a time that is not one", one(name, when, "verdict: ask", reason, "expires: soon"), "6:14", "soon", "30m"},
		{"a misspelt variable", one(name, `when: actr.kind == "self"`, verdict, reason), "3:11", `no "actr"`, `"actor"`},
		{"a misspelt field", one(name, `when: actor.kid == "self"`, verdict, reason), "3:16", `no "kid"`, `"kind"`},
		{"a misspelt field of a field", one(name, `when: plan.limits.max_target > 3`, verdict, reason), "3:22", `no "max_target"`, `"max_targets"`},
		{"a misspelt field in quotes", one(name, `when: "plan.rsk == 'look'"`, verdict, reason), "3:16", `no "rsk"`, `"risk"`},
		{"a misspelt field in a block", one(name, "when: |", "  true &&", "  plan.rsk == 'look'", verdict, reason), "5:11", `no "rsk"`, `"risk"`},
		{"a value that cannot be", one(name, `when: actor.kind == "human"`, verdict, reason), "3:25", `never "human"`, "person"},
		{"a misspelt value", one(name, `when: plan.risk == "chnge"`, verdict, reason), "3:24", `never "chnge"`, `"change"`},
		{"a misspelt value in a list", one(name, `when: time.weekday in ["monday", "tuseday"]`, verdict, reason), "3:38", `never "tuseday"`, `"tuesday"`},
		{"a condition that is not one", one(name, "when: plan.procedure", verdict, reason), "3:11", "wanted bool", "true or false"},
		{"a comparison of unlike things", one(name, `when: plan.target_count == "3"`, verdict, reason), "3:", "no matching overload", ""},
		{"half a condition", one(name, "when: plan.risk ==", verdict, reason), "3:", "Syntax error", "CEL"},
		{"an alias", "rules:\n  - &x {name: a}\n  - *x\n", "2:5", "anchors", "write the value out"},
		{"a tag", "rules: !!binary aGVsbG8=\n", "1:8", "tag", "leave the tag out"},
		{"a list where a rule belongs", "rules:\n  - [a]\n", "2:5", "mapping", "key: value"},
		{"a rule where a list belongs", "rules: {name: a}\n", "1:8", "list", "dash"},
		{"a text where a policy belongs", "allow everything\n", "1:1", "mapping", "key: value"},
		{"two documents", "rules: []\n---\nrules: []\n", "2:", "second YAML document", "one document"},
		{"half a file", "rules:\n  - name: 'a\n", "", "not YAML", "indentation"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, findings := policy.Load("policy.yaml", []byte(c.text))
			if p != nil || len(findings) == 0 {
				t.Fatalf("was read; findings %+v", findings)
			}
			f := findings[0]
			if !f.Error || !strings.Contains(f.Text, c.says) || !strings.Contains(f.Hint, c.hint) {
				t.Errorf("got %+v, want %q, hint %q", f, c.says, c.hint)
			}
			if want := "policy.yaml:" + c.at; c.at != "" && !strings.HasPrefix(f.At.String(), want) {
				t.Errorf("at %s, want %s", f.At, want)
			}
		})
	}
}

func TestEveryMistakeIsToldAtOnce(t *testing.T) {
	_, findings := policy.Load("policy.yaml", []byte("rules:\n  - name: a\n    when: true\n    verdct: allow\n  - nam: b\n"))
	if len(findings) != 8 {
		t.Errorf("%d findings: %+v", len(findings), findings)
	}
}

func TestAskingAboutAnOperationIsAdvisedAgainst(t *testing.T) {
	p, findings := policy.Load("policy.yaml", []byte("rules:\n"+rule("a", 1, `op == "token.new"`, "ask")))
	if p == nil || len(findings) != 1 || findings[0].Error || !strings.Contains(findings[0].Text, "plans only") {
		t.Errorf("findings %+v", findings)
	}
}

func TestAHugeFileIsRefusedUnread(t *testing.T) {
	p, findings := policy.Load("policy.yaml", []byte(strings.Repeat("# padding\n", policy.MaxBytes/10+1)))
	if p != nil || len(findings) != 1 || !strings.Contains(findings[0].Text, "bytes") {
		t.Errorf("findings %+v", findings)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("rules:\n  - &x {name: a}\n  - *x\n"))
	f.Add([]byte("rules:\n  - name: a\n    when: |\n      true\n      && plan.rsk == 'x'\n"))
	f.Add([]byte("rules:\n- name: a\n  when: >-\n    time.weekday == 'x'\n"))
	m := moment(plan())
	f.Fuzz(func(t *testing.T, text []byte) {
		p, findings := policy.Load("policy.yaml", text)
		bad := false
		for _, x := range findings {
			bad = bad || x.Error
			if x.Text == "" || x.Error && x.Hint == "" {
				t.Errorf("a finding says too little: %+v", x)
			}
		}
		if (p == nil) != bad {
			t.Fatalf("policy %v with findings %+v", p, findings)
		}
		if d := p.Decide(t.Context(), m); len(d.Rules) == 0 || len(d.Rules) != len(d.Reasons) {
			t.Errorf("a decision without a reason: %+v", d)
		}
	})
}
