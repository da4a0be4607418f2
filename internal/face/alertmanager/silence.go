package alertmanager

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/silence"
	"prentice/internal/kit/exact"
	"prentice/internal/kit/label"
)

// matcher is one of a silence, as Alertmanager writes it.
type matcher struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	IsRegex bool   `json:"isRegex"`
	IsEqual *bool  `json:"isEqual,omitempty"` // nil is true: older clients do not know it
}

// posted is a silence as clients send it. What Alertmanager itself says of one comes
// back from clients that read it before, and says nothing.
type posted struct {
	ID          string            `json:"id"`
	Matchers    []matcher         `json:"matchers"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt"`
	CreatedBy   string            `json:"createdBy"`
	Comment     string            `json:"comment"`
	Status      json.RawMessage   `json:"status"`
	UpdatedAt   json.RawMessage   `json:"updatedAt"`
	Annotations map[string]string `json:"annotations"`
}

// shown is a silence as Alertmanager shows it.
type shown struct {
	ID        string    `json:"id"`
	Status    status    `json:"status"`
	UpdatedAt time.Time `json:"updatedAt"`
	Matchers  []matcher `json:"matchers"`
	StartsAt  time.Time `json:"startsAt"`
	EndsAt    time.Time `json:"endsAt"`
	CreatedBy string    `json:"createdBy"`
	Comment   string    `json:"comment"`
}

type status struct {
	State string `json:"state"`
}

// Silence is one as the door tells of it.
type Silence struct {
	silence.Silence
	State string
}

// Wish is what the door is asked for: a silence, perhaps in the place of another.
type Wish struct {
	silence.Silence
	Replaces string
}

// readSilence reads what a client sent. Who made it is who sends it; a name that the
// client gives beside it is kept with the reason.
func readSilence(body []byte, sender prentice.Actor) (w Wish, err error) {
	var p posted
	if err := exact.Unmarshal(body, &p); err != nil {
		return w, prentice.Errorf(prentice.Invalid, "the silence is not as Alertmanager's API has it: %w", err).Try("send matchers, startsAt, endsAt, createdBy and comment")
	}
	w = Wish{silence.Silence{Starts: p.StartsAt, Ends: p.EndsAt, Reason: strings.TrimSpace(p.Comment)}, p.ID}
	for _, m := range p.Matchers {
		one, err := label.New(m.Name, m.op(), m.Value)
		if err != nil {
			return w, prentice.Errorf(prentice.Invalid, "%w", err).Try("correct the matcher")
		}
		w.Matchers = append(w.Matchers, one.String())
	}
	switch {
	case len(w.Matchers) == 0:
		return w, prentice.Errorf(prentice.Invalid, "the silence has no matchers").Try("name what is to be silent")
	case w.Reason == "":
		return w, prentice.Errorf(prentice.Invalid, "the silence has no comment").Try("say why, in one sentence")
	case w.Ends.IsZero():
		return w, prentice.Errorf(prentice.Invalid, "the silence has no endsAt").Try("say until when")
	}
	if by := strings.TrimSpace(p.CreatedBy); by != "" && by != sender.Name && by != string(sender.Ref()) && !strings.HasSuffix(w.Reason, forWhom(by)) {
		w.Reason += forWhom(by)
	}
	return w, nil
}

func forWhom(by string) string { return fmt.Sprintf(" (for %s)", by) }

func (m matcher) op() string {
	equal := m.IsEqual == nil || *m.IsEqual
	switch {
	case m.IsRegex && equal:
		return "=~"
	case m.IsRegex:
		return "!~"
	case equal:
		return "="
	}
	return "!="
}

// show is a silence as Alertmanager shows it. One that was ended has ended then.
func (s Silence) show() (shown, error) {
	out := shown{ID: s.ID, Status: status{s.State}, UpdatedAt: s.Created, Matchers: []matcher{}, StartsAt: s.Starts, EndsAt: s.Ends, CreatedBy: string(s.By), Comment: s.Reason}
	if !s.Ended.IsZero() {
		out.EndsAt, out.UpdatedAt = s.Ended, s.Ended
	}
	for _, text := range s.Matchers {
		m, err := label.Parse(text)
		if err != nil {
			return out, fmt.Errorf("read a matcher of %s: %w", s.Ref(), err)
		}
		equal := m.Op == "=" || m.Op == "=~"
		out.Matchers = append(out.Matchers, matcher{m.Name, m.Value, strings.HasSuffix(m.Op, "~"), &equal})
	}
	return out, nil
}

// kept is how long one that is over is listed, as Alertmanager does by itself.
const kept = 5 * 24 * time.Hour

// sorted is the silences that a filter leaves, as Alertmanager sorts them: active
// ones by their end, then those to come, then those that are over, the latest first.
func sorted(all []shown, filter []label.Matcher, now time.Time) []shown {
	seen, list := map[string]bool{}, []shown{}
	for _, s := range all {
		values := map[string]string{}
		for _, m := range s.Matchers {
			values[m.Name] = m.Value
		}
		old := s.Status.State == silence.Expired && now.Sub(s.EndsAt) > kept
		if !seen[s.ID] && !old && (len(filter) == 0 || label.Fit(filter, values)) {
			list = append(list, s)
		}
		seen[s.ID] = true
	}
	order := []string{silence.Active, silence.Pending, silence.Expired}
	slices.SortStableFunc(list, func(a, b shown) int {
		if by := slices.Index(order, a.Status.State) - slices.Index(order, b.Status.State); by != 0 {
			return by
		}
		switch a.Status.State {
		case silence.Active:
			return a.EndsAt.Compare(b.EndsAt)
		case silence.Pending:
			return a.StartsAt.Compare(b.StartsAt)
		}
		return b.EndsAt.Compare(a.EndsAt)
	})
	return list
}
