package scrape

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/metric"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/reach"
)

// mostAnswer bounds what a source answers.
const mostAnswer = 32 << 20

// Source asks a Prometheus, or what answers like one.
type Source struct {
	Scraper
	Of metric.Source
}

// reply is what is used of an answer of Prometheus' API
// (https://prometheus.io/docs/prometheus/latest/querying/api/).
type reply struct {
	Status   string   `json:"status"`
	Error    string   `json:"error"`
	Warnings []string `json:"warnings"`
	Data     struct {
		Type   string          `json:"resultType"`
		Result json.RawMessage `json:"result"`
	} `json:"data"`
}

// Ask implements metric.Asked.
func (s Source) Ask(ctx context.Context, q metric.Question) (metric.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, metric.Patience+5*time.Second)
	defer cancel()
	form := url.Values{"query": {q.Query}, "timeout": {metric.Patience.String()}}
	page := "/api/v1/query"
	if q.Step == 0 {
		form.Set("time", stamp(q.At))
	} else {
		page = "/api/v1/query_range"
		form.Set("start", stamp(q.From))
		form.Set("end", stamp(q.To))
		form.Set("step", strconv.FormatFloat(q.Step.Seconds(), 'f', -1, 64))
	}
	answer, secrets, err := s.ask(ctx, s.Of.Access, http.MethodPost, strings.TrimRight(s.Of.URL, "/")+page, form)
	if err != nil {
		return metric.Answer{}, prentice.Errorf(prentice.Unavailable, "source %s does not answer: %w", s.Of.Name, hidden(err, secrets)).Try("look whether it runs, and at sources: of metrics.yaml")
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer+1))
	switch {
	case err != nil:
		return metric.Answer{}, prentice.Errorf(prentice.Unavailable, "the answer of source %s cannot be read to its end: %s", s.Of.Name, reach.Why(err)).Try("ask for less")
	case len(raw) > mostAnswer:
		return metric.Answer{}, prentice.Errorf(prentice.Limited, "the answer of source %s is larger than %d MB", s.Of.Name, mostAnswer>>20).Try("ask for less: fewer series, a longer step")
	}
	var r reply
	if err := json.Unmarshal(raw, &r); err != nil || r.Status == "" {
		return metric.Answer{}, prentice.Errorf(prentice.Unavailable, "source %s answers %d and nothing that a Prometheus would", s.Of.Name, answer.StatusCode).Try("name the address below which /api/v1/query is")
	}
	if r.Status != "success" {
		return metric.Answer{}, prentice.Errorf(prentice.Invalid, "source %s refuses the query: %s", s.Of.Name, clip.Text(r.Error)).Try("write it as PromQL")
	}
	out, err := r.read()
	if err != nil {
		return metric.Answer{}, prentice.Errorf(prentice.Unavailable, "the answer of source %s cannot be understood: %w", s.Of.Name, err).Try("look at what answers there")
	}
	return out.Cut(q.Wanted()), nil
}

func stamp(t time.Time) string { return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64) }

// read is what an answer says.
func (r reply) read() (out metric.Answer, err error) {
	out.Kind, out.Says = r.Data.Type, r.Warnings
	switch r.Data.Type {
	case "scalar":
		p, err := readPoint(r.Data.Result)
		out.Series = []metric.Series{{Points: []metric.Point{p}}}
		return out, err
	case "vector", "matrix":
		var list []struct {
			Metric map[string]string `json:"metric"`
			Value  json.RawMessage   `json:"value"`
			Values []json.RawMessage `json:"values"`
		}
		if err := json.Unmarshal(r.Data.Result, &list); err != nil {
			return out, errors.New("it is no list of series")
		}
		for _, one := range list {
			s := metric.Series{Labels: one.Metric}
			if one.Value != nil {
				one.Values = append(one.Values, one.Value)
			}
			for _, raw := range one.Values {
				p, err := readPoint(raw)
				if err != nil {
					return out, err
				}
				s.Points = append(s.Points, p)
			}
			out.Series = append(out.Series, s)
		}
		return out, nil
	}
	return out, fmt.Errorf("a result of type %q is not read", clip.Text(r.Data.Type))
}

// readPoint reads [seconds, "value"].
func readPoint(raw []byte) (p metric.Point, err error) {
	var seconds float64
	var text string
	if err := json.Unmarshal(raw, &[]any{&seconds, &text}); err != nil || math.Abs(seconds) > 1e11 {
		return p, errors.New("a value of it is no pair of a time and a number")
	}
	p.At = time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()
	if p.Value, err = strconv.ParseFloat(text, 64); err != nil {
		return p, errors.New("a value of it is no number")
	}
	return p, nil
}

var _ metric.Asked = Source{}
