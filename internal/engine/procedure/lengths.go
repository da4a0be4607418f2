package procedure

import (
	"slices"
	"time"

	"prentice/internal/kit/span"
)

// lengths are the attributes of steps that are lengths of time.
var lengths = []string{"for", "interval", "settle", "silence", "timeout"}

// lengthIn is an attribute as it stands in a plan: a length with days or weeks is
// written in hours, so that anyone who reads plans knows it. Any other value is kept
// as it is, and so is the hash of its plan.
func lengthIn(name, value string) string {
	if !slices.Contains(lengths, name) {
		return value
	}
	if _, err := time.ParseDuration(value); err == nil { // Go's own way
		return value
	}
	if d, err := span.Parse(value); err == nil {
		return d.String()
	}
	return value
}
