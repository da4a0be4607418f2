package log

import (
	"io"
	"strings"
	"testing"

	"prentice"
)

// A step that outlived prentice prints from its beginning once more.
func TestWhatComesAgainIsKeptOnce(t *testing.T) {
	whole := many(9000) + "bad \xff bytes, the secret hunter2, and no line end" // more than a chunk
	for _, cut := range []int{0, 3, 50, 300 << 10, len(whole) - 9, len(whole)} {
		l := newLogs(t, nil)
		secrets := []string{"hunter2"}
		w := l.Writer(1, "restart", "host/a", secrets)
		io.WriteString(w, whole[:cut]) //nolint:errcheck // never fails
		if cut != len(whole)-9 {       // a secret cut in two is shown in part when its writer closes
			w.Close() //nolint:errcheck // never fails
		}
		print(l, 1, "") // another's
		other := l.Writer(1, "restart", "host/b", nil)
		io.WriteString(other, "of another target\n") //nolint:errcheck // never fails
		other.Close()                                //nolint:errcheck // never fails

		again := l.Writer(1, "restart", "host/a", secrets)
		again.(prentice.Replayer).Replay()
		io.WriteString(again, whole) //nolint:errcheck // never fails
		again.Close()                //nolint:errcheck // never fails

		var got strings.Builder
		for offset := int64(0); ; {
			p := page(t, l, Query{Run: 1, Offset: offset, Target: "host/a"})
			for _, line := range p.Lines {
				got.WriteString(line.Text)
			}
			if offset = p.Next; p.End {
				break
			}
		}
		want := strings.ReplaceAll(strings.ReplaceAll(whole, "hunter2", "•••"), "\xff", "\ufffd")
		if got.String() != want {
			t.Errorf("cut at %d: %d bytes, wants %d", cut, got.Len(), len(want))
		}
	}
}

// Of a step that was made several times what comes again is of the last attempt.
func TestWhatComesAgainIsOfTheLastAttempt(t *testing.T) {
	l := newLogs(t, nil)
	w := l.Writer(1, "swap", "host/a", nil)
	io.WriteString(w, "one\ntwo\n\n"+AnotherAttempt+"1 of 3 did not come out as it should; the next in 1s\nth") //nolint:errcheck // never fails
	w.Close()                                                                                                   //nolint:errcheck // never fails
	again := l.Writer(1, "swap", "host/a", nil)
	again.(prentice.Replayer).Replay()
	io.WriteString(again, "three\nfour\n") //nolint:errcheck // never fails
	again.Close()                          //nolint:errcheck // never fails
	var got strings.Builder
	for _, line := range page(t, l, Query{Run: 1, Target: "host/a"}).Lines {
		got.WriteString(line.Text)
	}
	if want := "one\ntwo\n\n" + AnotherAttempt + "1 of 3 did not come out as it should; the next in 1s\nthree\nfour\n"; got.String() != want {
		t.Errorf("got  %s\nwant %s", got.String(), want)
	}
}
