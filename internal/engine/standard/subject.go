package standard

import "strings"

// Subject is the first line of a message, and the rest without the lines of comment.
func Subject(message string) (subject, rest string) {
	subject, rest, _ = strings.Cut(strings.TrimSpace(message), "\n")
	return strings.TrimRight(subject, " \r"), rest
}
