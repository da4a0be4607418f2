package op

import (
	"encoding/json"
	"time"

	"prentice"
)

// Time is a moment in an input that may be given as a day as well, at every door.
// A day begins at midnight UTC.
type Time struct{ time.Time }

var timeForms = []string{time.RFC3339Nano, "2006-01-02T15:04", time.DateOnly}

// UnmarshalText implements encoding.TextUnmarshaler.
func (t *Time) UnmarshalText(text []byte) (err error) {
	for _, form := range timeForms {
		if t.Time, err = time.Parse(form, string(text)); err == nil {
			return nil
		}
	}
	return prentice.Errorf(prentice.Invalid, "%.40q is not a time", text).Try("write it as 2006-01-02 or 2006-01-02T15:04:05Z")
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Time) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return prentice.Errorf(prentice.Invalid, "a time is not a text").Try("write it as \"2006-01-02\" or \"2006-01-02T15:04:05Z\"")
	}
	return t.UnmarshalText([]byte(text))
}
