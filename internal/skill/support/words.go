package support

import (
	"bytes"
	"encoding/json"

	"prentice"
)

// words are the data of an event, read once for all that is asked of its texts.
// Data that is no object has none.
type words map[string]any

func wordsOf(e prentice.Event) (w words) {
	d := json.NewDecoder(bytes.NewReader(e.Data))
	d.UseNumber() // a number too large for a float keeps no text from being read
	if d.Decode(&w) != nil {
		return nil
	}
	return w
}

// text is one of them, made fit to be shown; "" if there is none.
func (w words) text(key string) string {
	text, _ := w[key].(string)
	return clip(text, 300)
}

// first is the first of some that there is, or "".
func (w words) first(keys ...string) string {
	for _, key := range keys {
		if text := w.text(key); text != "" {
			return text
		}
	}
	return ""
}
