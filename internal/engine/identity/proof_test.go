package identity_test

import (
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

const here = "http://localhost:7400"

// passkey gives someone a passkey, without a browser.
func (w world) passkey(name, id string) {
	w.t.Helper()
	err := w.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO identity_passkey (id, person, name, credential, created, seen) VALUES (?, ?, 'laptop', '{}', 0, 0)`, id, name)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestANewFactorNeedsAFreshProofOfTheOldOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		now := func() time.Time { return time.UnixMicro(w.time.Load()) }
		changes := func(name string) map[string]func(identity.Proof) error {
			return map[string]func(identity.Proof) error{
				"a passkey":           func(p identity.Proof) error { _, err := w.BeginPasskey(ctx, name, here, p); return err },
				"a second factor":     func(p identity.Proof) error { _, _, err := w.BeginTOTP(ctx, name, p); return err },
				"a passkey's removal": func(p identity.Proof) error { return w.RemovePasskey(ctx, name, "none", p) },
				"a reset of someone":  func(p identity.Proof) error { return w.Prove(ctx, name, p) },
			}
		}
		for what, change := range changes("ann") {
			if err := change(identity.Proof{}); prentice.KindOf(err) == prentice.Denied {
				t.Errorf("%s, by whom has nothing to show: %v", what, err)
			}
		}
		w.add("bob", prentice.Operator)
		w.passkey("bob", "bobs")
		_, recovery := w.factor("ann")
		used := 0
		for _, name := range []string{"ann", "bob"} {
			for what, change := range changes(name) {
				for fact, p := range map[string]identity.Proof{
					"a session alone": {}, "a session that showed one long ago": {At: now().Add(-identity.ProofLife)}, "one that will": {At: now().Add(time.Hour)},
				} {
					if err := change(p); prentice.KindOf(err) != prentice.Denied {
						t.Errorf("%s of %s by %s: %v", what, name, fact, err)
					}
				}
				if err := change(identity.Proof{At: now().Add(-time.Minute)}); prentice.KindOf(err) == prentice.Denied {
					t.Errorf("%s of %s, who showed one a minute ago: %v", what, name, err)
				}
				if name == "ann" {
					if err := change(identity.Proof{Code: recovery[used]}); prentice.KindOf(err) == prentice.Denied {
						t.Errorf("%s with a recovery code: %v", what, err)
					}
					if err := change(identity.Proof{Code: recovery[used]}); prentice.KindOf(err) != prentice.Denied {
						t.Errorf("%s with a code that was used: %v", what, err)
					}
					used++
				}
			}
		}
	})
}

func TestWhatWasBegunWithoutAFactorEndsWithTheFirst(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	asked, err := w.BeginPasskey(ctx, "ann", here, identity.Proof{})
	if err != nil {
		t.Fatal(err)
	}
	w.factor("ann")
	_, err = w.AddPasskey(ctx, "ann", identity.CeremonyAnswer{Ceremony: asked.Ceremony, Answer: "{}"})
	if prentice.KindOf(err) != prentice.Unauthenticated {
		t.Errorf("a passkey that was asked for before: %v", err)
	}
}

func TestASessionKnowsWhetherAFactorWasShown(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	secret, _ := w.factor("ann")
	code, _, err := w.Link(ctx, "ann", prentice.Actor{Kind: prentice.Person, Name: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	byPassword, _, err := w.SignInPassword(ctx, identity.PasswordSignIn{Name: "ann", Password: phrase, Code: w.code(secret)}, identity.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	for fact, c := range map[string]struct {
		session string
		proven  bool
	}{"a link": {w.signIn(code), false}, "a password": {byPassword, true}} {
		a, _, err := w.Identify(ctx, session(c.session))
		if err != nil || a.Proven.IsZero() == c.proven {
			t.Errorf("%s: shown at %v, %v", fact, a.Proven, err)
		}
	}
}

func TestAPasskeyThatCannotBeReadIsToldAndHoldsUpNoOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		w.passkey("ann", "good")
		w.passkey("ann", "bad")
		if _, err := w.db.Straight(ctx, `UPDATE identity_passkey SET credential = '{' WHERE id = 'bad'`); err != nil {
			t.Fatal(err)
		}
		if _, err := w.BeginPasskey(ctx, "ann", here, identity.Proof{At: time.UnixMicro(w.time.Load())}); err != nil {
			t.Errorf("another cannot be added: %v", err)
		}
		is, err := w.Account(ctx, "ann")
		if err != nil || len(is.Passkeys) != 2 || is.Passkeys[0].Unread == is.Passkeys[1].Unread {
			t.Errorf("%+v, %v", is.Passkeys, err)
		}
	})
}

func TestAConfirmationNamesWhatItConfirms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		for _, id := range []string{"hers", "given"} {
			w.passkey("ann", id)
		}
		if _, err := w.db.Straight(ctx, `UPDATE identity_passkey SET behind = 'person/olga' WHERE id = 'given'`); err != nil {
			t.Fatal(err)
		}
		factors, err := w.Confirm(ctx, "ann", prentice.Actor{Kind: prentice.Person, Name: "carl", Role: prentice.Owner})
		if err != nil || len(factors) != 1 || factors[0].String() != "the passkey laptop (given)" || len(factors[0].Behind) != 1 || factors[0].Behind[0] != "person/olga" {
			t.Errorf("%+v, %v", factors, err)
		}
		_, err = w.Confirm(ctx, "ann", prentice.Actor{Kind: prentice.Person, Name: "carl", Role: prentice.Owner})
		if prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("there is nothing left to confirm: %v", err)
		}
	})
}
