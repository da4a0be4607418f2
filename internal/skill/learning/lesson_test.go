package learning

import (
	"context"
	"strings"
	"testing"

	"prentice"
)

type noProgress struct{}

func (noProgress) Of(context.Context, prentice.Ref) ([]Done, error) { return nil, nil }
func (noProgress) Keep(context.Context, prentice.Ref, Done) error   { return nil }

// checked is how the exercise of a topic stands for ann, with that evidence.
func checked(t *testing.T, topic, answer string, lines ...prentice.Evidence) Checked {
	t.Helper()
	d := aTeam()
	d.Progress, d.Lines, d.Version = noProgress{}, among(lines), "1.2"
	d.Policy = func() string { return "sha256:" + strings.Repeat("ab", 32) }
	c, err := d.check(t.Context(), topic, attempt{Deps: d, who: "person/ann", answer: answer, now: noon})
	if err != nil {
		t.Fatal(topic, err)
	}
	return c
}

func TestEachTopicHasAnExerciseThatSaysWhatIsMissing(t *testing.T) {
	for _, l := range framework().Lines {
		if exercises[l.Topic].check == nil {
			t.Errorf("%s has no exercise", l.Topic)
			continue
		}
		c := checked(t, l.Topic, "")
		if c.Done || !strings.Contains(c.Missing, "prentice ") {
			t.Errorf("%s, of which nothing was done: %+v", l.Topic, c)
		}
	}
}

func TestAnAnswerIsComparedWithTheTeamsData(t *testing.T) {
	for topic, right := range map[string]string{"build": "", "design": "Service/cart", "standards": "2026-02-28", "environments": "1.2", "codecontrol": "sha256:abababababab"} {
		if c := checked(t, topic, "no such thing"); c.Done {
			t.Errorf("%s took a wrong answer", topic)
		}
		if right == "" {
			right = "restart"
		}
		if c := checked(t, topic, right); !c.Done {
			t.Errorf("%s did not take %s: %s", topic, right, c.Missing)
		}
	}
	if c := checked(t, "codecontrol", "abab"); c.Done {
		t.Error("four digits name no policy")
	}
}

func TestOnlyWhatThePersonDidThemselvesCounts(t *testing.T) {
	by := func(who prentice.Ref) []prentice.Evidence {
		return []prentice.Evidence{
			line(3, "incident.closed", who, nil, "incident/1"),
			line(2, "incident.note", who, map[string]any{"text": "customers could not pay"}, "incident/1"),
			line(1, "incident.acknowledged", who, nil, "incident/1"),
		}
	}
	if c := checked(t, "support", "", by("person/ben")...); c.Done {
		t.Error("ben did it, and ann has done it")
	}
	if c := checked(t, "support", "", by("person/ann")...); !c.Done {
		t.Error(c.Missing)
	}
	if c := checked(t, "support", "", by("person/ann")[1:]...); c.Done || !strings.Contains(c.Missing, "incident close incident/1") {
		t.Errorf("it is not closed: %+v", c)
	}
	if c := checked(t, "userfocus", "", by("person/ann")...); !c.Done {
		t.Error(c.Missing)
	}
}

func TestARunCountsWhenItNeededAnotherPerson(t *testing.T) {
	planned := line(1, "run.planned", "person/ann", map[string]any{"verdict": "ask", "reason": "how full?"}, "run/1", "procedure/adhoc")
	allowed := line(1, "run.planned", "person/ann", map[string]any{"verdict": "allow"}, "run/1", "procedure/look")
	refused := line(2, "approval.refused", "person/ben", nil, "run/1")
	over := line(3, "run.refused", "self/prentice", map[string]any{"state": "refused"}, "run/1")
	for name, c := range map[string]struct {
		topic string
		lines []prentice.Evidence
		done  bool
	}{
		"a run that still waits":           {"supervision", []prentice.Evidence{planned}, false},
		"a run that was allowed":           {"supervision", []prentice.Evidence{refused, allowed}, false},
		"a run that another person judged": {"supervision", []prentice.Evidence{refused, planned}, true},
		"a question that is open":          {"prototyping", []prentice.Evidence{planned}, false},
		"a question that is over":          {"prototyping", []prentice.Evidence{over, refused, planned}, true},
	} {
		if got := checked(t, c.topic, "", c.lines...); got.Done != c.done {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestATokenForEverythingIsNotANarrowOne(t *testing.T) {
	scope := func(ops ...string) map[string]any { return map[string]any{"scope": map[string]any{"ops": ops}} }
	revoked := line(2, "token.revoked", "person/ann", nil, "token/2")
	if c := checked(t, "security", "", revoked, line(1, "token.created", "person/ann", scope(), "token/2")); c.Done {
		t.Error("a token for everything was taken for a narrow one")
	}
	made := line(1, "token.created", "person/ann", scope("event.list"), "token/2")
	if c := checked(t, "security", "", made); c.Done || !strings.Contains(c.Missing, "token revoke 2") {
		t.Errorf("it is not revoked: %+v", c)
	}
	if c := checked(t, "security", "", revoked, made); !c.Done {
		t.Error(c.Missing)
	}
}
