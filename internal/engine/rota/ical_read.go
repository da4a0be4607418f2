package rota

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"prentice"
	"prentice/internal/kit/clip"
)

// The bounds of what is imported.
const (
	MostCalendar  = 2 << 20 // bytes
	mostEvents    = 2000
	mostImported  = 2000
	mostIntervals = 1000
)

// Imported is a shift that a calendar of another program says.
type Imported struct {
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"`
	Summary string    `json:"summary"`
	People  []string  `json:"people,omitempty"` // as it names them: names, and what stands before the @ of addresses
	UID     string    `json:"uid"`
}

// event is a VEVENT as it is read.
type event struct {
	uid, summary, rule string
	people             []string
	from, until        stamp
	length             time.Duration
	except             []stamp
	instead            stamp // RECURRENCE-ID
	cancelled          bool
}

// stamp is a time of a calendar: on the wall of a zone. The zero stamp is none.
type stamp struct {
	wall time.Time // as if it were of UTC
	zone *time.Location
}

func (s stamp) instant() time.Time { return edge(s.wall, s.zone) }

// Import reads the shifts of an iCalendar between two instants. What has no zone is of the zone
// that is given. What cannot be read of it is told in words, and left out.
func Import(text string, zone *time.Location, from, until time.Time) (list []Imported, wrong []string, err error) {
	if len(text) > MostCalendar {
		return nil, nil, prentice.Errorf(prentice.Limited, "the calendar has %d bytes, at most %d are read", len(text), MostCalendar)
	}
	events, wrong, err := readEvents(text, zone)
	if err != nil {
		return nil, wrong, err
	}
	replaced := map[string][]time.Time{} // occurrences that stand as events of their own
	for _, e := range events {
		if e.instead.zone != nil {
			replaced[e.uid] = append(replaced[e.uid], e.instead.instant())
		}
	}
	for _, e := range events {
		if e.cancelled {
			continue
		}
		starts, err := e.starts(from, until)
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%q is left out: %v", clip.Text(e.summary), err))
			continue
		}
		for _, s := range starts {
			at := s.instant()
			if e.instead.zone == nil && slices.ContainsFunc(replaced[e.uid], at.Equal) {
				continue
			}
			one := Imported{From: at, Until: e.ends(s), Summary: e.summary, People: e.people, UID: e.uid}
			if one.Until.After(from) && one.From.Before(until) && one.Until.After(one.From) {
				list = append(list, one)
			}
		}
		if len(list) > mostImported {
			return nil, wrong, prentice.Errorf(prentice.Limited, "the calendar has more than %d shifts in that time", mostImported).Try("import a shorter time")
		}
	}
	slices.SortStableFunc(list, func(a, b Imported) int { return a.From.Compare(b.From) })
	return list, wrong, nil
}

// ends is when the occurrence that begins at a time ends: by the wall, as its first one does.
func (e event) ends(s stamp) time.Time {
	if e.until.zone == nil || strings.Contains(e.rule, "FREQ=HOURLY") {
		return s.instant().Add(e.lasts())
	}
	if e.until.zone == e.from.zone {
		return edge(s.wall.Add(e.until.wall.Sub(e.from.wall)), s.zone)
	}
	return s.instant().Add(e.lasts())
}

func (e event) lasts() time.Duration {
	if e.until.zone == nil {
		return e.length
	}
	return e.until.instant().Sub(e.from.instant())
}

