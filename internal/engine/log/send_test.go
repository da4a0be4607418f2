package log

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// read is all of a run's log, page by page.
func read(t *testing.T, l *Logs, run int64) string {
	t.Helper()
	var b strings.Builder
	for offset := int64(0); ; {
		p := page(t, l, Query{Run: run, Offset: offset})
		for i, line := range p.Lines {
			if i > 0 && line.Line != p.Lines[i-1].Line+1 {
				t.Fatalf("after line %d comes line %d", p.Lines[i-1].Line, line.Line)
			}
			b.WriteString(line.Text)
		}
		if offset = p.Next; p.End {
			return b.String()
		}
	}
}

// local is the files that are not stored.
func localFiles(t *testing.T, l *Logs) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(l.Own.Folder, "run-*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestWhatIsStoredIsReadAsItWasWritten(t *testing.T) {
	l := newLogs(t, nil)
	want := many(30_000)
	for from, part := 0, len(want)/3; from < len(want); from += part { // three segments
		print(l, 1, want[from:min(from+part, len(want))])
		storeAll(t, l)
	}
	print(l, 1, "and what is here\n")
	if n := len(l.Store.(*shelfInMemory).objects); n != 4 && n != 3 {
		t.Errorf("there are %d objects", n)
	}
	got := read(t, l, 1)
	if !strings.HasSuffix(got, "and what is here\n") || strings.Count(got, "\n") < 30_001 {
		t.Errorf("%d bytes came back", len(got))
	}
	if p := page(t, l, Query{Run: 1, Find: "line 30000 "}); len(p.Lines) != 1 {
		t.Errorf("found %+v", p)
	}
}

func TestAPageCostsFewRequestsAndASearchOneMoreForEachObject(t *testing.T) {
	l := newLogs(t, nil)
	for range 2 {
		print(l, 1, many(20_000)) // several chunks
		storeAll(t, l)
	}
	store := l.Store.(*shelfInMemory)
	page(t, l, Query{Run: 1, Find: "no line has this"}) // reads the indexes
	for _, c := range []struct {
		name  string
		query Query
		most  int
	}{
		{"a page within a chunk", Query{Run: 1, Limit: 10}, 1},
		{"a page from a line on", Query{Run: 1, Line: 30_000, Limit: 10}, 1},
		{"the end", Query{Run: 1, Tail: 10}, 1},
		{"a search through two objects", Query{Run: 1, Find: "no line has this"}, 4},
	} {
		store.reads = 0
		if page(t, l, c.query); store.reads == 0 || store.reads > c.most {
			t.Errorf("%s costs %d requests, want at most %d", c.name, store.reads, c.most)
		}
		if store.open > 0 {
			t.Errorf("%s leaves %d requests open", c.name, store.open)
		}
	}
}

func TestALogWaitsForTheStoreAndIsReadMeanwhile(t *testing.T) {
	now := time.Now()
	l := newLogs(t, nil)
	l.Clock = func() time.Time { return now }
	store := l.Store.(*shelfInMemory)
	print(l, 1, many(100))
	store.away = true
	if err := l.finish(segmentsOf(t, l, 1)[0]); err != nil {
		t.Fatal(err)
	}
	if err := l.look(t.Context()); err == nil || !strings.Contains(err.Error(), "kept here") {
		t.Errorf("the trouble is told as %v", err)
	}
	p := page(t, l, Query{Run: 1})
	if len(p.Lines) != 100 || p.Trouble == "" {
		t.Errorf("while the store is away %d lines are read, trouble %q", len(p.Lines), p.Trouble)
	}
	print(l, 1, "printed while it is away\n")
	store.away = false
	if err := l.look(t.Context()); err != nil || len(store.objects) != 0 {
		t.Errorf("it is tried again at once: %v", err)
	}
	now = now.Add(time.Minute)
	if err := l.look(t.Context()); err != nil || len(store.objects) != 2 || l.waits.Load() != 0 || len(localFiles(t, l)) > 0 {
		t.Errorf("later %d objects are stored, %d bytes wait, here is %v, %v", len(store.objects), l.waits.Load(), localFiles(t, l), err)
	}
	if got := read(t, l, 1); got != many(100)+"printed while it is away\n" {
		t.Errorf("it reads %q", got)
	}
}

