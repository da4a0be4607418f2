package supervision

import (
	"strings"
	"testing"

	"prentice/internal/engine/log"
)

func TestAProgressBarIsPrintedAsItStoodInTheEnd(t *testing.T) {
	for text, want := range map[string]string{
		"Downloading 10%\rDownloading 20%\rDownloading 100%\r\n": "Downloading 100%",
		"half\rwhole\n": "whole",
		"plain\n":       "plain",
		"\r\n":          "",
	} {
		if got := printed(log.Line{Step: "a", Text: text}); !strings.HasSuffix(got, "│ "+want) {
			t.Errorf("%q is printed as %q", text, got)
		}
	}
}