// starts are the beginnings of its occurrences until an instant.
func (e event) starts(from, until time.Time) ([]stamp, error) {
	if e.rule == "" || e.instead.zone != nil {
		return []stamp{e.from}, nil
	}
	option, err := rrule.StrToROption(withoutUntil(e.rule))
	if err != nil {
		return nil, fmt.Errorf("its rule %q cannot be read: %v", clip.Text(e.rule), err)
	}
	hourly := option.Freq == rrule.HOURLY
	switch {
	case option.Freq > rrule.HOURLY:
		return nil, fmt.Errorf("its rule repeats more often than each hour")
	case hourly && strings.Contains(e.rule, "BY"):
		return nil, fmt.Errorf("its rule repeats each hour and names hours or days as well")
	case option.Interval > mostIntervals || option.Count > 100_000:
		return nil, fmt.Errorf("its rule counts too far")
	}
	// By the wall, as if it were of UTC: a week is a week, also over a change of the clocks. What
	// repeats by the hour repeats by instants.
	ours := func(at time.Time) time.Time { return onWall(at, e.from.zone) }
	if hourly {
		ours = func(at time.Time) time.Time { return at.UTC() }
	}
	option.Dtstart = e.from.wall
	if hourly {
		option.Dtstart = e.from.instant()
	}
	option.Until = ours(until)
	if last, found, err := untilOf(e.rule, e.from.zone); err != nil {
		return nil, err
	} else if found && ours(last).Before(option.Until) {
		option.Until = ours(last) // the last one may begin at that very time
	}
	rule, err := rrule.NewRRule(*option)
	if err != nil {
		return nil, fmt.Errorf("its rule %q cannot be read: %v", clip.Text(e.rule), err)
	}
	var list []stamp
	next := rule.Iterator()
	for at, more := next(); more; at, more = next() {
		s := stamp{at.UTC(), e.from.zone}
		if hourly {
			s = stamp{at.UTC(), time.UTC}
		}
		if e.ends(s).Before(from) || slices.ContainsFunc(e.except, func(x stamp) bool { return x.instant().Equal(s.instant()) }) {
			continue
		}
		if list = append(list, s); len(list) > mostImported {
			return nil, fmt.Errorf("it has more than %d shifts in that time", mostImported)
		}
	}
	return list, nil
}

// withoutUntil is a rule without its end, which is read apart.
func withoutUntil(rule string) string {
	parts := strings.Split(rule, ";")
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return strings.HasPrefix(p, "UNTIL=") }), ";")
}

// untilOf is the instant at which the last occurrence may begin. A day is meant with all its
// hours; a time without a zone is of the zone of the event, though RFC 5545 wants UTC.
func untilOf(rule string, zone *time.Location) (time.Time, bool, error) {
	_, rest, found := strings.Cut(rule, "UNTIL=")
	if !found {
		return time.Time{}, false, nil
	}
	text, _, _ := strings.Cut(rest, ";")
	if day, err := time.Parse("20060102", text); err == nil {
		return edge(day.Add(24*time.Hour-time.Second), zone), true, nil
	}
	s, err := stampOf(text, "", zone)
	if err != nil {
		return time.Time{}, false, err
	}
	return s.instant(), true, nil
}

// stampOf reads a time: of UTC with a Z, of a zone, or else of the zone that is given.
func stampOf(text, name string, zone *time.Location) (stamp, error) {
	s := stamp{zone: zone}
	if name != "" {
		var err error
		if s.zone, err = zoneNamed(name); err != nil {
			return stamp{}, err
		}
	}
	rest, utc := strings.CutSuffix(text, "Z")
	if utc {
		s.zone = time.UTC
	}
	wall, err := time.Parse("20060102T150405", rest)
	if err != nil {
		if wall, err = time.Parse("20060102", rest); err != nil || utc {
			return stamp{}, fmt.Errorf("%q is not a time", clip.Text(text))
		}
	}
	if wall.Year() < 1970 || wall.Year() > 2200 {
		return stamp{}, fmt.Errorf("%q is too far away", clip.Text(text))
	}
	s.wall = wall
	return s, nil
}

// zoneNamed is a zone by its name in the IANA list, also behind a prefix, or as Windows names it.
func zoneNamed(name string) (*time.Location, error) {
	name = strings.Trim(name, `"`)
	if iana, found := windows[name]; found {
		name = iana
	}
	parts := strings.Split(strings.Trim(name, "/"), "/")
	for n := range min(len(parts), 4) {
		if zone, err := time.LoadLocation(strings.Join(parts[n:], "/")); err == nil && parts[n] != "Local" && parts[n] != "" {
			return zone, nil
		}
	}
	return nil, fmt.Errorf("its zone %q is not known", clip.Text(name))
}

