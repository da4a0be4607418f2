package crash

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"prentice"
)

// moment is what goes wrong around a kill besides the kill.
type moment struct {
	name    string
	ready   func(t *testing.T, l *lane) error // nil when a lane needs nothing for it
	during  func(p *play, s *server) (over func() error)
	restart func(p *play) error // before the server is started again
	ends    []prentice.State    // those that a run may come to besides its own
	met     atomic.Int64        // how often it was seen to matter
}

// moments are those that are tried on a sort of database.
func moments(t *testing.T, of proof) []*moment {
	if of.twins || *only != "" {
		return nil
	}
	list := []*moment{strays()}
	if !mountable(t) {
		t.Log("SKIPPED: kills on a full disk (a small disk cannot be mounted here)")
		return list
	}
	return append(list, fullDisk())
}

// bear plays a few kills of some scenarios with a moment around each.
func bear(t *testing.T, of proof, list []*lane, sweeps []*sweep, m *moment) {
	begun := time.Now()
	type one struct {
		scenario scenario
		kill     string
	}
	var trials []one
	for _, s := range sweeps {
		sc, n := s.scenario, len(s.known)
		if !slices.Contains([]string{"restart-service", "nightly-backup", "charge-a-fee"}, sc.procedure) || sc.first != nil || sc.stop || sc.spoil {
			continue
		}
		sc.bad, sc.alone, sc.ends = m, true, slices.Concat(sc.ends, m.ends)
		for _, i := range []int{1, n / 3, n * 2 / 3} {
			trials = append(trials, one{sc, s.known[i]})
		}
	}
	next := make(chan one, len(trials))
	for _, x := range trials {
		next <- x
	}
	close(next)
	var found tally
	beside(list, func(l *lane, _ int) {
		l.close()
		if m.ready != nil {
			if err := m.ready(t, l); err != nil {
				t.Errorf("%s: %v", m.name, err)
				return
			}
		}
		for x := range next {
			out, err := l.trial(x.scenario, x.kill)
			found.add(out, err)
			if err != nil {
				t.Errorf("%s, killed %s, with %s: %v", x.scenario.name, x.kill, m.name, err)
			}
		}
	})
	line := fmt.Sprintf("crash proof, with %s (met %d times): %d kill points, %d known ends (%s), %d doubled effects, %d wrong (%s, %s)",
		m.name, m.met.Load(), found.kills, found.known, found.ends(), found.doubled, found.wrong, of.sort, time.Since(begun).Round(time.Second))
	t.Log(line)
	fmt.Fprintln(os.Stderr, line)
	if found.kills == 0 || m.met.Load() == 0 {
		t.Errorf("%s: nothing was tried", m.name)
	}
}

// mountable says whether a small disk can be mounted here.
func mountable(t *testing.T) bool {
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=1m"); err != nil {
		return false
	}
	return syscall.Unmount(dir, 0) == nil
}

// fullDisk fills the disk of the data folder while a run goes on, and again when
// prentice is started after the kill; then there is room. What a step does may
// fail on it, as long as that is told.
func fullDisk() *moment {
	m := &moment{name: "a full disk", ends: []prentice.State{prentice.RunRefused, prentice.Failed, prentice.Uncertain, prentice.Undone}}
	var turn atomic.Int64
	m.ready = func(t *testing.T, l *lane) error {
		if err := syscall.Mount("none", l.data, "tmpfs", 0, "size=24m"); err != nil {
			return err
		}
		t.Cleanup(func() { syscall.Unmount(l.data, syscall.MNT_DETACH) }) //nolint:errcheck // the folder is removed next
		return l.linkState()
	}
	m.during = func(p *play, s *server) func() error {
		var work sync.WaitGroup
		done, before := make(chan struct{}), p.before
		n := int(turn.Add(1))
		at := 2 + n%5 // commits: each run meets it at another moment
		if !p.crashed && n%2 == 0 {
			at = 1000 // this one meets it only after its kill
		}
		var failed error
		tells := func(text string, n int) func() bool {
			return func() bool { return strings.Count(s.said.String()[before:], text) >= n }
		}
		work.Go(func() {
			if s.answers() != nil || !soon(done, most, tells("commit ", at)) {
				return
			}
			before = len(s.said.String())
			failed = errors.Join(p.lane.fill(), func() error {
				if soon(done, time.Second, tells("full", 1)) {
					m.met.Add(1)
				}
				return p.lane.empty()
			}())
		})
		return func() error { close(done); work.Wait(); return failed }
	}
	m.restart = func(p *play) error {
		if err := p.lane.fill(); err != nil {
			return err
		}
		s, err := up(p.lane.tpl.program, p.lane.where, p.lane.noWish())
		if err != nil {
			return err
		}
		switch err := s.answers(); {
		case err == nil:
			p.lane.server = s
		case !errors.Is(err, errEnded):
			s.end(syscall.SIGKILL)
			return err
		case !strings.Contains(s.said.String(), "full") && !strings.Contains(s.said.String(), "no space left"):
			return fmt.Errorf("on a full disk prentice says: %s", s.said.String())
		default:
			m.met.Add(1)
		}
		return p.lane.empty()
	}
	return m
}

// soon awaits something until done is closed or time is up.
func soon(done <-chan struct{}, within time.Duration, so func() bool) bool {
	for give := time.After(within); !so(); {
		select {
		case <-done:
			return so()
		case <-give:
			return false
		case <-time.After(5 * time.Millisecond):
		}
	}
	return true
}

func (l *lane) filler() string { return filepath.Join(l.data, "filler") }

// fill leaves no room on the disk of the data folder.
func (l *lane) fill() error {
	f, err := os.OpenFile(l.filler(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil && !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	defer f.Close()
	for block := make([]byte, 64<<10); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	return nil
}

func (l *lane) empty() error {
	if err := os.Remove(l.filler()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
