package state

import (
	"strings"
	"testing"

	"prentice"
)

func TestACopyIsOfWhatPeopleApproved(t *testing.T) {
	whole := strings.Repeat("0f", 32)
	for _, c := range []struct {
		name, body string
		attrs      map[string]string
		want       string
	}{
		{"a file and its digest", "", map[string]string{"copy": "/srv/app", "sha256": whole}, ""},
		{"a digest that is worked out", "", map[string]string{"copy": "/srv/app", "sha256": "${inputs.sha256}"}, ""},
		{"no digest", "", map[string]string{"copy": "/srv/app"}, "copy and sha256 belong together"},
		{"a digest of nothing", "a\n", map[string]string{"sha256": whole}, "copy and sha256 belong together"},
		{"a digest that is cut off", "", map[string]string{"copy": "/srv/app", "sha256": "0f0f"}, `sha256 "0f0f" is not a SHA-256`},
		{"a path that is not whole", "", map[string]string{"copy": "../app", "sha256": whole}, "is not the path of a file"},
		{"a block beside it", "a\n", map[string]string{"copy": "/srv/app", "sha256": whole}, "also said otherwise"},
		{"a file of the team folder beside it", "", map[string]string{"copy": "/srv/app", "sha256": whole, "from": "files/app"}, "also said otherwise"},
		{"of what is to be absent", "", map[string]string{"copy": "/srv/app", "sha256": whole, "state": "absent"}, "also said otherwise"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.attrs["path"] = "/usr/local/bin/app"
			k := &Kind{sort: file}
			var said []string
			for _, f := range k.Lint(prentice.StepSpec{Kind: "file", Section: prentice.Act, Risk: prentice.Change, Where: "target", Attrs: c.attrs, Body: c.body}) {
				said = append(said, f.Text)
			}
			if got := strings.Join(said, "\n"); c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("it says %q", got)
			}
		})
	}
}
