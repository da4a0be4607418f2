package check

import (
	"strings"

	"prentice"
)

// Fingerprint is what tells a finding from others and stays when lines move: of the rule
// and of what was found, never of where. The same thing found at two places of a file
// has one fingerprint, which counts twice.
func (f Finding) Fingerprint() string {
	key := f.Key
	if key == "" {
		key = f.Saw
	}
	if key == "" {
		key = f.Says
	}
	d := prentice.Digest([]byte(f.Rule + "\x00" + strings.Join(strings.Fields(key), " ")))
	_, hex, _ := strings.Cut(d, ":")
	return hex[:16]
}
