package tsdb

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"

	"prentice"
	"prentice/internal/engine/metric"
)

var reader = parser.NewParser(parser.Options{})

// Check says what is wrong with a query; nil is nothing.
func Check(query string) error {
	if len(query) > metric.MostQuery {
		return metric.Question{Query: query}.Checked()
	}
	_, err := reader.ParseExpr(query)
	if err != nil {
		return wrong(err)
	}
	return nil
}

// wrong is what is wrong with a query, at the place in it.
func wrong(err error) error {
	text := strings.ReplaceAll(err.Error(), "parse error: ", "")
	return prentice.Errorf(prentice.Invalid, "the query cannot be read, at %s", text).Try(`write it as PromQL, such as sum(rate(http_requests_total[5m]))`)
}

// Ask implements metric.Asked.
func (s *Store) Ask(ctx context.Context, q metric.Question) (metric.Answer, error) {
	if err := Check(q.Query); err != nil {
		return metric.Answer{}, err
	}
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return metric.Answer{}, ctx.Err()
	}
	var query promql.Query
	var err error
	if q.Step == 0 {
		query, err = s.engine.NewInstantQuery(ctx, s.db, nil, q.Query, q.At)
	} else {
		query, err = s.engine.NewRangeQuery(ctx, s.db, nil, q.Query, q.From, q.To, q.Step)
	}
	if err != nil {
		return metric.Answer{}, wrong(err)
	}
	defer query.Close()
	result := query.Exec(ctx)
	if result.Err != nil {
		return metric.Answer{}, failed(result.Err)
	}
	out := answerOf(result.Value, q.Wanted())
	for _, w := range result.Warnings {
		out.Says = append(out.Says, w.Error())
	}
	return out, nil
}

// failed is why there is no answer.
func failed(err error) error {
	var late promql.ErrQueryTimeout
	var many promql.ErrTooManySamples
	switch {
	case errors.As(err, &late):
		return prentice.Errorf(prentice.Limited, "the query was not done after %s", metric.Patience).Try("ask for less: fewer series, a shorter time, a longer step")
	case errors.As(err, &many):
		return prentice.Errorf(prentice.Limited, "the query holds more than %d samples at once", metric.MostLoaded).Try("ask for less: fewer series, a shorter time, a longer step")
	}
	return prentice.Errorf(prentice.Invalid, "the query has no answer: %w", err).Try("try its parts one by one")
}

func answerOf(v parser.Value, most int) (out metric.Answer) {
	out.Kind = string(v.Type())
	switch v := v.(type) {
	case promql.Scalar:
		out.Series = []metric.Series{{Points: []metric.Point{pointOf(v.T, v.V)}}}
	case promql.Vector:
		for _, one := range v[:min(len(v), most)] {
			out.Series = append(out.Series, metric.Series{Labels: named(one.Metric), Points: []metric.Point{pointOf(one.T, one.F)}})
		}
		out.More = max(0, len(v)-most)
	case promql.Matrix:
		for _, one := range v[:min(len(v), most)] {
			s := metric.Series{Labels: named(one.Metric)}
			for _, p := range one.Floats {
				s.Points = append(s.Points, pointOf(p.T, p.F))
			}
			out.Series = append(out.Series, s)
		}
		out.More = max(0, len(v)-most)
	}
	return out
}

func pointOf(t int64, v float64) metric.Point {
	return metric.Point{At: time.UnixMilli(t).UTC(), Value: v}
}

func named(ls labels.Labels) map[string]string { return ls.Map() }

var _ metric.Asked = &Store{}
