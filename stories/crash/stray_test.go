package crash

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// strays starts prentice again and again beside the one that works, and twice at
// the same moment after the kill: on the same data folder and, where the database
// is a server, from another folder too. One comes up, and only once the one
// before is dead; the others are refused.
func strays() *moment {
	m := &moment{name: "stray second processes"}
	m.during = func(p *play, s *server) func() error {
		var work sync.WaitGroup
		done := make(chan struct{})
		var failed error
		var next *server
		work.Go(func() {
			if s.answers() != nil {
				return // it was killed as it came up
			}
			for failed == nil && next == nil {
				select {
				case <-done:
					return
				default:
				}
				if failed = m.stranger(p.lane); failed == nil {
					next, failed = m.beside(p.lane, s)
				}
			}
		})
		return func() error {
			close(done)
			work.Wait()
			p.lane.heir = next
			return failed
		}
	}
	m.restart = func(p *play) error {
		l := p.lane
		first, err := l.heir, error(nil)
		l.heir = nil
		if first == nil {
			if first, err = up(l.tpl.program, l.where, l.noWish()); err != nil {
				return err
			}
		}
		second, err := up(l.tpl.program, l.where, l.noWish())
		if err != nil {
			first.end(syscall.SIGKILL)
			return err
		}
		if l.server, err = m.one(first, second); err != nil {
			return err
		}
		return m.stranger(l)
	}
	return m
}

// beside starts another on the same data folder. It is refused, or it takes over
// from one that is dead.
func (m *moment) beside(l *lane, s *server) (heir *server, err error) {
	x, err := up(l.tpl.program, l.where, l.noWish())
	if err != nil {
		return nil, err
	}
	switch err := x.answers(); {
	case errors.Is(err, errEnded):
		return nil, m.refused(x, "in use by another prentice")
	case err != nil:
		x.end(syscall.SIGKILL)
		return nil, err
	}
	if s.lives() {
		x.end(syscall.SIGKILL)
		return nil, errors.New("a second prentice came up on the data folder of one that lives")
	}
	return x, nil
}

// lives says whether its process has not died yet, whether or not that is known
// here. It can look on Linux only.
func (s *server) lives() bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.process.Pid))
	_, after, found := strings.Cut(string(stat), ") ")
	return err == nil && found && after[0] != 'Z' && after[0] != 'X' && !s.over()
}

// stranger starts one from another data folder on a database that is not its own.
func (m *moment) stranger(l *lane) error {
	if l.where.database == "" {
		return nil
	}
	w := l.where
	w.data = filepath.Join(filepath.Dir(l.data), "stray")
	if err := os.MkdirAll(w.data, 0o700); err != nil {
		return err
	}
	x, err := up(l.tpl.program, w, l.noWish())
	if err != nil {
		return err
	}
	if err := x.answers(); !errors.Is(err, errEnded) {
		x.end(syscall.SIGKILL)
		return fmt.Errorf("a prentice from another data folder came up on the database: %w", err)
	}
	return m.refused(x, "belongs to another installation")
}

// one waits for two that were started on the same data folder: one of them serves
// it, and the other is refused.
func (m *moment) one(a, b *server) (*server, error) {
	first, second := a.answers(), b.answers()
	switch {
	case first == nil && errors.Is(second, errEnded):
		return a, m.refused(b, "in use by another prentice")
	case second == nil && errors.Is(first, errEnded):
		return b, m.refused(a, "in use by another prentice")
	}
	for _, s := range []*server{a, b} {
		s.end(syscall.SIGKILL)
	}
	if first == nil && second == nil {
		return nil, errors.New("two came up on one data folder at the same moment")
	}
	return nil, fmt.Errorf("of two at the same moment: %w; %w\n%s\n%s", first, second, a.said.String(), b.said.String())
}

func (m *moment) refused(x *server, says string) error {
	if !strings.Contains(x.said.String(), says) {
		return fmt.Errorf("a stray prentice says: %s", x.said.String())
	}
	m.met.Add(1)
	return nil
}
