package support

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

// Heartbeat is an alert that always fires, and how it stands.
type Heartbeat struct {
	prentice.Heartbeat
	State   string    `json:"state"` // heard, missing, or waited for: not heard yet
	Last    time.Time `json:"last,omitzero"`
	Missing time.Time `json:"missing,omitzero"` // since when
}

// Heartbeats is the alerts that always fire.
type Heartbeats struct {
	Heartbeats []Heartbeat `json:"heartbeats"`
}

// Table implements op.Tabler.
func (l Heartbeats) Table() (head []string, rows [][]string) {
	signs := map[string]string{"heard": "●", "missing": "■", "waited for": "○"}
	for _, h := range l.Heartbeats {
		last := "never"
		if !h.Last.IsZero() {
			last = op.Cell(h.Last)
		}
		rows = append(rows, []string{h.Name, signs[h.State] + " " + h.State, last, span.String(h.Within), h.Severity, string(h.Owner)})
	}
	return []string{"HEARTBEAT", "STATE", "LAST HEARD (UTC)", "WITHIN", "SEVERITY", "OWNER"}, rows
}

// Empty implements op.Emptier.
func (l Heartbeats) Empty() string {
	return "No heartbeat is named. Name an alert that always fires, such as Watchdog, under heartbeats in alerts.yaml."
}

func (s *Support) heartbeatOps() []op.Op {
	return []op.Op{
		op.New("heartbeat.list", prentice.Look, prentice.Viewer, "List the alerts that always fire, and when each was heard last.", s.heartbeatList).
			WithExample("prentice heartbeat list").
			WithHelp("They are named under heartbeats in alerts.yaml. When nothing is heard of one for longer than it may be, an incident is opened, which ends when it is heard again. After a start each is waited for anew."),
	}
}

func (s *Support) heartbeatList(ctx context.Context, _ op.Call, _ struct{}) (Heartbeats, error) {
	if err := s.ready(); err != nil || s.Router == nil {
		return Heartbeats{}, err
	}
	wanted, _ := s.Router.Heartbeats()
	kept, err := s.beatings(ctx)
	out := Heartbeats{Heartbeats: []Heartbeat{}}
	for _, h := range wanted {
		b := kept[h.Name]
		one := Heartbeat{Heartbeat: h, State: "heard", Last: b.last, Missing: b.missing}
		switch {
		case !b.missing.IsZero():
			one.State = "missing"
		case b.beats == 0:
			one.State = "waited for"
		}
		out.Heartbeats = append(out.Heartbeats, one)
	}
	return out, err
}
