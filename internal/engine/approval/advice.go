package approval

import (
	"fmt"
	"strings"

	"prentice"
)

// Advise says who may do something that some people may not, or what a team does
// in which there is no such person.
func Advise(who, of []prentice.Ref, do string) string {
	if len(who) == 0 {
		return fmt.Sprintf("no one on the team is independent of %s: let someone in whom they did not let in, such as by single sign-on; "+
			"or let an independent person vouch for a password or a passkey with: prentice person confirm NAME; or, "+trustedTeam, AnyOf(of))
	}
	return fmt.Sprintf("let %s %s", AnyOf(who), do)
}

// AnyOf is some of the people in words: the first three.
func AnyOf(people []prentice.Ref) string {
	words := make([]string, 0, 3)
	for _, p := range people[:min(len(people), 3)] {
		words = append(words, string(p))
	}
	return strings.Join(words, " or ")
}
