package runner

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/kit/db"
)

// glance is how often the kill switch is looked at while steps are under way.
// Before each step it is looked at anyway.
const glance = 50 * time.Millisecond

// halts are the turns of the kill switch that were seen and are not yet told.
type halts struct {
	mu     sync.Mutex
	on     bool   // guarded by mu
	untold []turn // guarded by mu
}

// turn is the kill switch going on or off.
type turn struct {
	on   bool
	says string
	at   time.Time
}

// watchSwitch interrupts whatever is under way as soon as the kill switch is on.
// It reads a file and cancels contexts: it never waits for the database.
func (r *Runner) watchSwitch(ctx context.Context) {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		on := r.Stopped()
		if on {
			r.haltAll()
		}
		r.turned(on)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// haltAll interrupts every stage under way here.
func (r *Runner) haltAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.active) == 0 {
		return
	}
	says := stopped{"everything was stopped" + gate.Because(r.StopSays())}
	for _, stop := range r.active {
		stop(says)
	}
}

func (r *Runner) turned(on bool) {
	r.halts.mu.Lock()
	defer r.halts.mu.Unlock()
	if r.halts.on == on {
		return
	}
	r.halts.on = on
	t := turn{on: on, at: r.Clock()}
	if on {
		t.says = r.StopSays()
	}
	r.halts.untold = append(r.halts.untold, t)
}

// recordHalts writes the evidence of what was seen of the kill switch, when the
// database lets it. What could not be written is tried again.
func (r *Runner) recordHalts(ctx context.Context) error {
	r.halts.mu.Lock()
	untold := r.halts.untold
	r.halts.mu.Unlock()
	if len(untold) == 0 {
		return nil
	}
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		for _, t := range untold {
			if err := r.Ledger.Append(tx, t.at, t.note()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write that everything was stopped: %w", err)
	}
	r.halts.mu.Lock()
	r.halts.untold = r.halts.untold[len(untold):]
	r.halts.mu.Unlock()
	return nil
}

// note is the evidence of a turn. The file says who stopped; anyone who can
// write there can be anyone, so the one who is recorded is prentice.
func (t turn) note() prentice.Note {
	kind := "switch.off"
	if t.on {
		kind = "switch.on"
	}
	refs := []prentice.Ref{"op/stop-all"}
	who, _, _ := strings.Cut(t.says, " ")
	if ref, err := prentice.ParseRef(who); err == nil {
		refs = append(refs, ref)
	}
	return prentice.Note{Kind: kind, Actor: "self/prentice", Refs: refs, Data: map[string]any{"says": t.says}}
}

// endedBy says who or what stopped a run.
func (r *Runner) endedBy(ctx context.Context, d *detail) string {
	if d.Cancel != "" {
		return d.Cancel
	}
	if s, ok := context.Cause(ctx).(stopped); ok {
		return s.says
	}
	return "everything was stopped" + gate.Because(r.StopSays())
}
