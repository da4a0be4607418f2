package run

import (
	"encoding/json"

	"prentice"
)

// handed is what a step handed on, target by target, when it was made last.
type handed struct {
	round  int
	values prentice.Values
}

// stepAt names a step on a target, whichever round.
type stepAt struct {
	step   string
	target prentice.Ref
}

// HandedOn is what a step handed on when it was made on a target last; nil is nothing.
func (d *Detail) HandedOn(step string, target prentice.Ref) prentice.Values {
	d.Mu.Lock()
	defer d.Mu.Unlock()
	if d.handed == nil {
		d.handed = map[stepAt]handed{}
		for _, s := range d.Steps {
			d.keepHanded(s)
		}
	}
	return d.handed[stepAt{step, target}].values
}

// keepHanded notes what a record says was handed on. The lock is held.
func (d *Detail) keepHanded(s StepRecord) {
	if at := (stepAt{s.Step, s.Target}); s.Out != nil && s.Round >= d.handed[at].round {
		d.handed[at] = handed{s.Round, s.Out}
	}
}

// encodeValues is how the journal keeps what a step handed on.
func encodeValues(v prentice.Values) string {
	if len(v) == 0 {
		return ""
	}
	raw, _ := json.Marshal(v) // a map of texts
	return string(raw)
}

func decodeValues(text string) (v prentice.Values, err error) {
	if text == "" {
		return nil, nil
	}
	err = json.Unmarshal([]byte(text), &v)
	return v, err
}
