package support

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"prentice"
	"prentice/internal/kit/db"
)

// tickOf says whether an event is a tick of a procedure's schedule, and the key of what
// that gives it: the line in which it waited says both.
func tickOf(tx *db.Tx, event int64, procedure string) (inputs string, is bool, err error) {
	var lane string
	err = tx.QueryRow(`SELECT lane FROM support_tasks WHERE event = ? AND seq > 0 AND incident = 0`, []any{event}, &lane)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	about := laneOf(0, prentice.NewRef("procedure", procedure))
	if err != nil || lane == about {
		return "", err == nil, err
	}
	inputs, is = strings.CutPrefix(lane, about+given)
	return inputs, is, nil
}

// given stands in the line of a tick before the key of what its schedule gives.
const given = " with "

// tickLane is the line in which a tick waits: that of its procedure and of what it is given.
func tickLane(e prentice.Event) string {
	lane := laneOf(0, e.Subject)
	if key := prentice.GivenKey(givenBy(e)); key != "" {
		lane += given + key
	}
	return lane
}

// givenBy is the inputs that a tick's schedule gives the procedure.
func givenBy(e prentice.Event) map[string]string {
	var data struct{ With map[string]string }
	if json.Unmarshal(e.Data, &data) != nil {
		return nil
	}
	return data.With
}
