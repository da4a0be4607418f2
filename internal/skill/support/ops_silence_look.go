package support

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/silence"
	"prentice/internal/op"
)

func (s *Support) silenceShow(ctx context.Context, _ op.Call, in silenceIn) (SilenceOut, error) {
	if err := s.noSilences(); err != nil {
		return SilenceOut{}, err
	}
	n, err := s.Silences.Find(ctx, in.Silence)
	if err != nil {
		return SilenceOut{}, err
	}
	return s.silenceOut(ctx, n)
}

func (s *Support) silenceOut(ctx context.Context, n silence.Silence) (SilenceOut, error) {
	out := SilenceOut{Silence: n, State: n.State(s.Clock())}
	all, err := s.matching(ctx, n.Matchers)
	if out.State != silence.Expired {
		out.Matches = all
	}
	return out, err
}

func (s *Support) silenceList(ctx context.Context, c op.Call, in silenceListIn) (SilenceList, error) {
	if err := s.noSilences(); err != nil {
		return SilenceList{}, err
	}
	limit := in.Limit
	if limit == 0 {
		limit = 100
	}
	about := prentice.Ref(in.Subject)
	list, err := s.Silences.List(ctx, c.Now, in.All, in.Before, limit)
	if err != nil {
		return SilenceList{}, err
	}
	out := SilenceList{All: in.All, Silences: []SilenceOut{}}
	if s.Maintenance != nil {
		out.Maintenance = s.Maintenance(ctx, c.Now, about, daysAhead)
	}
	if len(list) == limit {
		out.Next_ = cursor(list[len(list)-1].Number)
	}
	if out.Muted, err = s.Muteds(ctx); err != nil {
		return out, err
	}
	if about != "" {
		out.Muted = slices.DeleteFunc(out.Muted, func(m Muted) bool { return m.Subject != about })
		list = slices.DeleteFunc(list, func(n silence.Silence) bool {
			return !slices.ContainsFunc(out.Muted, func(m Muted) bool { return m.Mute.Of == n.Ref() })
		})
	}
	for _, n := range list {
		out.Silences = append(out.Silences, SilenceOut{Silence: n, State: n.State(c.Now)})
	}
	return out, nil
}

func (s *Support) silencePreview(ctx context.Context, c op.Call, in silencePreviewIn) (SilencePreview, error) {
	if err := s.noSilences(); err != nil {
		return SilencePreview{}, err
	}
	var given []string
	for _, text := range in.Matcher {
		for _, one := range strings.Split(text, "\n") {
			if strings.TrimSpace(one) != "" {
				given = append(given, one)
			}
		}
	}
	if len(given) == 0 {
		return SilencePreview{}, nil
	}
	n, err := s.Silences.Check(silence.Silence{Matchers: given, Reason: "preview", Starts: c.Now, Ends: c.Now.Add(time.Minute)}, c.Now)
	if err != nil {
		return SilencePreview{}, err
	}
	out := SilencePreview{Matchers: n.Matchers}
	out.Matches, err = s.matching(ctx, n.Matchers)
	return out, err
}

// matching is the symptoms that are there now and that some matchers match.
func (s *Support) matching(ctx context.Context, matchers []string) ([]Match, error) {
	rows, err := s.DB.Query(ctx, `SELECT s.symptom, s.labels, s.about, i.subject, i.number FROM incident_symptoms s JOIN incidents i ON i.number = s.incident
		WHERE s.gone = 0 AND i.closed = 0 AND s.labels <> '' ORDER BY i.number, s.symptom`)
	if err != nil {
		return nil, fmt.Errorf("read symptoms: %w", err)
	}
	defer rows.Close()
	list := []Match{}
	for rows.Next() {
		var key, text string
		var about, subject prentice.Ref
		var number int64
		if err := rows.Scan(&key, &text, &about, &subject, &number); err != nil {
			return nil, fmt.Errorf("read symptoms: %w", err)
		}
		var labels map[string]string
		if json.Unmarshal([]byte(text), &labels) == nil && s.Silences.Fits(matchers, labels) {
			if about == "" {
				about = subject
			}
			list = append(list, Match{What: named(key, labels), Subject: about, Incident: incidentRef(number)})
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	muted, err := s.Muteds(ctx)
	for _, m := range slices.DeleteFunc(muted, func(m Muted) bool { return !s.Silences.Fits(matchers, m.Labels) }) {
		list = append(list, Match{What: named(m.symptom, m.Labels), Subject: m.Subject})
	}
	return list, err
}

// named is a symptom by the name that its labels give it.
func named(key string, labels map[string]string) string {
	if name := labels["alertname"]; name != "" {
		return "alert " + clip(name, 100)
	}
	return complaintFrom(key).String()
}
