package run

import (
	"encoding/json"

	"prentice"
	"prentice/internal/kit/db"
)

// Rest says of a run that was refused that it is held, by what and until when, and is
// asked for again by itself; with nil, that it is no more. Other runs stay as they
// are.
func (r *Store) Rest(tx *db.Tx, number int64, h *prentice.HoldBack) error {
	var err error
	if h == nil {
		_, err = tx.Exec(`UPDATE runs SET revision = revision + 1, state = ? WHERE number = ? AND state = ?`, string(prentice.RunRefused), number, string(prentice.RunHeld))
	} else {
		_, err = tx.Exec(`UPDATE runs SET revision = revision + 1, state = ?, says = ?, hold = ? WHERE number = ? AND state IN (?, ?)`, string(prentice.RunHeld), h.Says, encodeHold(h), number, string(prentice.RunRefused), string(prentice.RunHeld))
	}
	return err
}

// encodeHold is a hold as it is stored; "" is none.
func encodeHold(h *prentice.HoldBack) string {
	if h == nil {
		return ""
	}
	raw, err := json.Marshal(h)
	if err != nil {
		panic("a hold always has a JSON form: " + err.Error())
	}
	return string(raw)
}

// decodeHold reads what encodeHold wrote. Text that cannot be read is shown as it is:
// a list of runs is not withheld because of it.
func decodeHold(text string) *prentice.HoldBack {
	if text == "" {
		return nil
	}
	var h prentice.HoldBack
	if json.Unmarshal([]byte(text), &h) != nil {
		return &prentice.HoldBack{Says: text}
	}
	return &h
}

// Hold keeps a hold with a run that goes on once it ends. If anyone has written the
// run since it was loaded, it is ErrMoved.
func Hold(tx *db.Tx, d *Detail, h prentice.HoldBack) error {
	n, err := tx.Exec(`UPDATE runs SET revision = revision + 1, hold = ? WHERE number = ? AND revision = ? AND ended = 0`, encodeHold(&h), d.Number, d.Revision)
	if err == nil && n == 0 {
		return ErrMoved
	}
	return err
}
