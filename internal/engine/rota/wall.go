package rota

import (
	"slices"
	"time"
	_ "time/tzdata" // zones are known on machines that have no list of them

	"prentice"
	"prentice/internal/kit/clip"
)

// wallLayout is how a time on the wall is written.
const wallLayout = "2006-01-02 15:04"

// instants are those at which a zone's clock shows a time, which is given as if it were of UTC: one,
// none where the clock leaps over it, or two where it goes back. leap is the end of the leap.
func instants(wall time.Time, zone *time.Location) (found []time.Time, leap time.Time) {
	near := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	from, to := near.ZoneBounds()
	for _, at := range []time.Time{from.Add(-time.Second), near, to} {
		if at.IsZero() || at.Year() < 1 {
			continue
		}
		_, offset := at.In(zone).Zone()
		one := wall.Add(-time.Duration(offset) * time.Second).UTC()
		if onWall(one, zone).Equal(wall) && !slices.ContainsFunc(found, one.Equal) {
			found = append(found, one)
		}
	}
	slices.SortFunc(found, time.Time.Compare)
	if len(found) > 0 {
		return found, time.Time{}
	}
	// The leap is the bound at which the wall goes from before the time to behind it.
	for _, at := range []time.Time{from, to} {
		if !at.IsZero() && onWall(at.Add(-time.Second), zone).Before(wall) && onWall(at, zone).After(wall) {
			return nil, at.UTC()
		}
	}
	return nil, near.UTC()
}

// onWall is what the clock of a zone shows at an instant, as if it were of UTC.
func onWall(at time.Time, zone *time.Location) time.Time {
	_, offset := at.In(zone).Zone()
	return at.UTC().Add(time.Duration(offset) * time.Second)
}

// edge is the instant of an edge that was worked out. It never goes back when the wall goes on.
func edge(wall time.Time, zone *time.Location) time.Time {
	found, leap := instants(wall, zone)
	if len(found) == 0 {
		return leap
	}
	return found[0]
}

// Typed reads a time that someone typed: on the wall of a zone, or with its offset. One that does
// not exist there, or exists twice, is refused: no one knows which was meant.
func Typed(text string, zone *time.Location) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC(), nil
	}
	var wall time.Time
	var err error
	for _, layout := range []string{wallLayout, "2006-01-02T15:04", time.DateOnly} {
		if wall, err = time.Parse(layout, text); err == nil {
			break
		}
	}
	if err != nil {
		return time.Time{}, prentice.Errorf(prentice.Invalid, "%q is not a time", clip.Text(text)).Try(`write "2026-12-24 09:00", of the zone %s, or 2026-12-24T09:00:00Z`, zone)
	}
	found, leap := instants(wall, zone)
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return time.Time{}, prentice.Errorf(prentice.Invalid, "%s does not exist in %s: the clocks go forward there, to %s", text, zone, leap.In(zone).Format(wallLayout)).
			Try("write a time that exists, such as %s", leap.In(zone).Format(wallLayout))
	}
	return time.Time{}, prentice.Errorf(prentice.Invalid, "%s comes twice in %s: the clocks go back there", text, zone).
		Try("write which one: %s or %s", found[0].In(zone).Format(time.RFC3339), found[1].In(zone).Format(time.RFC3339))
}
