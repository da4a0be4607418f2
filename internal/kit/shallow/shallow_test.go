package shallow_test

import (
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"prentice/internal/kit/shallow"
)

func TestWhatPeopleWriteIsShallow(t *testing.T) {
	deep := strings.Repeat("[{", 100)
	for _, text := range []string{
		"", "[a.b.c]\nd = [[1, 2], [3]]\n", "a = {b = {c = 1.5}}\n", "a = 1.1\nb = [1.1, 2.2, " + strings.Repeat("3.5,", 200) + "]\n",
		"a = \"" + deep + "\"\n", "a = '" + deep + "'\n", "# " + deep + "\na = 1\n", "a = \"\"\"\n\"" + deep + "\n\\\"\"\"\"\"\nb = 1\n", "a = '''\n'" + deep + "''''\nb = 1 # " + deep,
		"a = \"\\\"" + deep + "\"\n", "\"" + strings.Repeat("a.", 100) + "\" = 1\n",
	} {
		var into map[string]any
		if err := toml.Unmarshal([]byte(text), &into); err != nil {
			t.Errorf("%.60q is no TOML: %v", text, err)
		}
		if err := shallow.TOML([]byte(text)); err != nil {
			t.Errorf("%.60q: %v", text, err)
		}
	}
}

func TestWhatIsNestedWithoutEndIsRefusedAndItsLineTold(t *testing.T) {
	for _, part := range [][2]string{{"a = [", "["}, {"a = [\n'x', ", "[\"]\","}, {"a = {", "a={"}, {"", "a."}, {"[", "a."}, {"[[", "a."}, {"a = '''\n''''' # '\nb = [", "["}, {"a = [ # ]\n", "["}, {"a = \"\\\\\"\nb = [", "["}, {"a = {b.", "b."}, {"a = '", "\n["}} {
		if err := shallow.TOML([]byte("\n" + part[0] + strings.Repeat(part[1], 200_000))); err == nil || !strings.Contains(err.Error(), "nested deeper") || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%q: %v", part, err)
		}
	}
}
