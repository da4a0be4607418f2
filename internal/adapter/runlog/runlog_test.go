package runlog

import (
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"prentice"
)

func newLogs(t *testing.T, told func(int64, prentice.LogLine)) *Logs {
	t.Helper()
	l, err := New(t.TempDir(), time.Now, slog.New(slog.NewTextHandler(io.Discard, nil)), told)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLinesComeBackInOrderByOffset(t *testing.T) {
	told := 0
	l := newLogs(t, func(int64, prentice.LogLine) { told++ })
	w := l.Writer(7, "restart", "host/a", nil)
	io.WriteString(w, "one\ntw")  //nolint:errcheck // never fails
	io.WriteString(w, "o\nthree") //nolint:errcheck // never fails
	w.Close()
	first, next, err := l.Read(t.Context(), 7, 0, 2)
	if err != nil || len(first) != 2 || first[0].Text != "one\n" || first[1].Text != "two\n" {
		t.Fatalf("%+v, %v", first, err)
	}
	rest, end, err := l.Read(t.Context(), 7, next, 10)
	if err != nil || len(rest) != 1 || rest[0].Text != "three" || rest[0].Offset != end {
		t.Fatalf("%+v, %v", rest, err)
	}
	if told != 3 {
		t.Errorf("told of %d lines, want 3", told)
	}
}

func TestASecretNeverReachesTheDisk(t *testing.T) {
	l := newLogs(t, nil)
	w := l.Writer(1, "s", "", []string{"hunter2hunter2"})
	for _, c := range "the password is hunter2hunter2, keep it" {
		w.Write([]byte(string(c))) //nolint:errcheck // never fails
	}
	w.Close()
	raw, err := os.ReadFile(l.path(1))
	if err != nil || strings.Contains(string(raw), "hunter2") || !strings.Contains(string(raw), "keep it") {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestALineHasNoLimit(t *testing.T) {
	l := newLogs(t, nil)
	w := l.Writer(1, "s", "", nil)
	w.Write([]byte(strings.Repeat("x", 300_000))) //nolint:errcheck // never fails
	w.Close()
	lines, _, err := l.Read(t.Context(), 1, 0, 1000)
	n := 0
	for _, line := range lines {
		n += len(line.Text)
	}
	if err != nil || n != 300_000 {
		t.Errorf("%d bytes came back, %v", n, err)
	}
}

func TestALineThatACrashCutIsPassedOver(t *testing.T) {
	l := newLogs(t, nil)
	if err := os.WriteFile(l.path(1), []byte("{\"step\":\"a\",\"text\":\"whole\"}\n{\"step\":\"b\",\"te\n{\"step\":\"c\",\"text\":\"after\"}\n{\"half"), 0o600); err != nil {
		t.Fatal(err)
	}
	lines, _, err := l.Read(t.Context(), 1, 0, 10)
	if err != nil || len(lines) != 2 || lines[1].Text != "after" {
		t.Errorf("%+v, %v", lines, err)
	}
}
