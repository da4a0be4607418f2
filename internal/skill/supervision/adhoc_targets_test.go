package supervision

import "testing"

func TestHostsMayBeNamedAsPeopleTypeThem(t *testing.T) {
	for typed, want := range map[string]string{
		"all":                `hosts()`,
		"web-1":              `["web-1"]`,
		"host/web-1, web-2":  `["web-1", "web-2"]`,
		"web-1 web-2":        `["web-1", "web-2"]`,
		"web-*":              `hosts().filter(h, h.name.matches("^web-.*$"))`,
		"db?.x,web-1":        `[host("web-1")] + hosts().filter(h, h.name.matches("^db.\\.x$"))`,
		`group("web").hosts`: `group("web").hosts`,
		`hosts()`:            `hosts()`,
		`["a"]`:              `["a"]`,
		"":                   "",
		" , ":                " , ",
		"all,web-1":          "all,web-1",
		"web; rm":            "web; rm",
	} {
		if got := targetsOf(typed); got != want {
			t.Errorf("%q: %s, want %s", typed, got, want)
		}
	}
}
