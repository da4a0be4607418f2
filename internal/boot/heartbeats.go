package boot

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"prentice/internal/engine/heartbeat"
	"prentice/internal/engine/leak"
	face "prentice/internal/face/heartbeat"
	"prentice/internal/skill/support"
	"prentice/internal/team"
)

// newJobs makes what listens for jobs.
func (s *System) newJobs() *heartbeat.Keeper {
	return &heartbeat.Keeper{DB: s.db, Clock: time.Now, Clean: withoutSecrets, Declared: func() (*heartbeat.Rules, bool) {
		now := s.Team.now.Load()
		if now == nil {
			return nil, false
		}
		rules := team.Of(now.said, heartbeat.File)
		return rules, rules != nil
	}}
}

var leaks = sync.OnceValues(func() (*leak.Detector, error) { return leak.New(leak.Settings{}) })

// withoutSecrets hides what looks like a secret. Where no one can tell, nothing is kept.
func withoutSecrets(text string) string {
	d, err := leaks()
	if err != nil {
		return ""
	}
	return leak.Hide(text, d.Find(leak.Text{Bytes: []byte(text)}))
}

// heard gives pings to what listens for jobs.
type heard struct{ s *System }

// Hear implements face.Desk.
func (h heard) Hear(ctx context.Context, p face.Ping) (bool, error) {
	c := heartbeat.Call{Key: p.Key, Name: p.Name, Create: p.Create, Post: p.Post, Latest: p.Latest,
		Ping: heartbeat.Ping{Kind: heartbeat.Kind(p.Kind), Run: p.Run, Code: p.Code, Took: p.Took, Says: p.Says, Body: p.Body}}
	if m := p.Monitor; m != nil {
		c.As = &heartbeat.Job{Name: p.Name, Schedule: m.Schedule, Zone: m.Zone, Every: m.Every, Grace: m.Grace, Longest: m.Longest}
	}
	out, err := h.s.jobs.Hear(ctx, c)
	return out.Created, err
}

// orPings answers pings, at the addresses that they have, and gives all else on.
func (s *System) orPings(root string, next http.Handler) http.Handler {
	pings := face.New(face.Config{Desk: heard{s}, Checks: checksOf{s, support.Through{Door: s.App}}, Log: s.log})
	strip := http.StripPrefix(root, pings)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch rest, under := strings.CutPrefix(r.URL.Path, root); {
		case under && face.Claims(rest):
			strip.ServeHTTP(w, r)
		case face.Claims(r.URL.Path):
			pings.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

var _ face.Desk = heard{}
