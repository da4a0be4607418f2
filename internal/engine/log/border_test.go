package log

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestACharacterIsNotCutAtTheEndOfAPiece(t *testing.T) {
	for _, char := range []string{"é", "€", "😀"} {
		for shift := range len(char) {
			l := newLogs(t, nil)
			w := l.Writer(7, "print", "host/a", nil)
			text := strings.Repeat("x", shift) + strings.Repeat(char, 3*piece/len(char))
			w.Write([]byte(text + "\n")) //nolint:errcheck // it never fails
			w.Close()                    //nolint:errcheck // as above
			p, err := l.Page(t.Context(), Query{Run: 7})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, line := range p.Lines {
				if strings.ContainsRune(line.Text, utf8.RuneError) {
					t.Errorf("%s is cut: line %d ends with %q", char, line.Line, line.Text[max(0, len(line.Text)-8):])
				}
				got += line.Text
			}
			if got != text+"\n" {
				t.Errorf("%s: the text is another", char)
			}
		}
	}
	l := newLogs(t, nil)
	w := l.Writer(7, "print", "host/a", nil)
	bytes := strings.Repeat("\x80\xff", piece)
	w.Write([]byte(bytes + "\n")) //nolint:errcheck // it never fails
	w.Close()                     //nolint:errcheck // as above
	if p, err := l.Page(t.Context(), Query{Run: 7}); err != nil || len(p.Lines) != 3 {
		t.Errorf("bytes that are no text: %d lines, %v", len(p.Lines), err)
	}
}

func TestWhatStandsAcrossTheEndOfAPieceIsFound(t *testing.T) {
	for _, far := range []bool{false, true} {
		l := newLogs(t, nil)
		w, other := l.Writer(7, "print", "host/a", nil), l.Writer(7, "print", "host/b", nil)
		head := strings.Repeat("x", piece-3)
		w.Write([]byte(head + "nee"))   //nolint:errcheck // it never fails
		other.Write([]byte("beside\n")) //nolint:errcheck // as above
		if far {                        // the piece that follows stands in another block
			other.Write([]byte(strings.Repeat("beside it\n", chunk/10))) //nolint:errcheck // as above
		}
		w.Write([]byte("dle and more\nneedle in one\n")) //nolint:errcheck // as above
		w.Write([]byte("nee\n"))                         //nolint:errcheck // as above
		w.Write([]byte("dle\n"))                         //nolint:errcheck // as above
		w.Close()                                        //nolint:errcheck // as above
		other.Close()                                    //nolint:errcheck // as above
		var found []string
		next := int64(0)
		for range 10 {
			p, err := l.Page(t.Context(), Query{Run: 7, Find: "needle", Offset: next, Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range p.Lines {
				found = append(found, line.Text)
			}
			if next = p.Next; p.End {
				break
			}
		}
		if len(found) != 2 || found[0] != "dle and more\n" || found[1] != "needle in one\n" {
			t.Errorf("far %v: found %q", far, found)
		}
		p, err := l.Page(t.Context(), Query{Run: 7, Find: "needle", Target: "host/b"})
		if err != nil || len(p.Lines) != 0 {
			t.Errorf("of another target: %+v %v", p.Lines, err)
		}
	}
}

func TestALogInWhichNothingStandsIsAnEmptyList(t *testing.T) {
	p, err := newLogs(t, nil).Page(t.Context(), Query{Run: 7})
	if err != nil || p.Lines == nil || len(p.Lines) != 0 || !p.End {
		t.Errorf("%+v %v", p, err)
	}
}
