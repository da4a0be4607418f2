package capacity

import (
	"fmt"
	"strings"
	"time"
)

// Chart is what was measured and what is to come, for a picture of chartWide by chartHigh.
type Chart struct {
	Past  []string // lines, broken where nothing was measured
	Ahead string   // the line of what is likely
	Band  string   // the outline of where it is with the probability of the band
	Limit float64  // the height of the limit; below zero where it is far above all else
	Now   float64
	From  time.Time
	Until time.Time
	Top   string // what the upper edge is
}

const (
	chartWide = 1000.0
	chartHigh = 240.0
)

// Chart draws the outlook of a resource. It is nil where there is nothing to draw.
func (s Shown) Chart() *Chart {
	if len(s.Past) < 2 {
		return nil
	}
	c := &Chart{From: s.Past[0].At, Until: s.Past[len(s.Past)-1].At}
	top := float64(s.Used)
	for _, p := range s.Past {
		top = max(top, p.Most)
	}
	for _, p := range s.Ahead {
		top, c.Until = max(top, p.Most, min(p.High, 2*float64(s.Limit))), p.At
	}
	if limit := float64(s.Limit); limit < 3*top { // one that is far away would flatten all else
		top = max(top, limit)
	}
	top *= 1.05
	c.Top = s.Amount(int64(top))
	x := func(t time.Time) float64 {
		return chartWide * float64(t.Sub(c.From)) / float64(max(c.Until.Sub(c.From), 1))
	}
	y := func(v float64) float64 { return chartHigh - chartHigh*min(max(v, 0), top)/max(top, 1) }
	at := func(t time.Time, v float64) string { return fmt.Sprintf("%.1f,%.1f", x(t), y(v)) }
	c.Limit, c.Now = -1, x(s.Past[len(s.Past)-1].At)
	if float64(s.Limit) <= top {
		c.Limit = y(float64(s.Limit))
	}
	step := s.Past[1].At.Sub(s.Past[0].At)
	for _, p := range s.Past[1:] {
		step = min(step, p.At.Sub(s.Past[0].At))
	}
	var line []string
	for i, p := range s.Past {
		if i > 0 && p.At.Sub(s.Past[i-1].At) > step {
			c.Past, line = append(c.Past, strings.Join(line, " ")), nil
		}
		line = append(line, at(p.At, p.Most))
	}
	c.Past = append(c.Past, strings.Join(line, " "))
	var ahead, upper, lower []string
	last := s.Past[len(s.Past)-1]
	ahead, upper = append(ahead, at(last.At, last.Most)), append(upper, at(last.At, last.Most))
	for _, p := range s.Ahead {
		ahead, upper, lower = append(ahead, at(p.At, p.Most)), append(upper, at(p.At, p.High)), append([]string{at(p.At, p.Low)}, lower...)
	}
	if len(s.Ahead) > 0 {
		c.Ahead, c.Band = strings.Join(ahead, " "), strings.Join(append(upper, lower...), " ")
	}
	return c
}

// Rows are the table behind the picture: at most thirty of what was, and thirty of what is
// to come.
func (s Shown) Rows() (rows []Row) {
	for _, p := range thinned(s.Past) {
		rows = append(rows, Row{At: p.At, Most: s.Amount(int64(p.Most))})
	}
	for _, p := range thinned(s.Ahead) {
		rows = append(rows, Row{At: p.At, Most: s.Amount(int64(p.Most)), Band: fmt.Sprintf("%s to %s", s.Amount(int64(p.Low)), s.Amount(int64(p.High))), ToCome: true})
	}
	return rows
}

// Row is one of the table.
type Row struct {
	At         time.Time
	Most, Band string
	ToCome     bool
}

// thinned are at most about thirty of many points, the last among them.
func thinned(list []Point) (few []Point) {
	every := max(1, len(list)/30)
	for i := range list {
		if (len(list)-1-i)%every == 0 {
			few = append(few, list[i])
		}
	}
	return few
}
