package boot

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/blob"
	"prentice/internal/engine/log"
	"prentice/internal/kit/db"
)

// What is kept of logs when no setting says otherwise.
const (
	defaultLogsKeep = "90d"
	defaultLogsMax  = "10GB"
)

// keep reads the settings that say how long and how much of logs is kept: none
// longer than its run.
func (s Settings) keep() (log.Keep, error) {
	var k log.Keep
	history, err := days("history-keep", orElse(s.HistoryKeep, defaultHistoryKeep))
	if err != nil {
		return k, err
	}
	if k.Age, err = days("logs-keep", orElse(s.LogsKeep, defaultLogsKeep)); err != nil {
		return k, err
	}
	if history > 0 && (k.Age == 0 || k.Age > history) {
		k.Age = history
	}
	size := orElse(s.LogsMax, defaultLogsMax)
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

// days reads how long something is kept; 0 is for ever.
func days(setting, text string) (time.Duration, error) {
	if text == "ever" {
		return 0, nil
	}
	number, found := strings.CutSuffix(text, "d")
	n, err := strconv.Atoi(number)
	if !found || err != nil || n < 1 || n > 36500 {
		return 0, prentice.Errorf(prentice.Invalid, "%s %q is not a number of days", setting, text).Try("write 90d, or ever")
	}
	return time.Duration(n) * 24 * time.Hour, nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// blobs is where finished parts of logs are: an address that can be one, or a folder.
func blobs(address, data string) (string, error) {
	if address == "" {
		return filepath.Join(data, "blobs"), nil
	}
	if _, err := blob.New(address); err != nil || strings.Contains(address, "://") {
		return address, err
	}
	folder, err := filepath.Abs(address)
	if err != nil {
		return "", prentice.Errorf(prentice.Invalid, "blobs folder %q: %w", address, err)
	}
	return folder, nil
}

// openLogs opens what steps print. Finished parts go to the blob storage, which all
// share; what is being written is in the own part of the data folder, where the
// others read it.
func (s *System) openLogs() (*log.Logs, error) {
	var err error
	if s.blobs, err = blob.New(s.Settings.Blobs); err != nil {
		return nil, err
	}
	logs, err := log.New(log.Deps{
		Own: log.Place{Folder: s.own("logs"), Writer: s.Settings.Replica}, Others: s.otherLogs(), Store: s.blobs, Clock: time.Now, Log: s.log,
		Told: func(run int64, line log.Line) { s.runner.Printed(run, line) }, Over: s.runIsOver, Gone: func(ctx context.Context, run int64) (bool, error) { return s.runner.Removed(ctx, run) }, Watched: func(run int64) bool { return s.runner.Watched(run) },
	})
	if err != nil {
		return nil, cannotWrite(s.Settings.Data, err)
	}
	return logs, nil
}

// otherLogs is where other processes on this data folder write logs; nil when there
// were none.
func (s *System) otherLogs() func() []log.Place {
	list := func() []log.Place {
		var places []log.Place
		folders, _ := filepath.Glob(s.path(inFolder("*", "logs"))) // the pattern is good
		for _, folder := range folders {
			if name := filepath.Base(filepath.Dir(folder)); name != s.Settings.Replica {
				places = append(places, log.Place{Folder: folder, Writer: name})
			}
		}
		if s.Settings.Replica != "" {
			places = append(places, log.Place{Folder: s.path("logs")}) // from when this process was alone
		}
		return places
	}
	if len(list()) == 0 {
		return nil
	}
	return list
}

// sweepLogs removes old logs.
func (s *System) sweepLogs(ctx context.Context, _ db.Sweep) (db.Swept, error) {
	keep, err := s.Settings.keep()
	if err != nil {
		return db.Swept{}, err
	}
	n := 0
	err = s.logs.Sweep(ctx, keep, func(ctx context.Context, r log.Removed) error {
		n++
		return s.logRemoved(ctx, r)
	})
	return db.Swept{Removed: n, Over: true}, err
}

// runIsOver is false also for a run that no one knows, and true for one that is no
// longer kept.
func (s *System) runIsOver(ctx context.Context, run int64) (bool, error) {
	d, err := s.runner.Show(ctx, run)
	if prentice.KindOf(err) == prentice.NotFound {
		return s.runner.Removed(ctx, run)
	}
	return err == nil && d.State.Ended(), err
}

func (s *System) logRemoved(ctx context.Context, r log.Removed) error {
	return s.record(ctx, prentice.Note{Kind: "log.removed", Actor: prentice.Prentice("").Ref(), Refs: []prentice.Ref{prentice.NewRef("run", strconv.FormatInt(r.Run, 10))},
		Data: map[string]any{"bytes": r.Bytes, "lines": r.Lines, "why": r.Why}})
}
