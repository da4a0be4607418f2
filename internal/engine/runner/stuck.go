package runner

import (
	"errors"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/engine/run"
)

// stuck is which runs cannot go on for now, and why: the store cannot be written,
// say. It is not in the store, which may be what is wrong.
type stuck struct {
	mu  sync.Mutex
	why map[int64]string // guarded by mu
}

// is notes why a run cannot go on, and says whether that is news.
func (s *stuck) is(run int64, why error) (news bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.why == nil {
		s.why = map[int64]string{}
	}
	was, text := s.why[run], "cannot go on, and tries again: "+why.Error()
	if hint := prentice.HintOf(why); !strings.Contains(text, hint) {
		text += "; " + hint
	}
	s.why[run] = text
	return text != was
}

// no notes that a run goes on.
func (s *stuck) no(run int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.why, run)
}

// says puts it in the place of what the run last said of itself.
func (s *stuck) says(run *prentice.Run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if why, is := s.why[run.Number]; is && !run.State.Ended() {
		run.Says = why
	}
}

// cannot says once, to the log and to anyone who watches, that a run cannot go on for
// now.
func (r *Runner) cannot(what string, number int64, state prentice.State, err error) {
	if !r.stuck.is(number, err) {
		return
	}
	log := r.Log
	if b, ok := errors.AsType[broken](err); ok {
		log = log.With("panic", b.says, "stack", b.stack)
	}
	log.Error(what, "run", number, "err", err)
	now := prentice.Run{Number: number, State: state}
	r.stuck.says(&now)
	r.say(run.Moment{Run: number, Time: r.Clock(), State: state, Says: now.Says})
}
