package boot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"time"

	"prentice"
	page "prentice/internal/engine/statuspage"
	face "prentice/internal/face/statuspage"
	"prentice/internal/skill"
	"prentice/internal/skill/availability"
	"prentice/internal/skill/objectives"
	"prentice/internal/skill/statuspage"
)

// statuspage is what the chapter of that name needs.
func (s *System) statuspage() statuspage.Deps {
	return statuspage.Deps{DB: s.db, Clock: time.Now, World: forUsers{s}, Clean: withoutSecrets, URL: s.url,
		Rules: func() *page.Rules { return s.Team.now.Load().status() }}
}

// handleStatus answers users who ask how services stand, below /status and at the addresses that
// programs know of Statuspage.
func (s *System) handleStatus(mux *http.ServeMux) {
	f := face.New(face.Config{Page: skill.At[*statuspage.Desk](s.Skills).Public, Clock: time.Now, Log: s.log})
	mux.Handle("/status/", f.Below("/status/"))
	mux.HandleFunc("/status", func(w http.ResponseWriter, _ *http.Request) { // as seen from there, below any path
		w.Header().Set("Location", "status/")
		w.WriteHeader(http.StatusPermanentRedirect)
	})
	root := f.Below("/")
	for _, path := range []string{"/api/v2/summary.json", "/api/v2/status.json", "/api/v2/components.json", "/api/v2/incidents.json", "/api/v2/incidents/", "/api/v2/scheduled-maintenances.json", "/api/v2/scheduled-maintenances/",
		"/history.atom", "/history.rss", "/badge/"} {
		mux.Handle(path, root)
	}
}

// forUsers is what users are told of, as the other skills know it.
type forUsers struct{ s *System }

// Now implements statuspage.World.
func (t forUsers) Now(ctx context.Context, now time.Time, c page.Rule) (f page.Facts, err error) {
	in := t.s.Team.now.Load()
	for _, name := range c.Services {
		ref := prentice.NewRef("service", name)
		one := page.Behind{Maintained: in.calendar().Mute(in.catalog, ref, nil, now) != nil}
		switch st, err := t.s.lookout.Stands(ctx, ref, c.Probes); {
		case prentice.KindOf(err) == prentice.NotFound: // not in the catalog: no one knows how it stands
		case err != nil:
			return f, err
		default:
			one.Status, one.Since = publicly(st.State), st.Since
		}
		f.Services = append(f.Services, one)
		if len(c.Incidents) == 0 {
			continue
		}
		about, err := t.s.desk.AboutSince(ctx, ref, now)
		if err != nil {
			return f, err
		}
		for _, i := range about {
			if i.Closed.IsZero() && i.WellSince.IsZero() {
				f.Severities = append(f.Severities, i.Severity)
			}
		}
	}
	if c.Objective != "" {
		f.Burning, f.Left, err = t.budget(ctx, now, c.Objective)
	}
	return f, err
}

// publicly is the word of a service for users.
func publicly(w availability.Word) page.Status {
	switch w {
	case availability.Well:
		return page.Operational
	case availability.Down:
		return page.Major
	case availability.Flapping, availability.Degraded:
		return page.Degraded
	}
	return page.Unknown
}

// budget is how an objective stands; one that is not there is unknown.
func (t forUsers) budget(ctx context.Context, now time.Time, name string) (burning bool, left *float64, err error) {
	l, err := skill.At[*objectives.Desk](t.s.Skills).Stands(ctx, now, name)
	if prentice.KindOf(err) == prentice.NotFound {
		return false, nil, nil
	}
	if err != nil {
		return false, nil, err
	}
	if rest := l.Budget.Left(); l.State != objectives.Unknown && rest != nil {
		f, _ := rest.Float64()
		left = &f
	}
	return l.State == objectives.Burning || l.State == objectives.Spent, left, nil
}

// daysTold is how many days users see.
const daysTold = 90

// Days implements statuspage.World.
func (t forUsers) Days(ctx context.Context, now time.Time, c page.Rule) ([]page.Day, error) {
	first := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-daysTold)
	days := make([]page.Day, daysTold)
	for i := range days {
		days[i] = page.Day{Date: first.AddDate(0, 0, i).Format(time.DateOnly)}.Judged()
	}
	for _, name := range c.Services {
		bars, err := t.s.lookout.Days(ctx, prentice.NewRef("service", name), c.Probes, now, daysTold)
		if prentice.KindOf(err) == prentice.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		for i, b := range bars {
			if i < len(days) {
				days[i] = days[i].Plus(page.Day{Passed: b.Passed, Failed: b.Failed, Unseen: b.Unseen, Degraded: b.Degraded})
			}
		}
	}
	return days, nil
}

// comingTold is how far ahead users see maintenance.
const comingTold = 30

// Windows implements statuspage.World. Why there is maintenance is for the team; users read what
// status.yaml calls it.
func (t forUsers) Windows(_ context.Context, now time.Time, r *page.Rules) []page.Window {
	in := t.s.Team.now.Load()
	list, at := []page.Window{}, map[string]int{}
	for _, c := range r.Components {
		for _, name := range c.Services {
			for _, e := range in.calendar().Maintained(in.catalog, prentice.NewRef("service", name), now, comingTold) {
				for _, span := range e.Spans {
					id := idOf(e.Name, strconv.FormatInt(span.From.Unix(), 10))
					n, there := at[id]
					if !there {
						title := r.Windows[e.Name]
						if title == "" {
							title = "Planned maintenance"
						}
						n, at[id] = len(list), len(list)
						list = append(list, page.Window{ID: id, Title: title, From: span.From.UTC(), To: span.To.UTC(), Components: []string{}})
					}
					if !slices.Contains(list[n].Components, c.Name) {
						list[n].Components = append(list[n].Components, c.Name)
					}
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b page.Window) int { return a.From.Compare(b.From) })
	return list
}

// idOf is an ID that stays the same, and says nothing of what it is made of.
func idOf(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

var _ statuspage.World = forUsers{}
