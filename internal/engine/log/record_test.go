package log

import (
	"strings"
	"testing"
)

func TestALongLineOfProgressIsCutBetweenItsStates(t *testing.T) {
	state := "Downloading... 42%\r"
	text := []byte(strings.Repeat(state, piece/len(state)+1))[:piece]
	if end := cut(text); end%len(state) != 0 || piece-end >= len(state) {
		t.Errorf("cut after %d bytes, in the middle of a state", end)
	}
	if end := cut([]byte(strings.Repeat("x", piece))); end != piece {
		t.Errorf("a line without states is cut after %d bytes", end)
	}
}
