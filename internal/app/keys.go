package app

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// keep is how long an idempotency key is remembered, and maxKey how long one may
// be, in bytes.
const (
	keep   = 24 * time.Hour
	maxKey = 200
)

// answer is what a key got before.
type answer struct{ text string }

// heldKey names a invocation under way in this process.
type heldKey struct {
	actor prentice.Ref
	key   string
}

// takeKey makes a key this invocation's own. It returns the earlier answer when there
// is one, and a conflict when the key stands for something else or for
// something that has no answer yet.
func (a *App) takeKey(ctx context.Context, inv *invocation) (*answer, error) {
	if err := checkKey(inv.key); err != nil {
		return nil, err
	}
	now := a.Clock()
	if _, busy := a.busy.LoadOrStore(inv.held(), true); !busy {
		inv.holds = true
	}
	var found *answer
	err := a.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if err := a.clean(tx, now); err != nil {
			return err
		}
		if found, err = a.lookUp(tx, inv, now); found != nil || err != nil {
			return err
		}
		if !inv.holds {
			return stillBeingDone(inv)
		}
		_, err = tx.Exec(`INSERT INTO app_keys (actor, idem, op, input, holder, answered, answer, created) VALUES (?, ?, ?, ?, ?, 0, '', ?)`,
			string(inv.actor.Ref()), inv.key, inv.op.Name, inv.digest, a.me, db.Micros(now))
		return err
	})
	if found != nil || err != nil {
		inv.end()
	}
	if errors.Is(err, db.ErrTaken) { // another process took it between the look and the insert
		return nil, stillBeingDone(inv)
	}
	return found, err
}

func (inv *invocation) held() heldKey { return heldKey{inv.actor.Ref(), inv.key} }

// end says that nothing is under way any more.
func (inv *invocation) end() {
	if inv.holds {
		inv.holds = false
		inv.app.busy.Delete(inv.held())
	}
}

// lookUp finds an earlier use of the key. One that is too old is forgotten.
func (a *App) lookUp(tx *db.Tx, inv *invocation, now time.Time) (*answer, error) {
	var (
		name, input, holder, text string
		answered, created         int64
	)
	err := tx.QueryRow(`SELECT op, input, holder, answered, answer, created FROM app_keys WHERE actor = ? AND idem = ?`,
		[]any{string(inv.actor.Ref()), inv.key}, &name, &input, &holder, &answered, &text, &created)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	case db.Time(created).Before(now.Add(-keep)):
		_, err := tx.Exec(`DELETE FROM app_keys WHERE actor = ? AND idem = ?`, string(inv.actor.Ref()), inv.key)
		return nil, err
	case name != inv.op.Name || input != inv.digest:
		return nil, prentice.Errorf(prentice.Conflict, "key %q was used for another request (%s)", clip.Text(inv.key), name).Try("use a new key for a new request")
	case answered != 0:
		return &answer{text}, nil
	case holder == a.me && !inv.holds:
		return nil, stillBeingDone(inv)
	}
	if text, done := a.owed.Load(inv.held()); done && holder == a.me {
		if err := a.answerKey(tx, inv, text.(string)); err != nil {
			return nil, err
		}
		tx.After(func() { a.owed.Delete(inv.held()) })
		return &answer{text.(string)}, nil
	}
	return nil, prentice.Errorf(prentice.Conflict, "%s was begun with this key at %s and it is not known how it ended", inv.op.Name, db.Time(created).Format(time.RFC3339)).
		Try("look whether it has happened; if not, ask again with a new key")
}

func stillBeingDone(inv *invocation) error {
	return prentice.Errorf(prentice.Conflict, "%s with this key is still being done", inv.op.Name).Try("ask again with the same key in a moment")
}

// answerKey writes the answer beside the key. A secret answer is not kept, only
// that there was one.
func (a *App) answerKey(tx *db.Tx, inv *invocation, text string) error {
	if inv.op.Secret {
		text = ""
	}
	_, err := tx.Exec(`UPDATE app_keys SET answered = 1, answer = ? WHERE actor = ? AND idem = ? AND holder = ?`,
		text, string(inv.actor.Ref()), inv.key, a.me)
	return err
}

// releaseKey gives the key back, because nothing was done.
func (a *App) releaseKey(tx *db.Tx, inv *invocation) error {
	_, err := tx.Exec(`DELETE FROM app_keys WHERE actor = ? AND idem = ? AND holder = ? AND answered = 0`,
		string(inv.actor.Ref()), inv.key, a.me)
	return err
}

// clean forgets old keys, once a minute at most.
func (a *App) clean(tx *db.Tx, now time.Time) error {
	last := a.cleaned.Load()
	if now.UnixMicro()-last < time.Minute.Microseconds() && now.UnixMicro() >= last || !a.cleaned.CompareAndSwap(last, now.UnixMicro()) {
		return nil
	}
	_, err := tx.Exec(`DELETE FROM app_keys WHERE created < ?`, db.Micros(now.Add(-keep)))
	return err
}

func checkKey(key string) error {
	ok := len(key) <= maxKey
	for i := 0; i < len(key) && ok; i++ {
		ok = key[i] > ' ' && key[i] < 0x7f
	}
	if !ok {
		return prentice.Errorf(prentice.Invalid, "idempotency key %q", clip.Text(key)).Try("use 1 to %d printable ASCII characters without spaces", maxKey)
	}
	return nil
}
