package policy_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/policy"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// notes are the evidence of a test.
type notes struct{ list []prentice.Note }

func (n *notes) Append(_ *db.Tx, _ time.Time, more ...prentice.Note) error {
	n.list = append(n.list, more...)
	return nil
}

type library struct {
	*policy.Book
	t     *testing.T
	notes *notes
	now   time.Time
	roles map[prentice.Ref]prentice.Role
}

func newBook(t *testing.T, d *db.DB) *library {
	t.Helper()
	if err := d.Migrate(t.Context(), "policy", policy.Schema()); err != nil {
		t.Fatal(err)
	}
	l := &library{t: t, notes: &notes{}, now: noon, roles: map[prentice.Ref]prentice.Role{"person/ann": prentice.Owner, "person/ben": prentice.Owner, "person/cem": prentice.Owner}}
	l.Book = &policy.Book{DB: d, Recorder: l.notes, Clock: func() time.Time { return l.now }, Role: func(_ context.Context, who prentice.Ref) (prentice.Role, error) { return l.roles[who], nil }}
	return l
}

func owner(name string) prentice.Actor {
	return prentice.Actor{Kind: prentice.Person, Name: name, Role: prentice.Owner, Door: "cli"}
}

// adopt is someone's wish for a text.
func (l *library) adopt(who prentice.Actor, text string) (policy.Adoption, error) {
	l.t.Helper()
	base, _, err := l.InForce(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	return l.Adopt(l.t.Context(), load(l.t, base.Text), base, policy.Wish{Actor: who, Reason: "it is better", Policy: load(l.t, text), Text: text})
}

func (l *library) inForce() string {
	l.t.Helper()
	e, found, err := l.InForce(l.t.Context())
	if err != nil || !found {
		l.t.Fatalf("in force: %v, %v", found, err)
	}
	return e.Text
}

func TestTheFirstPolicyEntersByItselfAndOnlyTheFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := newBook(t, d)
		if _, found, err := l.InForce(t.Context()); found || err != nil {
			t.Fatalf("%v, %v", found, err)
		}
		for _, text := range []string{"# one\n", "# two\n"} {
			if err := l.First(t.Context(), load(t, text), text); err != nil {
				t.Fatal(err)
			}
		}
		if l.inForce() != "# one\n" || len(l.notes.list) != 1 || l.notes.list[0].Kind != "policy.adopted" {
			t.Errorf("%q, %+v", l.inForce(), l.notes.list)
		}
	})
}

func TestAPolicyIsJudgedByTheOldOne(t *testing.T) {
	const careful = "rules:\n- {name: two-owners, when: op == \"policy.adopt\", verdict: ask, approvers: 2, expires: 30m, reason: Two owners must agree.}\n"
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := newBook(t, d)
		if err := l.First(t.Context(), load(t, ""), ""); err != nil {
			t.Fatal(err)
		}
		if a, err := l.adopt(owner("ann"), careful); err != nil || !a.Adopted {
			t.Fatalf("one owner is enough by the built-in rules: %+v, %v", a, err)
		}
		vote := func(who prentice.Actor, text, want string) {
			t.Helper()
			a, err := l.adopt(who, text)
			got := map[bool]string{true: "adopted", false: "voted"}[a.Adopted]
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, want) {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		vote(owner("ann"), "# loose\n", "voted")
		vote(owner("ann"), "# loose\n", "has adopted it already")
		vote(prentice.Actor{Kind: prentice.Agent, Name: "bot", Role: prentice.Owner}, "# loose\n", "is not a person")
		vote(owner("ben"), "# another text\n", "voted")
		l.now = l.now.Add(31 * time.Minute)
		vote(owner("ben"), "# loose\n", "voted") // ann's vote has expired
		l.roles["person/ben"] = prentice.Viewer
		vote(owner("cem"), "# loose\n", "voted") // ben is no owner any more
		if l.inForce() != careful {
			t.Fatalf("in force: %s", l.inForce())
		}
		vote(owner("ann"), "# loose\n", "adopted")
		if l.inForce() != "# loose\n" {
			t.Errorf("in force: %s", l.inForce())
		}
		last := l.notes.list[len(l.notes.list)-1]
		data := last.Data.(map[string]any)
		if last.Kind != "policy.adopted" || data["from"] != load(t, careful).Digest() || data["to"] != load(t, "# loose\n").Digest() || !strings.Contains(data["diff"].(string), "+# loose") {
			t.Errorf("%+v", last)
		}
	})
}

func TestTheOldPolicyMayRefuseAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const frozen = "rules:\n- {name: frozen, when: op == \"policy.adopt\" && actor.name != \"cem\", verdict: refuse, reason: Ask cem.}\n"
		l := newBook(t, d)
		if err := l.First(t.Context(), load(t, frozen), frozen); err != nil {
			t.Fatal(err)
		}
		if _, err := l.adopt(owner("ann"), ""); prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), "Ask cem.") {
			t.Errorf("%v", err)
		}
		e, _, _ := l.InForce(t.Context())
		if s, err := l.Standing(t.Context(), load(t, frozen), e, "sha256:x", owner("ann")); err != nil || s.Refused != "Ask cem." {
			t.Errorf("%+v, %v", s, err)
		}
		if a, err := l.adopt(owner("cem"), ""); err != nil || !a.Adopted {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

func TestAVoteForAPolicyThatIsNoLongerTheBaseIsRefused(t *testing.T) {
	l := newBook(t, dbtest.SQLite(t))
	if err := l.First(t.Context(), load(t, ""), ""); err != nil {
		t.Fatal(err)
	}
	base, _, _ := l.InForce(t.Context())
	if _, err := l.adopt(owner("ann"), "# two\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Adopt(t.Context(), load(t, ""), base, policy.Wish{Actor: owner("ben"), Policy: load(t, "# three\n"), Text: "# three\n"}); prentice.KindOf(err) != prentice.Conflict {
		t.Errorf("%v", err)
	}
}
