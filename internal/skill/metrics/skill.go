package metrics

import (
	"context"
	_ "embed"
	"log/slog"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/metric"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/team"
)

//go:embed explain.md
var explain string

// Store keeps samples and answers questions.
type Store interface {
	metric.Asked
	Write(ctx context.Context, at time.Time, samples []metric.Sample, ended [][]metric.Label) (metric.Written, error)
	Size() (series uint64, bytes int64)
	Close() error
}

// Deps is what the chapter uses. Without Open an operation says that it needs a server.
type Deps struct {
	Clock func() time.Time
	Log   *slog.Logger
	// Rules are the team's metrics.yaml in force; nil is that no one knows.
	Rules func() *metric.Rules
	// Open opens the store of this process.
	Open func(kept time.Duration) (Store, error)
	// Scrape asks a target of a job once.
	Scrape func(ctx context.Context, j metric.Job, target string) (metric.Scraped, error)
	// Source is a source that can be asked.
	Source func(s metric.Source) metric.Asked
	// Check says what is wrong with a query.
	Check func(query string) error
}

// Desk is the chapter at work.
type Desk struct {
	Deps

	using sync.RWMutex // held while the store is used; to close it, it is locked
	store Store        // nil while this process does not scrape

	mu     sync.Mutex // guards all below
	health map[place]Health
	wrong  string // why the store could not be opened, or ""
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	k := &Desk{Deps: d, health: map[place]Health{}}
	return skill.Skill{
		Name:     "metrics",
		Of:       "availability",
		Sentence: "availability and capacity management: what programs count",
		Ops:      nouns.Of(k.ops()),
		States:   states,
		Explain:  explain,
		Facts:    k.facts,
		Work:     []skill.Work{{Name: "metrics", Run: k.run}},
		Team:     []team.Part{metric.File.Part(nil)},
		Self:     k,
	}
}

// states are how targets and jobs are shown.
var states = map[string]op.Badge{
	"metric up":      {Sign: "●", Word: "up", Hue: op.Good},
	"metric limited": {Sign: "▲", Word: "limited", Hue: op.Attention},
	"metric down":    {Sign: "■", Word: "down", Hue: op.Bad},
	"metric new":     {Sign: "◇", Word: "new", Hue: op.Quiet},
}

func sign(w Word) string {
	b := states["metric "+string(w)]
	return b.Sign + " " + b.Word
}

// rules are those in force.
func (k *Desk) rules() (*metric.Rules, error) {
	if k.Rules == nil {
		return nil, prentice.Errorf(prentice.Unavailable, "nothing is scraped here").Try("start prentice: prentice up")
	}
	rules := k.Rules()
	if rules == nil {
		return nil, prentice.Errorf(prentice.Unavailable, "metrics.yaml of the team folder cannot be read").Try("see what is wrong with it: prentice team check")
	}
	return rules, nil
}

// with hands the store over while it is open.
func (k *Desk) with(use func(Store) error) error {
	k.using.RLock()
	defer k.using.RUnlock()
	if k.store != nil {
		return use(k.store)
	}
	k.mu.Lock()
	wrong := k.wrong
	k.mu.Unlock()
	if wrong != "" {
		return prentice.Errorf(prentice.Unavailable, "there are no samples here: %s", wrong).Try("see its log")
	}
	return prentice.Errorf(prentice.Unavailable, "this process scrapes nothing").Try("declare jobs in metrics.yaml of the team folder, and ask the server that leads; or name a source of metrics.yaml: --source NAME")
}

// Asked is the store that answers for a source of metrics.yaml, or with "" our own.
func (k *Desk) Asked(source string) (metric.Asked, error) {
	rules, err := k.rules()
	if err != nil {
		return nil, err
	}
	if source == "" {
		return own{k}, nil
	}
	return k.source(rules, source)
}

// own are our own samples.
type own struct{ k *Desk }

// Ask implements metric.Asked.
func (o own) Ask(ctx context.Context, q metric.Question) (said metric.Answer, err error) {
	err = o.k.with(func(s Store) error {
		said, err = s.Ask(ctx, q)
		return err
	})
	return said, err
}
