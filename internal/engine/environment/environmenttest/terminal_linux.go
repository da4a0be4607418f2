package environmenttest

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"prentice/internal/engine/environment"
	"prentice/internal/kit/term"
)

func terminal(t *testing.T, b *bench) {
	s := b.spec(t, b.web("web"))
	b.makes(t, s)
	b.ready(t, s.ID, "web", 8080)
	ours, theirs, err := term.Pair()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ours.Close(); theirs.Close() }) //nolint:errcheck // the test is over
	size := func(rows, columns uint16) {
		t.Helper()
		if err := term.Resize(ours, term.Size{Rows: rows, Columns: columns}); err != nil {
			t.Fatal(err)
		}
	}
	shown := &safe{}
	go io.Copy(shown, ours) //nolint:errcheck // it ends with the terminal
	types := func(text string) {
		t.Helper()
		if _, err := ours.WriteString(text); err != nil {
			t.Fatal(err)
		}
	}
	shows := func(text string) {
		t.Helper()
		until(t, fmt.Sprintf("the terminal to show %q: it shows %q", text, shown.String()), func() bool { return strings.Contains(shown.String(), text) })
	}
	size(40, 120)
	before, err := unix.IoctlGetTermios(int(theirs.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	type ended struct {
		code int
		err  error
	}
	done := make(chan ended, 1)
	go func() {
		code, err := b.Exec(t.Context(), s.ID, "web", environment.Program{Argv: []string{"/bin/sh", "-i"}, Env: map[string]string{"TERM": "xterm-256color"}, Terminal: theirs})
		done <- ended{code, err}
	}()
	types("test -t 0 && test -t 1 && test -t 2 && echo tty-$((1+1))-$TERM\n")
	shows("tty-2-xterm-256color")
	sized := func(rows, columns uint16, word string) {
		t.Helper()
		size(rows, columns)
		types(fmt.Sprintf("until busybox stty size | busybox grep -q '^%d %d'; do busybox sleep 0.1; done; echo %s-$((2+2))\n", rows, columns, word))
		shows(word + "-4")
	}
	sized(40, 120, "sized")
	sized(50, 100, "resized")
	types("busybox sleep 987655\n")
	until(t, "the program to begin", func() bool {
		return b.says(t, s.ID, "web", `busybox ps | busybox grep -c 'sleep [9]87655'`) != "0[1]"
	})
	types("\x03")
	types("echo after-$((3+3))\n")
	shows("after-6")
	if got := b.says(t, s.ID, "web", `busybox ps | busybox grep -c 'sleep [9]87655'`); got != "0[1]" {
		t.Errorf("Ctrl-C did not end what runs there: %s", got)
	}
	types("exit 5\n")
	if got := <-done; got.err != nil || got.code != 5 {
		t.Errorf("%d %v", got.code, got.err)
	}
	after, err := unix.IoctlGetTermios(int(theirs.Fd()), unix.TCGETS)
	const typed = unix.ICANON | unix.ECHO | unix.ISIG
	if err != nil || after.Lflag&typed != before.Lflag&typed {
		t.Errorf("the terminal is not as it was: %x, and was %x: %v", after.Lflag, before.Lflag, err)
	}
}
