package policy

import (
	"slices"
	"strings"

	"prentice"
	"prentice/internal/team"
)

// Memberships is who is in which group, as a text that is adopted as a policy is:
// a line for each group that has members, with its members behind a colon.
func Memberships(c *team.Catalog) string {
	var lines []string
	for _, e := range c.Entities {
		if e.Ref.Kind() != "group" || len(e.Members) == 0 {
			continue
		}
		members := slices.Clone(e.Members)
		slices.Sort(members)
		lines = append(lines, string(e.Ref)+": "+strings.Join(slices.Compact(members), ", ")+"\n")
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// GroupsIn are the groups of a person in a text of Memberships.
func GroupsIn(text, person string) (groups []prentice.Ref) {
	text, _ = Parts(text)
	for line := range strings.Lines(text) {
		group, members, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if slices.Contains(strings.Split(members, ", "), person) {
			groups = append(groups, prentice.Ref(group))
		}
	}
	return groups
}
