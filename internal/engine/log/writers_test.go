package log

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// twoWriters are the logs of two processes on one store and one data folder.
func twoWriters(t *testing.T, toldB func(int64, Line)) (a, b *Logs) {
	t.Helper()
	folder, store := t.TempDir(), &shelfInMemory{objects: map[string]object{}}
	places := []Place{{filepath.Join(folder, "a"), "a"}, {filepath.Join(folder, "b"), "b"}}
	a = logsWith(t, Deps{Own: places[0], Others: func() []Place { return places[1:] }, Store: store})
	b = logsWith(t, Deps{Own: places[1], Others: func() []Place { return places[:1] }, Store: store, Told: toldB})
	return a, b
}

func both(t *testing.T, a, b *Logs, want string) {
	t.Helper()
	for name, l := range map[string]*Logs{"a": a, "b": b} {
		if got := read(t, l, 1); got != want {
			t.Errorf("at %s it reads\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestTwoWritersOfARunDoNotMix(t *testing.T) {
	a, b := twoWriters(t, nil)
	print(a, 1, "one\n")
	frozen := a.Writer(1, "s", "", nil)
	io.WriteString(frozen, "two\n") //nolint:errcheck // never fails
	both(t, a, b, "one\ntwo\n")

	print(b, 1, "three\n") // b took the run over
	both(t, a, b, "one\ntwo\nthree\n")

	io.WriteString(frozen, "late\n") //nolint:errcheck // never fails
	frozen.Close()                   //nolint:errcheck // never fails
	both(t, a, b, "one\ntwo\nlate\nthree\n")

	print(a, 1, "four\n") // a took it back: its earlier segment is not gone on with
	both(t, a, b, "one\ntwo\nlate\nthree\nfour\n")
	storeAll(t, b)
	both(t, a, b, "one\ntwo\nlate\nthree\nfour\n")
	storeAll(t, a)
	both(t, a, b, "one\ntwo\nlate\nthree\nfour\n")
	print(b, 1, "five\n")
	both(t, a, b, "one\ntwo\nlate\nthree\nfour\nfive\n")
}

// A reader that fixed what another writes would tear it.
func TestWhoReadsChangesNothingOfAnothers(t *testing.T) {
	a, b := twoWriters(t, nil)
	print(a, 1, "one\n")
	tail := the(t, a, 1, tailFile)
	grow(t, tail, "1764000000000000 s - |half")
	both(t, a, b, "one\n")
	storeAll(t, b)
	grow(t, tail, " a line\n")
	both(t, a, b, "one\nhalf a line\n")
}

func TestWhatAnotherPrintsIsToldOnce(t *testing.T) {
	var told []Line
	a, b := twoWriters(t, func(_ int64, line Line) { told = append(told, line) })
	b.Watched = func(int64) bool { return true }
	look := func(want string, lines ...int64) {
		t.Helper()
		told = nil
		if err := b.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for i, line := range told {
			got.WriteString(line.Text)
			if i < len(lines) && line.Line != lines[i] {
				t.Errorf("%q is told as line %d, want %d", line.Text, line.Line, lines[i])
			}
		}
		if got.String() != want {
			t.Errorf("told %q, want %q", got.String(), want)
		}
	}
	print(a, 1, "before anybody watched\n")
	look("")
	print(a, 1, "one\n")
	look("one\n", 2)
	look("")
	print(a, 1, "two\n")
	storeAll(t, a) // between two looks
	print(a, 1, "three\n")
	look("three\ntwo\n")
	look("")
	print(a, 1, many(9000)) // more than a chunk
	look(many(9000), 5)
	storeAll(t, a)
	look("")
	p := page(t, b, Query{Run: 1, Tail: 1})
	if p.Total != 9004 {
		t.Errorf("there are %d lines", p.Total)
	}
}

func TestALogOfAnEarlierVersionIsGoneOnWith(t *testing.T) {
	l := newLogs(t, nil)
	old := segment{run: 1}
	f := &file{logs: l, run: 1, sealAt: chunk, base: known{segment: old}} // as that version named its files
	if err := f.openFiles(0); err != nil {
		t.Fatal(err)
	}
	if err := f.recover(); err != nil {
		t.Fatal(err)
	}
	b := batch{at: l.Clock(), step: "s"}
	b.add([]byte("from before\n"))
	f.keep(&b)
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
	next := again(t, l)
	print(next, 1, "from now\n")
	if got := read(t, next, 1); got != "from before\nfrom now\n" {
		t.Errorf("it reads %q", got)
	}
	storeAll(t, next)
	if got := read(t, next, 1); got != "from before\nfrom now\n" || len(localFiles(t, next)) > 0 {
		t.Errorf("stored, it reads %q; here is %v", got, localFiles(t, next))
	}
}

func TestWhatWasRemovedIsToldByEveryWriter(t *testing.T) {
	a, b := twoWriters(t, nil)
	print(a, 1, "one\n")
	storeAll(t, a)
	print(b, 1, "two\n")
	if err := a.Sweep(t.Context(), Keep{Size: 1}, func(context.Context, Removed) error { return nil }); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*Logs{a, b} {
		if p := page(t, l, Query{Run: 1}); p.Removed == nil || p.Removed.Lines != 2 || len(p.Lines) != 0 {
			t.Errorf("what is left says %+v", p)
		}
	}
	lists := a.Store.(*shelfInMemory).lists
	if err := a.Sweep(t.Context(), Keep{Size: 1000}, nil); err != nil || a.Store.(*shelfInMemory).lists != lists {
		t.Errorf("the store is listed again at once: %v", err)
	}
}
