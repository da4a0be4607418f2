package log

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"prentice"
)

func newLogs(t *testing.T, told func(int64, Line)) *Logs {
	t.Helper()
	return logsWith(t, Deps{Own: Place{Folder: t.TempDir()}, Store: &shelfInMemory{objects: map[string]object{}}, Told: told})
}

// again is what a start finds.
func again(t *testing.T, l *Logs) *Logs {
	t.Helper()
	fresh := logsWith(t, l.Deps)
	if err := fresh.repair(); err != nil {
		t.Fatal(err)
	}
	return fresh
}

func logsWith(t *testing.T, d Deps) *Logs {
	t.Helper()
	d.Log = slog.New(slog.DiscardHandler)
	if d.Clock == nil {
		d.Clock = time.Now
	}
	if d.Over == nil {
		d.Over = func(context.Context, int64) (bool, error) { return true, nil }
	}
	l, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// the is the file of the latest segment of a run.
func the(t *testing.T, l *Logs, run int64, sort string) string {
	t.Helper()
	names, err := l.Own.segments(run)
	if err != nil || len(names) == 0 {
		t.Fatal("there are no files of the log", err)
	}
	return names[len(names)-1].path(l.Own.Folder, sort)
}

// storeAll finishes and stores all segments.
func storeAll(t *testing.T, l *Logs) {
	t.Helper()
	if err := l.leave(); err != nil {
		t.Fatal(err)
	}
}

func print(l *Logs, run int64, text string) {
	w := l.Writer(run, "restart", "host/a", nil)
	io.WriteString(w, text) //nolint:errcheck // never fails
	w.Close()               //nolint:errcheck // never fails
}

func page(t *testing.T, l *Logs, q Query) Page {
	t.Helper()
	p, err := l.Page(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// many is n numbered lines.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d of a long story that goes on and on\n", i+1)
	}
	return b.String()
}

func TestLinesComeBackInOrderByOffset(t *testing.T) {
	var told []Line
	l := newLogs(t, func(_ int64, line Line) { told = append(told, line) })
	w := l.Writer(7, "restart", "host/a", nil)
	io.WriteString(w, "one\ntw")  //nolint:errcheck // never fails
	io.WriteString(w, "o\nthree") //nolint:errcheck // never fails
	w.Close()
	first, next, err := l.Read(t.Context(), 7, 0, 2)
	if err != nil || len(first) != 2 || first[0].Text != "one\n" || first[1].Text != "two\n" || first[1].Line != 2 {
		t.Fatalf("%+v, %v", first, err)
	}
	rest, end, err := l.Read(t.Context(), 7, next, 10)
	if err != nil || len(rest) != 1 || rest[0].Text != "three" || rest[0].Offset != end {
		t.Fatalf("%+v, %v", rest, err)
	}
	if len(told) != 3 || told[2] != rest[0] {
		t.Errorf("told %+v, want also %+v", told, rest)
	}
}

func TestALongLogIsReadFromAnywhere(t *testing.T) {
	const n = 50_000
	l := newLogs(t, nil)
	print(l, 1, many(n))
	started := again(t, l)
	for i, again := range []*Logs{l, started, started} { // as it is, after a start, and when it is stored
		if i == 2 {
			storeAll(t, started)
		}
		for name, q := range map[string]Query{
			"1": {}, "2": {Line: 2}, "25000": {Line: 25_000}, "49991": {Tail: 10}, "50000": {Line: n},
		} {
			q.Run, q.Limit = 1, 10
			p := page(t, again, q)
			if len(p.Lines) == 0 || p.Total != n || fmt.Sprint(p.Lines[0].Line) != name || !strings.HasPrefix(p.Lines[0].Text, "line "+name+" ") {
				t.Errorf("from line %s on: %+v", name, p)
			}
			if next := page(t, again, Query{Run: 1, Offset: p.Next, Limit: 1}); !p.End && next.Lines[0].Line != p.Lines[len(p.Lines)-1].Line+1 {
				t.Errorf("after line %s it goes on with %+v", name, next)
			}
		}
	}
	total := 0
	for _, o := range l.Store.(*shelfInMemory).objects {
		total += len(o.raw)
	}
	if total == 0 || total > n*20 {
		t.Errorf("it takes %d bytes", total)
	}
}

func TestWhatIsLookedForIsFoundWithItsLine(t *testing.T) {
	l := newLogs(t, nil)
	print(l, 1, many(20_000)+"restart is a word of the story, not only a step\n"+many(9))
	p := page(t, l, Query{Run: 1, Find: "restart"})
	if len(p.Lines) != 1 || p.Lines[0].Line != 20_001 || !p.End {
		t.Errorf("found %+v", p)
	}
	p = page(t, l, Query{Run: 1, Find: "line 7", Limit: 3})
	if len(p.Lines) != 3 || p.End || p.Lines[1].Line != 70 {
		t.Errorf("found %+v", p)
	}
	if p = page(t, l, Query{Run: 1, Find: "line 7", Limit: 1, Offset: p.Next}); p.Lines[0].Line != 72 {
		t.Errorf("found next %+v", p)
	}
	if p = page(t, l, Query{Run: 1, Target: "host/b"}); len(p.Lines) != 0 || !p.End {
		t.Errorf("of another target: %+v", p)
	}
}

func TestBytesThatAreNoTextStayAsTheyAre(t *testing.T) {
	l := newLogs(t, nil)
	print(l, 1, "\xff\xfe\x00\x1b[31m\n")
	raw, err := os.ReadFile(the(t, l, 1, "tail"))
	if err != nil || !bytes.Contains(raw, []byte("|\xff\xfe\x00\x1b[31m\n")) {
		t.Errorf("on disk is %q, %v", raw, err)
	}
	if p := page(t, l, Query{Run: 1}); p.Lines[0].Text != "\ufffd\x00\x1b[31m\n" {
		t.Errorf("shown is %q", p.Lines[0].Text)
	}
}

func TestASecretNeverReachesTheDisk(t *testing.T) {
	l := newLogs(t, nil)
	w := l.Writer(1, "s", "", []string{"hunter2hunter2"})
	for _, c := range "the password is hunter2hunter2, keep it" {
		w.Write([]byte(string(c))) //nolint:errcheck // never fails
	}
	w.Close()
	raw, err := os.ReadFile(the(t, l, 1, "tail"))
	if err != nil || strings.Contains(string(raw), "hunter2") || !strings.Contains(string(raw), "keep it") {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestALineHasNoLimit(t *testing.T) {
	l := newLogs(t, nil)
	print(l, 1, strings.Repeat("x", 3_000_000))
	n, offset := 0, int64(0)
	for {
		lines, next, err := l.Read(t.Context(), 1, offset, 20)
		if err != nil {
			t.Fatal(err)
		}
		if len(lines) == 0 {
			break
		}
		for _, line := range lines {
			n += len(line.Text)
		}
		offset = next
	}
	if n != 3_000_000 {
		t.Errorf("%d bytes came back", n)
	}
}

func TestWhatACrashToreIsCutOffAndTold(t *testing.T) {
	for _, c := range []struct {
		name string
		tear func(t *testing.T, l *Logs)
		left int64 // lines, with the one that tells
		told bool
	}{
		{"a record in the middle", func(t *testing.T, l *Logs) { grow(t, the(t, l, 1, "tail"), "1764000000000000 s - |ha") }, 9001, true},
		{"a chunk that has no entry yet", func(t *testing.T, l *Logs) { grow(t, the(t, l, 1, "zst"), "half a chunk") }, 9000, false},
		{"an entry in the middle", func(t *testing.T, l *Logs) { grow(t, the(t, l, 1, "index"), "half") }, 9000, false},
		{"a chunk in the middle", func(t *testing.T, l *Logs) { shrink(t, the(t, l, 1, "zst")) }, 0, true},
		{"between the entry and the new tail", func(t *testing.T, l *Logs) {
			f, err := l.use(1)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := os.ReadFile(the(t, l, 1, "tail"))
			if err != nil {
				t.Fatal(err)
			}
			if err := f.trySeal(); err != nil {
				t.Fatal(err)
			}
			f.done()
			if err := os.WriteFile(the(t, l, 1, "tail"), raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}, 9000, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLogs(t, nil)
			print(l, 1, many(8600)) // a chunk and a bit
			print(l, 1, many(400))
			if about, err := os.Stat(the(t, l, 1, "zst")); err != nil || about.Size() == 0 {
				t.Fatal("there is no chunk to tear", err)
			}
			c.tear(t, l)
			l = again(t, l)
			p := page(t, l, Query{Run: 1, Tail: 1})
			if c.left > 0 && p.Total != c.left {
				t.Errorf("%d lines are left, want %d", p.Total, c.left)
			}
			if strings.Contains(p.Lines[0].Text, "a crash tore this log") != c.told {
				t.Errorf("the last line is %q", p.Lines[0].Text)
			}
			print(l, 1, "and so on\n")
			after := page(t, again(t, l), Query{Run: 1, Tail: 1})
			if after.Total != p.Total+1 || after.Lines[0].Text != "and so on\n" {
				t.Errorf("it goes on with %+v", after)
			}
		})
	}
}

func grow(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	f.Close()
}

func shrink(t *testing.T, path string) {
	t.Helper()
	about, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, about.Size()-5); err != nil {
		t.Fatal(err)
	}
}

func TestADamagedChunkIsToldAndReadAround(t *testing.T) {
	l := newLogs(t, nil)
	print(l, 1, many(20_000))
	raw, err := os.ReadFile(the(t, l, 1, "zst"))
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/8] ^= 0xff
	if err := os.WriteFile(the(t, l, 1, "zst"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Page(t.Context(), Query{Run: 1}); prentice.KindOf(err) != prentice.Unavailable {
		t.Errorf("got %v", err)
	}
	if p := page(t, l, Query{Run: 1, Tail: 5}); len(p.Lines) != 5 {
		t.Errorf("got %+v", p)
	}
}

func TestOldAndLargeLogsGoUnlessTheirRunGoesOn(t *testing.T) {
	at := time.Now()
	l := newLogs(t, nil)
	l.Clock = func() time.Time { return at }
	l.Over = func(_ context.Context, run int64) (bool, error) { return run != 1 && run != 3, nil }
	for run := range int64(5) {
		print(l, run+1, many(100))
	}
	old := at.Add(-100 * time.Hour)
	for _, run := range []int64{1, 2} {
		for _, sort := range []string{"tail", "zst", "index"} {
			if err := os.Chtimes(the(t, l, run, sort), old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	var told []Removed
	sweep := func(keep Keep) {
		t.Helper()
		told = nil
		l.swept = sweeping{}
		err := l.Sweep(t.Context(), keep, func(_ context.Context, r Removed) error { told = append(told, r); return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	if sweep(Keep{}); len(told) != 0 {
		t.Errorf("without limits %+v went", told)
	}
	if sweep(Keep{Age: time.Hour}); len(told) != 1 || told[0].Run != 2 || told[0].Lines != 100 {
		t.Errorf("by age %+v went", told)
	}
	p := page(t, l, Query{Run: 2})
	if p.Removed == nil || !strings.Contains(p.Removed.Why, "kept for 1h") || len(p.Lines) != 0 {
		t.Errorf("what is left says %+v", p)
	}
	if sweep(Keep{Size: 1}); len(told) != 2 || told[0].Run != 4 || told[1].Run != 5 {
		t.Errorf("by size %+v went", told)
	}
	if p := page(t, l, Query{Run: 1}); p.Total != 100 {
		t.Errorf("the log of a run that goes on has %d lines", p.Total)
	}
	l.Gone = func(_ context.Context, run int64) (bool, error) { return run == 2, nil }
	sweep(Keep{})
	if gone, left := page(t, l, Query{Run: 2}), page(t, l, Query{Run: 4}); gone.Removed != nil || left.Removed == nil {
		t.Errorf("of a run that is no longer kept %+v stands there, and of one that is %+v", gone, left)
	}
}

func TestAFullDiskLosesLinesAndSaysHowMany(t *testing.T) {
	l := newLogs(t, nil)
	w := l.Writer(1, "s", "", nil)
	io.WriteString(w, "before\n") //nolint:errcheck // never fails
	f := l.open[1]
	whole := f.tail
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("SKIPPED: this machine has no /dev/full: ", err)
	}
	f.tail = full
	io.WriteString(w, "lost\nlost too\n") //nolint:errcheck // never fails
	f.tail = whole
	full.Close()
	io.WriteString(w, "after\n") //nolint:errcheck // never fails
	w.Close()
	p := page(t, l, Query{Run: 1})
	if len(p.Lines) != 3 || !strings.Contains(p.Lines[1].Text, "2 lines could not be kept here: ") || p.Lines[2].Text != "after\n" {
		t.Errorf("got %+v", p.Lines)
	}
}
