package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
)

// Misfits are what is wrong with checks beside each other: needs that no check fulfils,
// and needs in a circle. By name of the check that cannot be performed for it.
func Misfits(checks []Check) map[string]prentice.Finding {
	by := map[string]Check{}
	var names []string
	for _, c := range checks {
		by[c.Name] = c
		names = append(names, c.Name)
	}
	wrong := map[string]prentice.Finding{}
	for _, c := range checks {
		at := prentice.Pos{File: c.File, Line: 2, Column: 1}
		for _, need := range c.Needs {
			if _, there := by[need]; !there {
				hint := "take it out of needs, or write " + Folder + "/" + clip.Text(need) + ".md"
				if near := nearest.Of(need, names); near != "" {
					hint = "did you mean " + near + "?"
				}
				wrong[c.Name] = prentice.Finding{At: at, Error: true, Text: fmt.Sprintf("check %s needs %q, which is no check", c.Name, clip.Text(need)), Hint: hint}
			}
		}
		if circle := circleFrom(c.Name, by); circle != nil {
			wrong[c.Name] = prentice.Finding{At: at, Error: true, Text: "checks need each other in a circle: " + strings.Join(circle, " needs "), Hint: "take one of the needs out"}
		}
	}
	return wrong
}

// circleFrom is a way from a check back to itself, by what each needs; nil is none.
func circleFrom(name string, by map[string]Check) []string {
	seen := map[string]bool{}
	var walk func(at string, way []string) []string
	walk = func(at string, way []string) []string {
		for _, need := range by[at].Needs {
			switch {
			case need == name:
				return append(way, need)
			case seen[need]:
				continue
			}
			seen[need] = true
			if circle := walk(need, append(slices.Clone(way), need)); circle != nil {
				return circle
			}
		}
		return nil
	}
	return walk(name, []string{name})
}
