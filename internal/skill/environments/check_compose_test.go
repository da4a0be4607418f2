package environments

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/check"
)

// tree is one of texts; a text that begins with -> is a link.
func composeTree(files map[string]string) *check.Tree {
	t := &check.Tree{}
	for name, text := range files {
		f := check.File{Path: name, Mode: check.Regular, Size: int64(len(text))}
		if strings.HasPrefix(text, "->") {
			f.Mode = check.Link
		}
		t.Files = append(t.Files, f)
	}
	slices.SortFunc(t.Files, func(a, b check.File) int { return strings.Compare(a.Path, b.Path) })
	t.Content = func(f check.File) ([]byte, error) { return []byte(strings.TrimPrefix(files[f.Path], "->")), nil }
	return t
}

func TestAComposeFileIsJudgedAsAnEnvironmentWould(t *testing.T) {
	kind := composeChecks()
	for name, c := range map[string]struct {
		files  map[string]string
		rules  int
		refuse string
	}{
		"no compose file":       {map[string]string{"main.go": ""}, 0, ""},
		"one that makes one":    {map[string]string{"compose.yaml": "services: {web: {image: nginx}}"}, 2, ""},
		"the socket":            {map[string]string{"compose.yaml": "services:\n  web:\n    image: nginx\n    volumes:\n      - /run/docker.sock:/x\n"}, 2, "compose.yaml:5"},
		"a link that stays":     {map[string]string{"compose.yaml": "services: {web: {image: nginx, env_file: a.env}}", "a.env": "->conf/b.env", "conf/b.env": "A=1"}, 2, ""},
		"a link that leaves":    {map[string]string{"compose.yaml": "services: {web: {image: nginx, env_file: a.env}}", "a.env": "->../b.env"}, 2, "compose.yaml:1"},
		"a file that is a link": {map[string]string{"compose.yaml": "->/etc/passwd"}, 2, "compose.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			tree := composeTree(c.files)
			rules, err := kind.Rules(context.Background(), tree)
			if err != nil || len(rules) != c.rules {
				t.Fatalf("%d rules, %v", len(rules), err)
			}
			outcomes, err := kind.Check(context.Background(), tree, rules)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range outcomes {
				if o.Rule != makes {
					continue
				}
				if (o.Truth == prentice.Fail) != (c.refuse != "") {
					t.Errorf("%v", o)
				}
				if c.refuse != "" && !strings.HasPrefix(o.Findings[0].Path+":"+strconv.Itoa(o.Findings[0].Line), c.refuse) {
					t.Errorf("%+v, want %s", o.Findings[0], c.refuse)
				}
			}
		})
	}
}
