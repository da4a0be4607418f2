package choices

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Bounds on asking.
const (
	longest = 10 * time.Second // that a source may take
	same    = 2 * time.Second  // for so long an answer is one of now: a request is planned more than once
	again   = time.Minute      // one that failed is asked again after this, or sooner where it says so
	looks   = 5 * time.Second  // how often it is looked which are due
	atOnce  = 4                // how many are asked together
)

// Keeper asks sources and keeps what they say.
type Keeper struct {
	DB      *db.DB
	Ask     func(context.Context, prentice.ChoiceSource) ([]string, error)
	Record  func(tx *db.Tx, now time.Time, notes ...prentice.Note) error
	Sources func() []prentice.ChoiceSource // in force
	Clock   func() time.Time
	Stopped func() bool // everything is stopped; nil is never
	Writes  bool        // what is read is kept
	Log     *slog.Logger

	mu     sync.Mutex // holds what follows
	asking map[string]*question
}

// question is a source that is being asked, or was a moment ago.
type question struct {
	done  chan struct{}
	ended time.Time // with the time that goes on when a clock is set
	list  prentice.ChoiceList
}

// Now is what a source says at this moment. Those who ask at once have one answer.
func (k *Keeper) Now(ctx context.Context, s prentice.ChoiceSource) prentice.ChoiceList {
	return k.answer(ctx, s, same)
}

// Again is Now for someone who knows that it says something else since a moment ago.
func (k *Keeper) Again(ctx context.Context, s prentice.ChoiceSource) prentice.ChoiceList {
	return k.answer(ctx, s, 0)
}

func (k *Keeper) answer(ctx context.Context, s prentice.ChoiceSource, still time.Duration) prentice.ChoiceList {
	q, mine := k.question(s.Key(), still)
	if mine {
		q.list = k.ask(context.WithoutCancel(ctx), s) // others may wait for it
		q.ended = time.Now()
		close(q.done)
	}
	select {
	case <-q.done:
		return q.list
	case <-ctx.Done():
		return prentice.ChoiceList{Tried: k.Clock(), Failed: "no answer in time"}
	}
}

// question is the one that is open for a source or was answered not long ago, or a new one.
func (k *Keeper) question(key string, still time.Duration) (q *question, mine bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if q = k.asking[key]; q != nil {
		select {
		case <-q.done:
			if time.Since(q.ended) < still {
				return q, false
			}
		default:
			return q, false
		}
	}
	if k.asking == nil || len(k.asking) > 1000 { // keys of sources that are gone
		k.asking = map[string]*question{}
	}
	q = &question{done: make(chan struct{})}
	k.asking[key] = q
	return q, true
}

// ask asks a source, and keeps what it says. What cannot be written down was not asked
// for: no secret goes out without a line about it.
func (k *Keeper) ask(ctx context.Context, s prentice.ChoiceSource) prentice.ChoiceList {
	list := prentice.ChoiceList{Tried: k.Clock()}
	if k.Stopped != nil && k.Stopped() {
		list.Failed = "everything is stopped"
		return list
	}
	if k.Writes {
		if err := k.announce(ctx, s); err != nil {
			list.Failed = "that it is asked cannot be written down: " + err.Error()
			return list
		}
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	values, err := k.Ask(ctx, s)
	if err != nil {
		list.Failed = err.Error()
	} else {
		list.Values, list.Read = values, list.Tried
	}
	if k.Writes {
		if err := k.keep(context.WithoutCancel(ctx), s, list); err != nil && k.Log != nil {
			k.Log.Error("the choices of a source were not kept", "source", s.String(), "err", err)
		}
	}
	return list
}

// All is what sources say at this moment, by their keys.
func (k *Keeper) All(ctx context.Context, sources []prentice.ChoiceSource) map[string]prentice.ChoiceList {
	lists, mu := map[string]prentice.ChoiceList{}, sync.Mutex{}
	var all sync.WaitGroup
	places := make(chan struct{}, atOnce)
	for _, s := range sources {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			list := k.Now(ctx, s)
			mu.Lock()
			defer mu.Unlock()
			lists[s.Key()] = list
		})
	}
	all.Wait()
	return lists
}

// Run reads the lists that are due until ctx ends.
func (k *Keeper) Run(ctx context.Context) error {
	tick := time.NewTicker(looks)
	defer tick.Stop()
	for {
		k.readDue(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (k *Keeper) readDue(ctx context.Context) {
	if k.Stopped != nil && k.Stopped() {
		return
	}
	var due []prentice.ChoiceSource
	for _, s := range k.Sources() {
		if list, err := k.Kept(ctx, s); err == nil && Due(s, list, k.Clock()) {
			due = append(due, s)
		}
	}
	k.All(ctx, due)
}

// Due says whether a list is to be read again. One that was tried at a time that is still
// to come is: a clock was set back.
func Due(s prentice.ChoiceSource, list prentice.ChoiceList, now time.Time) bool {
	wait := s.Every
	if list.Failed != "" {
		wait = min(wait, again)
	}
	age := now.Sub(list.Tried)
	return list.Tried.IsZero() || age < 0 || age >= wait
}