func segmentsOf(t *testing.T, l *Logs, run int64) []segment {
	t.Helper()
	names, err := l.Own.segments(run)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestWhenTooMuchWaitsLinesAreLostAndCounted(t *testing.T) {
	l := newLogs(t, nil)
	print(l, 1, "before\n")
	if err := l.finish(segmentsOf(t, l, 1)[0]); err != nil {
		t.Fatal(err)
	}
	waits := l.waits.Swap(mostWaiting + 1)
	w := l.Writer(1, "s", "", nil)
	io.WriteString(w, "lost\nlost too\n") //nolint:errcheck // never fails
	l.waits.Store(waits)
	io.WriteString(w, "after\n") //nolint:errcheck // never fails
	w.Close()                    //nolint:errcheck // never fails
	got := read(t, l, 1)
	if !strings.Contains(got, "before\nprentice: 2 lines could not be kept here: ") || !strings.HasSuffix(got, "after\n") {
		t.Errorf("it reads %q", got)
	}
}

// Whatever a kill leaves, the next process makes the same log of it.
func TestAKillBetweenAnyTwoStepsLeavesEachLineOnce(t *testing.T) {
	want := many(20_000)
	for name, kill := range map[string]func(t *testing.T, l *Logs, f *file){
		"before anything is finished": func(*testing.T, *Logs, *file) {},
		"between the last chunk and the end of the tail": func(t *testing.T, _ *Logs, f *file) {
			if err := f.compress(); err != nil {
				t.Fatal(err)
			}
		},
		"between the end of the tail and the store": func(t *testing.T, _ *Logs, f *file) {
			if err := f.finish(); err != nil {
				t.Fatal(err)
			}
		},
		"between the store and the end of the index": func(t *testing.T, l *Logs, f *file) {
			name := f.base.segment
			if err := f.finish(); err != nil {
				t.Fatal(err)
			}
			was := copies(t, l)
			if err := l.put(t.Context(), name); err != nil {
				t.Fatal(err)
			}
			was(indexFile, chunkFile)
		},
		"between the end of the index and that of the chunks": func(t *testing.T, l *Logs, f *file) {
			name := f.base.segment
			if err := f.finish(); err != nil {
				t.Fatal(err)
			}
			was := copies(t, l)
			if err := l.put(t.Context(), name); err != nil {
				t.Fatal(err)
			}
			was(chunkFile)
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLogs(t, nil)
			print(l, 1, want)
			f, err := l.use(1)
			if err != nil {
				t.Fatal(err)
			}
			kill(t, l, f) // f is never closed in order
			next := logsWith(t, l.Deps)
			if got := read(t, next, 1); got != want {
				t.Errorf("before it is fixed %d bytes are read, want %d", len(got), len(want))
			}
			next = again(t, l)
			if got := read(t, next, 1); got != want {
				t.Errorf("%d bytes are read, want %d", len(got), len(want))
			}
			print(next, 1, "and so on\n")
			storeAll(t, next)
			if got := read(t, next, 1); got != want+"and so on\n" || len(localFiles(t, next)) > 0 {
				t.Errorf("at the end %d bytes are read, want %d; left are %v", len(got), len(want)+10, localFiles(t, next))
			}
		})
	}
}

// copies remembers the files, and gives those back that a kill would have left.
func copies(t *testing.T, l *Logs) func(sorts ...string) {
	t.Helper()
	held := map[string][]byte{}
	for _, file := range localFiles(t, l) {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		held[file] = raw
	}
	return func(sorts ...string) {
		for file, raw := range held {
			for _, sort := range sorts {
				if strings.HasSuffix(file, sort) {
					if err := os.WriteFile(file, raw, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

// Anyone who reads while it is written sees a beginning of it, never a hole.
func TestWhoReadsWhileItIsWrittenSeesNoHole(t *testing.T) {
	l := newLogs(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() { l.Run(ctx) }) //nolint:errcheck // it ends when told to
	w := l.Writer(1, "s", "", nil)
	const n = 60_000
	written := make(chan struct{})
	go func() {
		defer close(written)
		for i := range n {
			fmt.Fprintf(w, "%d %s\n", i, strings.Repeat("x", 100))
			if i%9000 == 8999 { // more segments than there would be
				f := w.(*masked).lines.file
				f.mu.Lock()
				if err := f.finish(); err != nil {
					t.Error(err)
				}
				f.mu.Unlock()
			}
		}
		w.Close() //nolint:errcheck // never fails
	}()
	seen := 0
	for done := false; !done; {
		select {
		case <-written:
			done = true
		default:
		}
		p := page(t, l, Query{Run: 1, Tail: 50})
		if len(p.Lines) == 0 {
			continue
		}
		last := p.Lines[len(p.Lines)-1]
		if want := fmt.Sprintf("%d ", last.Line-1); !strings.HasPrefix(last.Text, want) || p.Total < int64(seen) {
			t.Fatalf("line %d of %d is %q, after %d were there", last.Line, p.Total, last.Text[:20], seen)
		}
		seen = int(p.Total)
	}
	cancel()
	run.Wait()
	if p := page(t, l, Query{Run: 1, Tail: 1}); p.Total != n || len(localFiles(t, l)) > 0 {
		t.Errorf("at the end there are %d lines, and here is %v", p.Total, localFiles(t, l))
	}
}
