package runner

import (
	"encoding/json"

	"prentice"
)

// kept is a hold as a run keeps it: nil when nothing holds.
func kept(h prentice.HoldBack) *prentice.HoldBack {
	if !h.Holds() {
		return nil
	}
	return &h
}

// holdText is a hold as it is stored; "" is none.
func holdText(h *prentice.HoldBack) string {
	if h == nil {
		return ""
	}
	raw, err := json.Marshal(h)
	if err != nil {
		panic("a hold always has a JSON form: " + err.Error())
	}
	return string(raw)
}

// holdOf reads what holdText wrote. Text that cannot be read is shown as it is:
// a list of runs is not withheld because of it.
func holdOf(text string) *prentice.HoldBack {
	if text == "" {
		return nil
	}
	var h prentice.HoldBack
	if json.Unmarshal([]byte(text), &h) != nil {
		return &prentice.HoldBack{Says: text}
	}
	return &h
}
