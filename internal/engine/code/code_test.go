package code_test

import (
	"strings"
	"testing"

	"prentice/internal/engine/code"
)

func TestABrowserIsGivenOnlyWhatItCannotRun(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n"
	for _, c := range []struct {
		name, text, kind string
		shown            bool
	}{
		{"a.go", "package a", "text/plain; charset=utf-8", true},
		{"a.png", png, "image/png", true},
		{"a.html", png, "image/png", true},
		{"a.png", "<html><script>", "application/octet-stream", false},
		{"a.txt", "  <svg onload=alert(1)>", "application/octet-stream", false},
		{"a.svg", "hello", "application/octet-stream", false},
		{"a.HTML", "hello", "application/octet-stream", false},
		{"a.pdf", "%PDF-1.4", "application/octet-stream", false},
		{"a.bin", "a\x00b", "application/octet-stream", false},
	} {
		if kind, shown := code.Type(c.name, []byte(c.text)); kind != c.kind || shown != c.shown {
			t.Errorf("%s %q is %s, shown %v", c.name, c.text, kind, shown)
		}
	}
	if code.Pointed([]byte("version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n")) != "sha256:ab" || code.Pointed([]byte("version 1\noid x\n")) != "" || code.Pointed([]byte("version https://git-lfs.github.com/spec/v1\n"+strings.Repeat("x", 2000))) != "" {
		t.Error("a pointer is not what it says")
	}
}
