package boot

import (
	"context"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/runlog"
)

// What is kept of logs when no setting says otherwise.
const (
	defaultLogsKeep = "90d"
	defaultLogsMax  = "10GB"
)

// keep reads the settings that say how long and how much of logs is kept.
func (s Settings) keep() (runlog.Keep, error) {
	var k runlog.Keep
	age, size := orElse(s.LogsKeep, defaultLogsKeep), orElse(s.LogsMax, defaultLogsMax)
	if age != "ever" {
		days, found := strings.CutSuffix(age, "d")
		n, err := strconv.Atoi(days)
		if !found || err != nil || n < 1 || n > 36500 {
			return k, prentice.Errorf(prentice.Invalid, "logs-keep %q is not a number of days", age).Try("write 90d, or ever")
		}
		k.Age = time.Duration(n) * 24 * time.Hour
	}
	if size != "any" {
		for unit, bytes := range map[string]int64{"MB": 1e6, "GB": 1e9, "TB": 1e12} {
			if number, found := strings.CutSuffix(size, unit); found {
				if n, err := strconv.ParseInt(number, 10, 32); err == nil && n > 0 && n < 1_000_000 {
					k.Size = n * bytes
				}
			}
		}
		if k.Size == 0 {
			return k, prentice.Errorf(prentice.Invalid, "logs-max %q is not a size", size).Try("write 500MB or 10GB, or any")
		}
	}
	return k, nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// sweepLogs removes old logs at the start and every hour, until ctx ends.
func (s *System) sweepLogs(ctx context.Context) error {
	keep, err := s.Settings.keep()
	if err != nil {
		return err
	}
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := s.logs.Sweep(ctx, keep, s.runIsOver, s.logRemoved); err != nil && ctx.Err() == nil {
			s.log.Error("remove old logs", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// runIsOver is false also for a run that nobody knows.
func (s *System) runIsOver(ctx context.Context, run int64) (bool, error) {
	d, err := s.runner.Show(ctx, run)
	if prentice.KindOf(err) == prentice.NotFound {
		return false, nil
	}
	return err == nil && d.State.Ended(), err
}

func (s *System) logRemoved(ctx context.Context, r prentice.LogRemoved) error {
	return s.record(ctx, prentice.Note{Kind: "log.removed", Actor: prentice.Prentice("").Ref(), Refs: []prentice.Ref{prentice.NewRef("run", strconv.FormatInt(r.Run, 10))},
		Data: map[string]any{"bytes": r.Bytes, "lines": r.Lines, "why": r.Why}})
}
