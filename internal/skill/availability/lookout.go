package availability

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/hub"
	"prentice/internal/kit/metric"
	"prentice/internal/team"
)

// Prober looks once.
type Prober interface {
	Probe(context.Context, prentice.Probe) prentice.Observation
}

// Deps is what the chapter needs. The zero Deps is enough to describe it.
type Deps struct {
	DB      *db.DB // with the tables of Schema
	Catalog func() *team.Catalog
	Prober  Prober
	Send    func(context.Context, prentice.Event) error
	Clock   func() time.Time
	Log     *slog.Logger
	Kinds   func() []prentice.ProbeKind // by which an import is judged; nil is by none
	Most    int                         // looks at the same time that have not taken longer than patience; 0 is 512

	// Seen hears of every look that was judged; it must not wait. nil is no one.
	Seen func(service prentice.Ref, rule prentice.Probe, at time.Time, seen prentice.Observation)

	Claims Claims // nil: no one keeps what probes claim
	Tool   string // by which they are judged, as tool@version

	// Others is what is measured elsewhere; nil is nothing.
	Others func(context.Context) ([]metric.Family, error)

	Alive *Alive // a monitor outside that is told that prentice works; nil is none

	// Lead does something whenever this process is the one that looks, among
	// several that share the database. nil: it always is.
	Lead func(context.Context, func(context.Context) error) error
}

// Lookout watches the services of the catalog in force.
type Lookout struct {
	Deps
	hub  hub.Hub[everyone, Change]
	kept store

	mu     sync.Mutex // guards all below
	loaded bool
	looks  bool          // this process looks, rather than another
	at     *team.Catalog // the catalog that watched was made from
	all    map[key]*watched
	fresh  []*watched // that have no turn yet
	ended  []removed  // that ask no more, and were told to fail
	cut    cutoff
	work   Work
	lag    lag
	pings  pings

	beganAt, keptAt time.Time // when it began to look, and when what was seen was last written

	declared *team.Catalog // whose claims are declared
}

// key names a probe.
type key struct {
	service prentice.Ref
	probe   string
}

func (k key) String() string { return k.service.Name() + "/" + k.probe }

// watched is a probe with all that is known of it.
type watched struct {
	key
	rule    prentice.Probe
	state   State
	day     day
	unsaved day              // looks that are not in the store yet
	dirty   bool             // the state in the store is another one
	pending []prentice.Event // that could not be sent yet
	busy    bool             // a look is under way
	gone    bool             // no longer in the catalog
	due     time.Time
	says    claimed
}

// Work counts what the lookout itself has done since it began.
type Work struct {
	Began time.Time `json:"began,omitzero"`
	Looks int64     `json:"looks"`
	Late  int64     `json:"late"`    // looks that began more than a second late
	Left  int64     `json:"skipped"` // looks that were left out because the one before was not over

	Degraded int64 `json:"degraded"` // looks that passed at the second try, or with a warning
}

// NewLookout makes a lookout that looks at nothing until Run.
func NewLookout(d Deps) *Lookout {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Most <= 0 {
		d.Most = 512
	}
	l := &Lookout{Deps: d, all: map[key]*watched{}}
	var told sync.Map
	l.kept = store{d.DB, func(what string, k key, err error) {
		if _, again := told.LoadOrStore(what+" "+k.String(), true); !again {
			l.Log.Error("what was seen of a probe cannot be read: it begins afresh", "probe", k.String(), "what", what, "err", err)
		}
	}}
	return l
}

// catalog is the one in force, or an empty one.
func (l *Lookout) catalog() *team.Catalog {
	if l.Catalog != nil {
		if c := l.Catalog(); c != nil {
			return c
		}
	}
	return &team.Catalog{}
}

// load reads what an earlier process has seen, once.
func (l *Lookout) load(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.loaded || l.DB == nil {
		return nil
	}
	states, days, err := l.kept.read(ctx, slotAt(l.Clock())-daySlots+1)
	if err != nil {
		return err
	}
	for _, s := range states {
		l.all[s.key] = &watched{key: s.key, rule: prentice.Probe{Kind: s.kind, Target: s.target}, state: s.state, day: days[s.key], gone: true}
	}
	l.loaded = true
	return nil
}

// follow takes over the catalog in force, if it is another one. What is new is
// watched, what is gone is not, and what looks elsewhere now begins afresh. The
// caller holds mu.
func (l *Lookout) follow() {
	c := l.catalog()
	if c == l.at {
		return
	}
	l.at = c
	was := l.all
	l.all = map[key]*watched{}
	for _, s := range c.Services {
		for _, p := range s.Probes {
			k := key{s.Ref, p.Name}
			w := was[k]
			if w == nil || w.rule.Kind != p.Kind || w.rule.Target != p.Target {
				w = &watched{key: k, gone: true}
			} else if w.rule.Interval != p.Interval && !w.gone {
				w = &watched{key: k, state: w.state, day: w.day, unsaved: w.unsaved, dirty: w.dirty, pending: w.pending, gone: true}
			}
			if w.gone {
				w.gone = false
				l.fresh = append(l.fresh, w)
			}
			w.rule = p
			w.claim(s, p, l.Tool)
			l.all[k] = w
		}
	}
	for k, w := range was {
		now := l.all[k]
		if now == w {
			continue
		}
		w.gone = true
		if same := now != nil && now.rule.Kind == w.rule.Kind && now.rule.Target == w.rule.Target; l.looks && !same && w.state.Told > 0 {
			l.ended = append(l.ended, w.removed(now, l.Clock()))
		}
	}
}
