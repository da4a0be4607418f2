package procedure

import "testing"

func TestALengthWithDaysStandsInAPlanInHours(t *testing.T) {
	for _, c := range [][3]string{
		{"for", "1d", "24h0m0s"},
		{"settle", "1w", "168h0m0s"},
		{"for", "90m", "90m"}, // the hash of a plan stays what it was
		{"for", "soon", "soon"},
		{"name", "1d", "1d"},
	} {
		if got := lengthIn(c[0], c[1]); got != c[2] {
			t.Errorf("%s=%s stands as %s, want %s", c[0], c[1], got, c[2])
		}
	}
}
