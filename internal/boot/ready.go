package boot

import (
	"context"
	"errors"
	"sync"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// readiness says whether this process can do what it is asked: it is not draining,
// its lease as a replica holds, there is room on the disk, and the database takes
// writes, its tables are those that this version made, and the ledger still holds what
// was written. That it is stopped is not asked: people come to the pages to let it go on.
type readiness struct {
	draining func() bool
	fit      func() bool // nil: it is alone
	data     string
	write    func(context.Context) error
	more     []func(context.Context) error // what else must hold, in order

	patience time.Duration // 0 is readyPatience

	mu  sync.Mutex // guards the rest
	try *try       // the last
}

// try is one attempt to write. It waits in the line of all writes, which does not
// end with the patience of anyone who asks.
type try struct {
	begun time.Time
	done  chan struct{} // closed when err is there
	err   error
}

const (
	readyEvery    = time.Second     // how often a write is tried at most
	readyPatience = 3 * time.Second // that it may take
	leastRoom     = 1 << 20         // bytes on the disk of the data folder
)

func (s *System) readiness() *readiness {
	r := &readiness{draining: s.runner.Draining, data: s.Settings.Data, write: s.db.Writable, more: []func(context.Context) error{s.shape.holds, s.ledgerHolds}}
	if s.replicas != nil {
		r.fit = s.replicas.Fit
	}
	return r
}

// ask is nil when it is ready, and otherwise why it is not.
func (r *readiness) ask(ctx context.Context) error {
	switch {
	case r.draining():
		return notReady("it is drained and begins nothing", "ask another replica, or start it again")
	case r.fit != nil && !r.fit():
		return notReady("its lease among the replicas does not hold", "look whether it reaches the database")
	case room(r.data) < leastRoom:
		return notReady("the disk of the data folder is full", "free space there")
	}
	return r.writes(ctx)
}

func (r *readiness) writes(ctx context.Context) error {
	patience := r.patience
	if patience <= 0 {
		patience = readyPatience
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	t := r.latest(ctx)
	select {
	case <-t.done:
		return writeTrouble(t.err)
	case <-ctx.Done():
		return writeTrouble(context.DeadlineExceeded)
	}
}

// latest is the attempt under way, or one of the last moment, or a new one.
func (r *readiness) latest(ctx context.Context) *try {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.try != nil {
		select {
		case <-r.try.done:
			if age := time.Since(r.try.begun); age >= 0 && age < readyEvery {
				return r.try
			}
		default:
			return r.try
		}
	}
	t := &try{begun: time.Now(), done: make(chan struct{})}
	r.try = t
	go func() {
		defer close(t.done)
		ctx := context.WithoutCancel(ctx)
		t.err = r.write(ctx)
		for _, holds := range r.more {
			if t.err == nil {
				t.err = holds(ctx)
			}
		}
	}()
	return t
}

// ledgerHolds is nil while the ledger holds what was written to it here.
func (s *System) ledgerHolds(ctx context.Context) error {
	err := s.ledger.Kept(ctx)
	if e, told := errors.AsType[*prentice.Error](err); told {
		return notReady(e.Text, e.Hint)
	}
	return err
}

// damage is what is wrong with the evidence, as far as it can be told at once.
func (s *System) damage(ctx context.Context) ([]prentice.Finding, error) {
	err := s.ledger.Kept(ctx)
	if _, told := errors.AsType[*prentice.Error](err); told {
		return []prentice.Finding{asFinding(err)}, nil
	}
	return nil, err
}

func writeTrouble(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, db.ErrFull):
		return notReady("the disk of the database is full", "free space there")
	case errors.Is(err, db.ErrReadOnly):
		return notReady("the database takes no writes: it is read-only", "look at its permissions; if it is a standby, give the address of the primary")
	case errors.Is(err, db.ErrBusy), errors.Is(err, context.DeadlineExceeded):
		return notReady("the database takes no writes: another holds it, or it is slow", "see who has it locked")
	}
	return err
}

func notReady(why, try string) error {
	return prentice.Errorf(prentice.Unavailable, "prentice is not ready: %s", why).Try("%s", try)
}

// room is how many bytes a disk has left for us; as many as can be when no one
// knows.
func room(path string) uint64 {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(path, &disk); err != nil {
		return 1 << 62
	}
	return disk.Bavail * uint64(disk.Bsize) //nolint:gosec,unconvert // a block has a size
}
