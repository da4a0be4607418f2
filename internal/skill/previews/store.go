package previews

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/preview"
	"prentice/internal/kit/db"
)

const columns = `number, env, note, by_whom, made, ends, uses, used, plain, revoked`

// add keeps a link.
func (k *Desk) add(ctx context.Context, l preview.Link) (preview.Link, error) {
	err := k.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if l.Number, err = tx.Next("preview_link"); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO preview_link (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, 0)`,
			l.Number, l.Env, l.Note, string(l.By), db.Micros(l.Made), db.Micros(l.Ends), l.Uses, bit(l.Plain)); err != nil {
			return err
		}
		return k.Record(tx, l.Made, prentice.Note{Kind: "link.created", Actor: l.By, Refs: refs(l), Data: map[string]any{"note": l.Note, "ends": l.Ends.UTC().Format(time.RFC3339), "uses": l.Uses}})
	})
	return l, err
}

// use counts a browser that follows a link, if one more may, and says how the link is then.
// Its first use is evidence.
func (k *Desk) use(ctx context.Context, number int64, genuine func(preview.Link) bool) (l preview.Link, err error) {
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		now := k.Clock()
		// The count is the condition, so that two who follow it at once are two.
		n, err := tx.Exec(`UPDATE preview_link SET used = used + 1 WHERE number = ? AND revoked = 0 AND ends > ? AND (uses = 0 OR used < uses)`, number, db.Micros(now))
		if err != nil {
			return err
		}
		found, err := links(tx.Query, `number = ?`, number)
		if err != nil {
			return err
		}
		if n != 1 || len(found) != 1 || !genuine(found[0]) {
			return refused()
		}
		if l = found[0]; l.Used != 1 {
			return nil
		}
		return k.Record(tx, now, prentice.Note{Kind: "link.followed", Actor: linkRef(number), Refs: refs(l), Data: map[string]any{"note": l.Note}})
	})
	return l, err
}

// revoke takes a link back.
func (k *Desk) revoke(ctx context.Context, number int64, by prentice.Ref, reason string) (l preview.Link, err error) {
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		now := k.Clock()
		found, err := links(tx.Query, `number = ?`, number)
		switch {
		case err != nil:
			return err
		case len(found) == 0:
			return prentice.Errorf(prentice.NotFound, "there is no link %d", number).Try("list them: prentice link list --all")
		case !found[0].Holds(now):
			return prentice.Errorf(prentice.Conflict, "link %d is %s already", number, found[0].State(now)).Try("list those that are good: prentice link list")
		}
		l = found[0]
		l.Revoked = now
		if n, err := tx.Exec(`UPDATE preview_link SET revoked = ? WHERE number = ? AND revoked = 0`, db.Micros(now), number); err != nil || n != 1 {
			return errors.Join(err, prentice.Errorf(prentice.Conflict, "link %d is revoked already", number).Try("list those that are good: prentice link list"))
		}
		tx.After(k.forget)
		return k.Record(tx, now, prentice.Note{Kind: "link.revoked", Actor: by, Refs: refs(l), Data: map[string]any{"reason": reason, "used": l.Used}})
	})
	return l, err
}

func (k *Desk) link(ctx context.Context, number int64) (preview.Link, error) {
	found, err := links(k.reads(ctx), `number = ?`, number)
	if err == nil && len(found) == 0 {
		err = refused()
	}
	if err != nil {
		return preview.Link{}, err
	}
	return found[0], nil
}

// putCode keeps a code for a minute, and forgets those that are over.
func (k *Desk) putCode(ctx context.Context, hash, env, host, person string, now time.Time) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`DELETE FROM preview_code WHERE ends <= ?`, db.Micros(now)); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO preview_code (hash, env, host, person, ends) VALUES (?, ?, ?, ?, ?)`, hash, env, host, person, db.Micros(now.Add(codeLife)))
		return err
	})
}

// takeCode uses a code up, also one that is for another place.
func (k *Desk) takeCode(ctx context.Context, hash string) (env, host, person string, ends time.Time, err error) {
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		var until int64
		err := tx.QueryRow(`SELECT env, host, person, ends FROM preview_code WHERE hash = ?`, []any{hash}, &env, &host, &person, &until)
		if errors.Is(err, sql.ErrNoRows) {
			return refused()
		}
		if err != nil {
			return err
		}
		ends = db.Time(until)
		n, err := tx.Exec(`DELETE FROM preview_code WHERE hash = ?`, hash)
		if err != nil {
			return err
		}
		if n != 1 { // another was first
			return refused()
		}
		return nil
	})
	return env, host, person, ends, err
}

func (k *Desk) reads(ctx context.Context) func(string, ...any) (*sql.Rows, error) {
	return func(query string, args ...any) (*sql.Rows, error) { return k.DB.Query(ctx, query, args...) }
}

func links(query func(string, ...any) (*sql.Rows, error), where string, args ...any) (list []preview.Link, err error) {
	rows, err := query(`SELECT `+columns+` FROM preview_link WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read share links: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var l preview.Link
		var made, ends, plain, revoked int64
		if err := rows.Scan(&l.Number, &l.Env, &l.Note, &l.By, &made, &ends, &l.Uses, &l.Used, &plain, &revoked); err != nil {
			return nil, fmt.Errorf("read share links: %w", err)
		}
		l.Made, l.Ends, l.Plain = db.Time(made), db.Time(ends), plain != 0
		if revoked != 0 {
			l.Revoked = db.Time(revoked)
		}
		list = append(list, l)
	}
	return list, errors.Join(rows.Err(), rows.Close())
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func linkRef(number int64) prentice.Ref { return prentice.NewRef("link", fmt.Sprint(number)) }

func refs(l preview.Link) []prentice.Ref {
	return []prentice.Ref{l.Of(), linkRef(l.Number)}
}