// readEvents reads the events of a calendar.
func readEvents(text string, zone *time.Location) (list []event, wrong []string, err error) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.NewReplacer("\n ", "", "\n\t", "").Replace(text) // long lines are folded
	if !strings.HasPrefix(strings.TrimPrefix(text, "\ufeff"), "BEGIN:VCALENDAR") {
		return nil, nil, prentice.Errorf(prentice.Invalid, "the file is no iCalendar: it does not begin with BEGIN:VCALENDAR")
	}
	var e *event
	var trouble error
	inner := 0 // of parts of an event, such as alarms
	for _, line := range strings.Split(text, "\n") {
		name, params, value := property(line)
		switch {
		case name == "BEGIN" && value == "VEVENT":
			e, trouble, inner = &event{}, nil, 0
		case e == nil:
		case name == "BEGIN":
			inner++
		case name == "END" && value != "VEVENT":
			inner--
		case name == "END":
			switch {
			case trouble == nil && e.from.zone == nil:
				trouble = fmt.Errorf("it does not say when it begins")
			case trouble == nil && e.until.zone == nil && e.length == 0:
				trouble = fmt.Errorf("it does not say when it ends")
			}
			if trouble != nil {
				wrong = append(wrong, fmt.Sprintf("%q is left out: %v", clip.Text(e.summary), trouble))
			} else if list = append(list, *e); len(list) > mostEvents {
				return nil, wrong, prentice.Errorf(prentice.Limited, "the calendar has more than %d events", mostEvents)
			}
			e = nil
		case inner == 0:
			if err := e.take(name, params, value, zone); err != nil && trouble == nil {
				trouble = err
			}
		}
	}
	return list, wrong, nil
}

// take takes one property of an event.
func (e *event) take(name string, params map[string]string, value string, zone *time.Location) (err error) {
	switch name {
	case "UID":
		e.uid = clip.To(value, 255)
	case "SUMMARY":
		e.summary = clip.To(unescape(value), 300)
	case "STATUS":
		e.cancelled = value == "CANCELLED"
	case "RRULE":
		e.rule = strings.ToUpper(value)
	case "RDATE", "EXRULE":
		return fmt.Errorf("it has %s, which is not read", name)
	case "DTSTART":
		e.from, err = stampOf(value, params["TZID"], zone)
		if err == nil && len(value) == len("20060102") && e.length == 0 {
			e.length = 24 * time.Hour // a day, unless it says otherwise
		}
	case "DTEND":
		e.until, err = stampOf(value, params["TZID"], zone)
	case "DURATION":
		e.length, err = duration(value)
	case "RECURRENCE-ID":
		e.instead, err = stampOf(value, params["TZID"], zone)
	case "EXDATE":
		for _, one := range strings.Split(value, ",") {
			s, err := stampOf(one, params["TZID"], zone)
			if err != nil {
				return err
			}
			e.except = append(e.except, s)
		}
	case "ATTENDEE":
		if cn := strings.Trim(params["CN"], `"`); cn != "" {
			e.people = append(e.people, clip.To(cn, 100))
		}
		if _, mail, found := strings.Cut(value, ":"); found {
			local, _, _ := strings.Cut(mail, "@")
			e.people = append(e.people, clip.To(local, 100))
		}
	}
	return err
}

// property reads a line: a name, its parameters, and a value. A colon in quotes is of a parameter.
func property(line string) (name string, params map[string]string, value string) {
	quoted := false
	at := strings.IndexFunc(line, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ':' && !quoted
	})
	if at < 0 {
		return "", nil, ""
	}
	head, value := line[:at], line[at+1:]
	params = map[string]string{}
	name, rest, _ := strings.Cut(head, ";")
	for rest != "" {
		var one string
		one, rest, _ = strings.Cut(rest, ";")
		key, is, _ := strings.Cut(one, "=")
		params[strings.ToUpper(key)] = is
	}
	return strings.ToUpper(name), params, value
}

func unescape(text string) string {
	return strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, " ", `\N`, " ").Replace(text)
}

// duration reads P1D, PT8H, P1W and the like.
func duration(text string) (time.Duration, error) {
	wrong := fmt.Errorf("%q is not a length of time", clip.Text(text))
	rest, found := strings.CutPrefix(strings.TrimPrefix(text, "+"), "P")
	if !found {
		return 0, wrong
	}
	total, units := time.Duration(0), map[byte]time.Duration{'W': 7 * 24 * time.Hour, 'D': 24 * time.Hour}
	for rest != "" {
		if rest[0] == 'T' {
			rest, units = rest[1:], map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second}
			continue
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if end <= 0 || end > 5 {
			return 0, wrong
		}
		n, _ := strconv.Atoi(rest[:end])
		unit, known := units[rest[end]]
		if !known {
			return 0, wrong
		}
		total, rest = total+time.Duration(n)*unit, rest[end+1:]
	}
	if total <= 0 || total > Longest {
		return 0, wrong
	}
	return total, nil
}
