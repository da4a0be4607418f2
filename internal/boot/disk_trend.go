package boot

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// trendFile says, in the data folder, how much room the disk had in the last days.
const trendFile = "disk-trend.json"

// How often the room is looked at, how long what was seen is kept, and how long a
// stretch must be before something is concluded from it.
const (
	trendEvery = time.Hour
	trendKeep  = 8 * 24 * time.Hour
	trendLeast = 6 * time.Hour
)

// trend is how much room there was, oldest first.
type trend []roomSeen

type roomSeen struct {
	At   time.Time `json:"at"`
	Room int64     `json:"room"` // bytes
}

// fills is by how many bytes a day the room has shrunk in the last day or, when that
// is all there is, in a part of it; and when there is none left if that goes on. Both
// are zero when it does not shrink, or too little was seen.
func (t trend) fills(now time.Time, room int64) (daily int64, full time.Time) {
	for _, s := range t {
		age := now.Sub(s.At)
		if age > 25*time.Hour {
			continue
		}
		if age < trendLeast || s.Room <= room {
			return 0, full
		}
		daily = int64(float64(s.Room-room) / age.Hours() * 24)
		if daily <= 0 {
			return 0, full
		}
		return daily, now.Add(time.Duration(float64(room) / float64(daily) * float64(24*time.Hour)))
	}
	return 0, full
}

// with adds what is seen now, and leaves out what is too old, or still to come.
func (t trend) with(now time.Time, room int64) trend {
	next := trend{}
	for _, s := range t {
		if age := now.Sub(s.At); age >= 0 && age < trendKeep {
			next = append(next, s)
		}
	}
	return append(next, roomSeen{now.UTC().Truncate(time.Second), room})
}

// readTrend reads what was seen; what cannot be read is nothing.
func readTrend(folder string) (t trend) {
	raw, err := os.ReadFile(filepath.Join(folder, trendFile))
	if err != nil || json.Unmarshal(raw, &t) != nil {
		return nil
	}
	return t
}

// watchDisk looks at the room every hour, until ctx ends.
func (s *System) watchDisk(ctx context.Context) error {
	tick := time.NewTicker(trendEvery)
	defer tick.Stop()
	for {
		if err := noteRoom(s.own(""), time.Now(), room(s.Settings.Data)); err != nil {
			s.log.Warn("note how much room the disk has", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// noteRoom adds what is seen now. A file that is half written is as good as none.
func noteRoom(folder string, now time.Time, room uint64) error {
	if room >= 1<<62 {
		return nil // no one knows
	}
	raw, err := json.Marshal(readTrend(folder).with(now, int64(room))) //nolint:gosec // it is less than that
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, trendFile), append(raw, '\n'), 0o600)
}
