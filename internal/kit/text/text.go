// Package text shortens what others wrote, so that a line of ours stays a line.
//
// It refuses to cut a character in two.
package text

import "strings"

// most is how many bytes of a name or an argument a sentence repeats.
const most = 80

// Clip is a text as a sentence can repeat it: 80 bytes, and … where more was.
func Clip(s string) string { return ClipTo(s, most) }

// ClipTo is a text of at most so many bytes, and … where more was.
func ClipTo(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
