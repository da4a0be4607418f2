package exact

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

type inner struct {
	ID string `json:"id"`
}

type thing struct {
	inner
	Number string            `json:"number"`
	List   []inner           `json:"list,omitempty"`
	Words  map[string]string `json:"words,omitempty"`
	Time   time.Time         `json:"time,omitzero"`
	Raw    json.RawMessage   `json:"raw,omitempty"`
	Hidden string            `json:"-"`
}

func TestOnlyExactKeysAreRead(t *testing.T) {
	for text, want := range map[string]string{
		`{"number":"1","id":"a","list":[{"id":"b"}],"words":{"a":"1","A":"2"},"time":"2026-01-02T03:04:05Z","raw":{"x":{"y":1}}}`: "",
		`{"number":"1"} `:                        "",
		`{"number":"1","Number":"2"}`:            `unknown field "Number"`,
		`{"NUMBER":"2"}`:                         `unknown field "NUMBER"`,
		`{"number":"1","number":"2"}`:            `the key "number" is there twice`,
		`{"number":"1","n\u0075mber":"2"}`:       `the key "number" is there twice`,
		`{"list":[{"id":"b"},{"Id":"c"}]}`:       `unknown field "Id"`,
		`{"words":{"a":"1","a":"2"}}`:            `the key "a" is there twice`,
		`{"raw":{"x":[{"y":1,"y":2}]}}`:          `the key "y" is there twice`,
		`{"Hidden":"x"}`:                         `unknown field "Hidden"`,
		`{"number":"1"} {"number":"2"}`:          "more than one value",
		`{"number":1}`:                           "cannot unmarshal",
		`{"number"`:                              "unexpected EOF",
		strings.Repeat("[", 20_000):              "",
		`{"raw":` + strings.Repeat("[", 100_000): "",
	} {
		var to thing
		err := Unmarshal([]byte(text), &to)
		if len(text) > 1000 && err != nil {
			continue // the reader refuses it; it must only come to an end
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", text, err, want)
		}
	}
}
