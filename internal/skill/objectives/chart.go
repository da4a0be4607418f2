package objectives

import (
	"fmt"
	"strings"
	"time"
)

// Bar is a budget as a row of 1000: what is spent, what may be, and what is left.
type Bar struct{ Spent, Unknown, Left float64 }

// Bar draws the budget; nil where nothing was seen.
func (l Line) Bar() *Bar {
	if !l.Budget.Known() {
		return nil
	}
	left, _ := l.Budget.Left().Float64()
	worst, _ := l.Budget.Worst().Float64()
	left, worst = 1000*min(max(left, 0), 1), 1000*min(max(worst, 0), 1)
	return &Bar{Spent: 1000 - left, Unknown: left - worst, Left: worst}
}

// UnknownAt is where what is unknown begins.
func (b Bar) UnknownAt() float64 { return b.Left }

// SpentAt is where what is spent begins.
func (b Bar) SpentAt() float64 { return b.Left + b.Unknown }

// Chart is how much of a budget was left, for a picture of chartWide by chartHigh.
type Chart struct {
	Lines       []string // broken where nothing was counted
	Low         float64  // the height of a quarter
	From, Until time.Time
}

const (
	chartWide = 1000.0
	chartHigh = 240.0
)

// Chart draws how the budget was spent; nil where there is nothing to draw.
func (s Shown) Chart() *Chart {
	if len(s.Spent) < 2 {
		return nil
	}
	c := &Chart{From: s.Spent[0].At, Until: s.Spent[len(s.Spent)-1].At, Low: chartHigh * 0.75}
	var line []string
	for i, p := range s.Spent {
		if i > 0 && p.At.Sub(s.Spent[i-1].At) > time.Hour {
			c.Lines, line = append(c.Lines, strings.Join(line, " ")), nil
		}
		x := chartWide * float64(p.At.Sub(c.From)) / float64(c.Until.Sub(c.From))
		line = append(line, fmt.Sprintf("%.1f,%.1f", x, chartHigh-chartHigh*min(max(p.Part, 0), 1)))
	}
	c.Lines = append(c.Lines, strings.Join(line, " "))
	return c
}

// Rows are the table behind the picture: the last of each day, newest first.
func (s Shown) Rows() (rows []Point) {
	for i := len(s.Spent) - 1; i >= 0; i-- {
		p := s.Spent[i]
		day := p.At.Add(-time.Second).Format(time.DateOnly)
		if n := len(rows); n > 0 && rows[n-1].At.Add(-time.Second).Format(time.DateOnly) == day {
			rows[n-1].Bad += p.Bad
			continue
		}
		rows = append(rows, p)
	}
	return rows
}
