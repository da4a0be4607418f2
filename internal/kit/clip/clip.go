// Package clip shortens what others wrote, so that a line of ours stays a line.
//
// It refuses to cut a character in two.
package clip

import "strings"

// most is how many bytes of a name or an argument a sentence repeats.
const most = 80

// Text is a text as a sentence can repeat it: 80 bytes, and … where more was.
func Text(s string) string { return To(s, most) }

// To is a text of at most so many bytes, and … where more was.
func To(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
