package choices

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the package's own tables, for db.Migrate.
func Schema() fs.FS { return db.Under(files, "schema") }

// forgotten is how long a list is kept that no one has read again: its source has been
// changed since, or is gone.
const forgotten = 30 * 24 * time.Hour

// Kept is what a source said last. The zero list was never read.
func (k *Keeper) Kept(ctx context.Context, s prentice.ChoiceSource) (list prentice.ChoiceList, err error) {
	var said string
	var read, tried int64
	err = k.DB.QueryRow(ctx, `SELECT said, read, tried, failed FROM choice_list WHERE source = ?`, []any{s.Key()}, &said, &read, &tried, &list.Failed)
	if errors.Is(err, sql.ErrNoRows) {
		return list, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(said), &list.Values)
	}
	if err != nil {
		return prentice.ChoiceList{}, fmt.Errorf("read the choices of %s: %w", s, err)
	}
	if tried != 0 {
		list.Tried = db.Time(tried)
	}
	if read != 0 {
		list.Read = db.Time(read)
	}
	return list, nil
}

// announce writes down that a source is asked from now on, and with which secrets, before
// it is asked for the first time. What no one has read for long is forgotten.
func (k *Keeper) announce(ctx context.Context, s prentice.ChoiceSource) error {
	now := k.Clock()
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`INSERT INTO choice_list (source, said, read, tried, failed) VALUES (?, ?, 0, 0, '') ON CONFLICT (source) DO NOTHING`, s.Key(), "[]")
		if err != nil || n == 0 {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM choice_list WHERE tried > 0 AND tried < ?`, db.Micros(now.Add(-forgotten))); err != nil {
			return err
		}
		return k.saySecrets(tx, now, s)
	})
}

func (k *Keeper) saySecrets(tx *db.Tx, now time.Time, s prentice.ChoiceSource) error {
	var refs []prentice.Ref
	for _, name := range s.Secrets() {
		refs = append(refs, prentice.NewRef("secret", name))
	}
	if len(refs) == 0 || k.Record == nil {
		return nil
	}
	return k.Record(tx, now, prentice.Note{Kind: "secret.used", Actor: "self/prentice", Refs: refs, Data: map[string]any{"choices": s.String(), "source": s.Key()}})
}

// keep writes down what a source said. The list of one that failed stays. What was asked
// before another answer was kept is not written over that, unless the other is of a time
// that is still to come: then a clock was set back.
func (k *Keeper) keep(ctx context.Context, s prentice.ChoiceSource, list prentice.ChoiceList) error {
	said, err := json.Marshal(append([]string{}, list.Values...))
	if err != nil {
		return err
	}
	set, values := `said = ?, read = ?`, []any{string(said), db.Micros(list.Read)}
	if list.Failed != "" {
		set, values = `failed = ?`, []any{list.Failed}
	} else {
		set += `, failed = ''`
	}
	tried := db.Micros(list.Tried)
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE choice_list SET `+set+`, tried = ? WHERE source = ? AND (tried <= ? OR tried > ?)`,
			append(values, tried, s.Key(), tried, db.Micros(k.Clock()))...)
		return err
	})
}
