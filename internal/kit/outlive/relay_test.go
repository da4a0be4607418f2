package outlive_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"prentice/internal/kit/outlive"
)

// kept is how many bytes of output lie in the folder of claims.
func (h *host) kept() (sum int64) {
	files, _ := filepath.Glob(filepath.Join(h.home, ".prentice", "claim-*", "out-*"))
	for _, f := range files {
		if about, err := os.Stat(f); err == nil {
			sum += about.Size()
		}
	}
	return sum
}

const (
	most    = 64 << 20 // ahead of who reads
	onDisk  = 128 << 20
	printed = 160_000_000 // more than may ever be on disk
)

const chatty = "yes 'a line again and again' | head -c 160000000; true >\"$HOME/over\""

func TestAChattyScriptWaitsForWhoReadsIt(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *host) {
		h.begin(chatty)
		h.await("it is far ahead", func() bool { return h.kept() > most-16<<20 })
		h.await("it waits", func() bool { return h.waits(h.leader()) })
		if n := h.kept(); n > most {
			t.Fatalf("%d bytes are kept, at most %d may be", n, most)
		}
		var read, peak int64
		c, text := h.command(outlive.Ask{Action: outlive.Follow})
		c.Stdin = strings.NewReader(text)
		from, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		r, err := outlive.NewAnswer(from, nonce).Report(func(offset int64, p []byte) error {
			if offset != read {
				return fmt.Errorf("byte %d comes after byte %d", offset, read)
			}
			if read>>20 != (read+int64(len(p)))>>20 {
				peak = max(peak, h.kept())
			}
			read += int64(len(p))
			return nil
		})
		c.Wait() //nolint:errcheck // its answer is what counts
		if err != nil || r.State != outlive.Ended || r.Code != 0 || read != printed || r.Left != 0 {
			t.Errorf("got %+v %v, %d bytes", r, err, read)
		}
		if peak > onDisk {
			t.Errorf("at one time %d bytes were kept, of which most had been read", peak)
		}
	})
}

// waits says whether every process of a group sleeps: the chatty one because its
// pipe is full.
func (h *host) waits(group int) bool {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	found := false
	for _, file := range stats {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
		if fields[2] == strconv.Itoa(group) {
			found = true
			if fields[0] != "S" {
				return false
			}
		}
	}
	return found
}

func TestWhatNobodyReadsForLongIsLeftOutAndCounted(t *testing.T) {
	t.Parallel()
	ways(t, func(t *testing.T, h *host) {
		c, text := h.command(outlive.Ask{Action: outlive.Start, Script: chatty})
		text = strings.Replace(text, h.word(`"$n" -lt 300`, "waits=300"), h.word(`"$n" -lt 3`, "waits=003"), 1) // a minute is long for a test
		c.Stdin = strings.NewReader(text)
		from, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		enough := errors.New("enough")
		outlive.NewAnswer(from, nonce).Report(func(int64, []byte) error { return enough }) //nolint:errcheck // it is left in the middle
		c.Process.Kill()                                                                   //nolint:errcheck // it is ours
		c.Wait()                                                                           //nolint:errcheck // it was killed
		h.await("it ends though no one reads", func() bool { _, err := os.Stat(filepath.Join(h.home, "over")); return err == nil })
		r, out := h.ask(outlive.Ask{Action: outlive.Follow})
		if r.State != outlive.Ended || r.Code != 0 || r.Left == 0 || !strings.Contains(out, fmt.Sprintf("\nprentice: at least %d bytes were left out here\n", r.Left)) {
			t.Errorf("got %+v", r)
		}
		line := len(fmt.Sprintf("\nprentice: at least %d bytes were left out here\n", r.Left))
		if got := int64(len(out)-line) + r.Left; got != printed {
			t.Errorf("%d bytes came and %d were left out, of %d", len(out)-line, r.Left, printed)
		}
	})
}

// The relay runs in whatever /bin/sh is on the machine.
func TestTheRelayWorksInEveryShell(t *testing.T) {
	t.Parallel()
	shells(t, func(t *testing.T, h *host) {
		_, text := h.command(outlive.Ask{Action: outlive.Start, Script: "true"})
		_, program, _ := strings.Cut(text, "\nRELAY=")
		program, _, _ = strings.Cut(program, "\nbase=")
		print, err := exec.Command("sh", "-c", "printf %s "+program).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, 20_000_001} {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "read"), []byte("0 \n"), 0o600); err != nil {
				t.Fatal(err)
			}
			c := exec.Command(h.argv[0], append(h.argv[1:], "-c", string(print), "prentice", folder, "50331648")...)
			c.Stdin = bytes.NewReader(bytes.Repeat([]byte("x"), n))
			if out, err := c.CombinedOutput(); err != nil || len(out) > 0 {
				t.Fatalf("%v: %s", err, out)
			}
			var got int
			pieces, _ := filepath.Glob(filepath.Join(folder, "out-*"))
			for _, p := range pieces {
				raw, err := os.ReadFile(p)
				if err != nil {
					t.Fatal(err)
				}
				got += len(raw)
			}
			if _, err := os.Stat(filepath.Join(folder, "drained")); err != nil || got != n || n > 1<<24 && len(pieces) < 2 {
				t.Errorf("%d bytes in %d pieces, of %d, %v", got, len(pieces), n, err)
			}
		}
	})
}
