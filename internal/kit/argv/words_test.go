package argv

import (
	"slices"
	"testing"
)

func TestWordsAreSplitByTheStyle(t *testing.T) {
	keeps := Style{Escape: func(quote, next byte) Escape {
		switch {
		case quote == '\'':
			return Letter
		case quote == '"':
			return Both
		}
		return Alone
	}}
	inner := Style{Inner: true, Escape: keeps.Escape}
	for _, c := range []struct {
		style Style
		line  string
		want  []string
		open  byte
	}{
		{keeps, "a b\tc  d", []string{"a", "b", "c", "d"}, 0},
		{keeps, `a "b c"d '' e`, []string{"a", "b cd", "", "e"}, 0},
		{keeps, `a\ b "c\"d" 'e\f'`, []string{"a b", `c\"d`, `e\f`}, 0},
		{keeps, "a b#c # d", []string{"a", "b#c"}, 0},
		{inner, "a b#c # d", []string{"a", "b"}, 0},
		{keeps, `a "b`, []string{"a", "b"}, '"'},
		{keeps, `a\`, []string{`a\`}, 0},
		{keeps, "", nil, 0},
	} {
		if got, open := c.style.Words(c.line); !slices.Equal(got, c.want) || open != c.open {
			t.Errorf("%q is %q, open %q", c.line, got, open)
		}
	}
}
