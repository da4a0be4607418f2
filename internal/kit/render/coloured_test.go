package render

import (
	"reflect"
	"testing"
)

func TestColoursAreKeptAndNothingElseOfATerminal(t *testing.T) {
	for _, c := range []struct {
		text string
		want []Run
	}{
		{"plain", []Run{{Text: "plain"}}},
		{"\x1b[1;31mFAIL\x1b[0m one", []Run{{Text: "FAIL", Hue: "red", Bold: true}, {Text: " one"}}},
		{"\x1b[92mok\x1b[39m\x1b[38;5;200mpink\x1b[38;2;1;2;3mother\x1b[m.", []Run{{Text: "ok", Hue: "green"}, {Text: "pink"}, {Text: "other"}, {Text: "."}}},
		{"\x1b[2J\x1b]0;owned\x07\x1b[33mwarn\x1b[8mhidden\x9b31m", []Run{{Text: "warn", Hue: "yellow"}, {Text: "hidden\\x9b31m", Hue: "yellow"}}},
		{"\x1b[31mone\rtwo\n", []Run{{Text: "two\n"}}},
		{"\x1b[31m<script>", []Run{{Text: "<script>", Hue: "red"}}},
	} {
		if got := Coloured(c.text); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q is %+v, want %+v", c.text, got, c.want)
		}
	}
}
