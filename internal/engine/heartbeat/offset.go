package heartbeat

import (
	"fmt"
	"time"
)

// How many pings show that a zone is wrong, and how near to whole hours they have to be.
const (
	mostOffsets = 5
	leastAgree  = 3
	near        = 5 * time.Minute
)

// offsets are how far the last pings were from the slot that is nearest to each, in seconds.
// Of jobs that are due more often than twice a day no one can say which slot was meant.
func offsets(j Job, had []int64, at time.Time) []int64 {
	if j.Schedule == "" {
		return nil
	}
	before, after := time.Time{}, j.after(at)
	for t := j.after(at.Add(-26 * time.Hour)); !t.IsZero() && !t.After(at); t = j.after(t) {
		if !before.IsZero() && t.Sub(before) < 12*time.Hour {
			return nil
		}
		before = t
	}
	off := at.Sub(after)
	if !before.IsZero() {
		if after.Sub(before) < 12*time.Hour {
			return nil
		}
		if at.Sub(before) <= after.Sub(at) {
			off = at.Sub(before)
		}
	}
	had = append(had[:len(had):len(had)], int64(off/time.Second))
	return had[max(0, len(had)-mostOffsets):]
}

// Hint says that pings come a constant number of whole hours early, or later than the grace
// allows, which is what a wrong zone looks like; or "".
func Hint(j Job, offsets []int64) string {
	if len(offsets) < leastAgree {
		return ""
	}
	last := offsets[len(offsets)-leastAgree:]
	hours := (time.Duration(last[0]) * time.Second).Round(time.Hour)
	if hours == 0 || hours > 0 && hours-near <= j.Grace {
		return ""
	}
	for _, o := range last {
		if d := time.Duration(o)*time.Second - hours; d < -near || d > near {
			return ""
		}
	}
	zone := j.Zone
	if zone == "" {
		zone = "UTC"
	}
	way := "late"
	if hours < 0 {
		hours, way = -hours, "early"
	}
	return fmt.Sprintf("the last %d pings came %d h %s: is the zone %s right?", leastAgree, hours/time.Hour, way, zone)
}
