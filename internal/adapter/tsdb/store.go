// Package tsdb keeps samples in the time series database of Prometheus, in a folder of our own, and
// answers PromQL with its engine. It alone knows either of them (decision 204).
//
// It refuses a query that takes too long, or holds too many samples at once, and to know more series than
// it has room for: samples of those that it knows go on.
package tsdb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"prentice"
	"prentice/internal/engine/metric"
)

// Store keeps samples.
type Store struct {
	db     *tsdb.DB
	engine *promql.Engine
	most   uint64
	turns  chan struct{}
}

const (
	mostSeries = 500_000  // that are written now
	mostDisk   = 20 << 30 // bytes of what is kept
	atOnce     = 2        // queries
	lookBack   = time.Minute * 5
)

// Open opens the folder, and makes it where it is not there. One process has it.
func Open(dir string, kept time.Duration, log *slog.Logger) (*Store, error) {
	o := tsdb.DefaultOptions()
	o.RetentionDuration, o.MaxBytes = kept.Milliseconds(), mostDisk
	o.NoLockfile = true // the data folder has one process
	db, err := tsdb.Open(dir, quiet(log), nil, o, nil)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the samples of metrics cannot be opened: %w", err).Try("look whether another process has %s open; what is damaged in it can be moved away", dir)
	}
	return &Store{db: db, most: mostSeries, turns: make(chan struct{}, atOnce), engine: promql.NewEngine(promql.EngineOpts{
		MaxSamples: metric.MostLoaded, Timeout: metric.Patience, LookbackDelta: lookBack, EnableAtModifier: true, EnableNegativeOffset: true, Parser: reader,
		NoStepSubqueryIntervalFn: func(int64) int64 { return time.Minute.Milliseconds() },
	})}, nil
}

// quiet is a log of what is worth telling.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(warnings{log.Handler()}) }

type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && w.Handler.Enabled(ctx, l)
}
func (w warnings) WithAttrs(a []slog.Attr) slog.Handler { return warnings{w.Handler.WithAttrs(a)} }
func (w warnings) WithGroup(n string) slog.Handler      { return warnings{w.Handler.WithGroup(n)} }

// Close writes what is in memory, and lets the folder go.
func (s *Store) Close() error { return errors.Join(s.engine.Close(), s.db.Close()) }

// Write keeps samples of a moment, and ends series at it. All of it is written, or what it says is not.
func (s *Store) Write(ctx context.Context, at time.Time, samples []metric.Sample, ended [][]metric.Label) (out metric.Written, err error) {
	app := s.db.AppenderV2(ctx)
	known, _ := app.(storage.GetRef)
	put := func(list []metric.Label, v float64) error {
		ls := labelsOf(list)
		var ref storage.SeriesRef
		if known != nil {
			ref, _ = known.GetRef(ls, ls.Hash())
		}
		if ref == 0 && s.db.Head().NumSeries() >= s.most {
			out.Full++
			return nil
		}
		_, err := app.Append(ref, ls, 0, at.UnixMilli(), v, nil, nil, storage.AOptions{})
		switch {
		case errors.Is(err, storage.ErrOutOfOrderSample), errors.Is(err, storage.ErrDuplicateSampleForTimestamp), errors.Is(err, storage.ErrOutOfBounds), errors.Is(err, storage.ErrTooOldSample):
			out.Old++
			return nil
		}
		return err
	}
	for _, one := range samples {
		if err := put(one.Labels, one.Value); err != nil {
			return out, errors.Join(fmt.Errorf("write samples: %w", err), app.Rollback())
		}
	}
	for _, list := range ended {
		if err := put(list, math.Float64frombits(value.StaleNaN)); err != nil {
			return out, errors.Join(fmt.Errorf("end series: %w", err), app.Rollback())
		}
	}
	if err := app.Commit(); err != nil {
		return out, fmt.Errorf("write samples: %w", err)
	}
	return out, nil
}

func labelsOf(list []metric.Label) labels.Labels {
	b := labels.NewScratchBuilder(len(list))
	for _, l := range list {
		b.Add(l.Name, l.Value)
	}
	return b.Labels()
}

// Size is how many series are written now, and how many bytes blocks have.
func (s *Store) Size() (series uint64, bytes int64) {
	for _, b := range s.db.Blocks() {
		bytes += b.Size()
	}
	return s.db.Head().NumSeries(), bytes
}
