package prentice_test

import (
	"reflect"
	"strings"
	"testing"

	"prentice"
)

// What a step does is approved, so its views tell all that it is given: a command that
// validates a file, the arguments of a script.
func TestAttributesThatTheLineOfAStepDoesNotTell(t *testing.T) {
	for _, c := range []struct {
		says  string
		attrs map[string]string
		want  []string
	}{
		{"/etc/a has the content of this block, mode 0640",
			map[string]string{"path": "/etc/a", "mode": "0640", "backup": "yes", "validate": "grep x %s", "digest": "sha256:1"}, []string{"backup=yes", "validate=grep x %s"}},
		{"report", map[string]string{"script": "files/report.py", "args": `["--all"]`}, []string{`args=["--all"]`, "script=files/report.py"}},
		{"there is yes no more", map[string]string{"undo": "no"}, []string{"undo=no"}},
		{"a 0640x", map[string]string{"mode": "0640"}, []string{"mode=0640"}},
		{"a", map[string]string{"match": "a\nb"}, []string{`match="a\nb"`}},
		{"a", nil, nil},
	} {
		if got := (prentice.PlannedStep{Says: c.says, Attrs: c.attrs}).Unsaid(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("of %q %v: %q, want %q", c.says, c.attrs, got, c.want)
		}
	}
}

func TestAFileThatIsNoTextIsShownByItsSizeAndDigest(t *testing.T) {
	s := prentice.PlannedStep{Body: "AP8=", Attrs: map[string]string{"encoding": "base64"}}
	if got := s.Shown(); !strings.HasPrefix(got, "2 bytes that are no text, sha256:") {
		t.Error(got)
	}
	s.Attrs = nil
	if got := s.Shown(); got != "AP8=" {
		t.Error(got)
	}
}

func TestOneRetryIsSaidAsOne(t *testing.T) {
	if got := (prentice.Retry{Times: 1, Delay: "1s"}).String(); got != "up to 1 retry, after 1s" {
		t.Error(got)
	}
}
