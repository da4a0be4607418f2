package cell

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatALogCouldNotKeepIsCountedInIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l, err := newLog(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	say := func(text string) {
		if n, err := l.Write([]byte(text)); err != nil || n != len(text) {
			t.Errorf("a service is held up: %d, %v", n, err)
		}
	}
	good := l.f
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no disk is full here: ", err)
	}
	l.f = full
	say("this is lost\n")
	say("and this\n")
	l.f = good
	say("this is kept\n")
	say("and so is this\n")
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for line := range strings.Lines(string(text)) {
		_, text, err := Entry([]byte(line))
		if err != nil {
			t.Error(err)
		}
		said = append(said, strings.TrimSpace(string(text)))
	}
	const lost = 2*(len(stampForm)+len(" F ")) + len("this is lost\n") + len("and this\n")
	if len(said) != 3 || said[0] != fmt.Sprintf("prentice: %d bytes before this line could not be kept", lost) {
		t.Errorf("%q", said)
	}
}
