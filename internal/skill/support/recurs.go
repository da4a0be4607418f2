package support

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// usualTime is how far back the same fault counts as the same again.
const usualTime = 7 * 24 * time.Hour

// earlier is the same fault before: the same complaint about the same thing.
type earlier struct {
	began, ended time.Time
	fixed        string // the procedure whose run was verified; "" if none was
}

// recurrence says how often a fault came within its usual time, and how long what fixed it held; "" is for the
// first time. What fixed it is judged by when the fault came next, and only that: a fix that holds for
// a week is none of its business.
func recurrence(now time.Time, list []earlier) string {
	list = slices.DeleteFunc(slices.Clone(list), func(e earlier) bool { return now.Sub(e.ended) > usualTime || e.began.After(now) })
	if len(list) == 0 {
		return ""
	}
	slices.SortFunc(list, func(a, b earlier) int { return a.began.Compare(b.began) })
	type fix struct {
		name  string
		times int
		held  time.Duration
	}
	var fixes []fix
	for i, e := range list {
		if e.fixed == "" {
			continue
		}
		next := now
		if i+1 < len(list) {
			next = list[i+1].began
		}
		at := slices.IndexFunc(fixes, func(f fix) bool { return f.name == e.fixed })
		if at < 0 {
			at, fixes = len(fixes), append(fixes, fix{name: e.fixed})
		}
		fixes[at].times++
		fixes[at].held = max(fixes[at].held, next.Sub(e.ended))
	}
	slices.SortFunc(fixes, func(a, b fix) int { return cmp.Or(b.times-a.times, strings.Compare(a.name, b.name)) })
	says := fmt.Sprintf("the %s time in 7 days", ordinal(len(list)+1))
	for _, f := range fixes[:min(len(fixes), 3)] {
		says += fmt.Sprintf("; %s did not help for longer than %s%s", f.name, short(f.held), times2(f.times))
	}
	return says
}

func times2(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(" in any of %d times", n)
}

// short is a length as people say it: whole minutes or hours, never longer than it was said to be.
func short(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(d.Hours()+23.99)/24)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d h", int(d.Minutes()+59.99)/60)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d min", int(d.Seconds()+59.99)/60)
	}
	return long(max(0, d))
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprint(n, suffix)
}

// again reads whether a symptom that opens an incident was there before.
func again(tx *db.Tx, now time.Time, subject prentice.Ref, c complaint) (string, error) {
	rows, err := tx.Query(`SELECT i.first_symptom, i.closed, COALESCE((SELECT MAX(r.procedure_name) FROM incident_runs r WHERE r.incident = i.number AND r.state = ?), '')
		FROM incidents i JOIN incident_symptoms s ON s.incident = i.number
		WHERE i.subject = ? AND s.symptom = ? AND i.closed > ? AND i.how <> ? ORDER BY i.number DESC LIMIT 200`,
		string(prentice.Verified), string(subject), c.key(), db.Micros(now.Add(-usualTime)), byCause)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var list []earlier
	for rows.Next() {
		var e earlier
		var began, ended int64
		if err := rows.Scan(&began, &ended, &e.fixed); err != nil {
			return "", err
		}
		e.began, e.ended = db.Time(began), db.Time(ended)
		list = append(list, e)
	}
	return recurrence(now, list), rows.Err()
}
