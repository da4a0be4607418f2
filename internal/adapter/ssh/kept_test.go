package ssh

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestWhatWasReadIsKeptUntilAFileChanges(t *testing.T) {
	one, two := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")
	var k kept[int]
	reads := 0
	read := func() (int, error) { reads++; return reads, nil }
	write := func(file, text string) {
		t.Helper()
		if err := errors.Join(os.WriteFile(file+".new", []byte(text), 0o600), os.Rename(file+".new", file)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		do   func()
		want int
	}{
		{"no file is there", func() {}, 1},
		{"nothing has changed", func() {}, 1},
		{"the first is there now", func() { write(one, "a") }, 2},
		{"nothing has changed again", func() {}, 2},
		{"the first is another of the same size", func() { write(one, "b") }, 3},
		{"the second is there too", func() { write(two, "c") }, 4},
		{"others may read it now", func() {
			if err := os.Chmod(one, 0o644); err != nil {
				t.Fatal(err)
			}
		}, 5},
		{"the second is gone", func() {
			if err := os.Remove(two); err != nil {
				t.Fatal(err)
			}
		}, 6},
	} {
		c.do()
		if got, err := k.of([]string{one, two}, read); err != nil || got != c.want {
			t.Errorf("%s: reading %d, want %d (%v)", c.name, got, c.want, err)
		}
	}
	fails := errors.New("it cannot be read")
	if _, err := k.of([]string{two}, func() (int, error) { return 0, fails }); !errors.Is(err, fails) {
		t.Errorf("an error was lost: %v", err)
	}
	if got, err := k.of([]string{two}, read); err != nil || got != 7 {
		t.Errorf("an error was kept: %d %v", got, err)
	}
}
