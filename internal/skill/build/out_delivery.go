package build

import (
	"fmt"
	"strings"

	"prentice/internal/engine/release"
)

// FigureLine is a figure as the page shows it.
type FigureLine struct {
	release.Figure
	ID    string
	Value string
	List  []MemberLine
}

// MemberLine is one of what a figure is made of, as the page shows it.
type MemberLine struct {
	release.Member
	Shown string
}

// Lines are the five.
func (d Delivery) Lines() (lines []FigureLine) {
	for _, f := range d.All() {
		line := FigureLine{Figure: f, ID: strings.ReplaceAll(strings.ToLower(f.Name), " ", "-"), Value: Says(f)}
		for _, m := range f.List {
			shown := fmt.Sprintf("%.0f", m.Value)
			if f.Unit == "h" {
				shown = hours(m.Value)
			}
			line.List = append(line.List, MemberLine{m, shown})
		}
		lines = append(lines, line)
	}
	return lines
}

// Bar is a part of a day in the chart.
type Bar struct {
	X, Y, Width, Height int
	Hue                 string
	Says                string
}

// Bars are the days as a chart of 1000 by 100.
func (d Delivery) Bars() (bars []Bar) {
	most := 1
	for _, day := range d.Days {
		most = max(most, day.Deployed+day.Broke+day.Unknown)
	}
	for i, day := range d.Days {
		x, next := 1000*i/len(d.Days), 1000*(i+1)/len(d.Days)
		y := 100
		for _, part := range []struct {
			n        int
			hue, was string
		}{{day.Deployed, "good", "deployed"}, {day.Broke, "bad", "failed"}, {day.Unknown, "attention", "uncertain"}} {
			if part.n == 0 {
				continue
			}
			height := max(90*part.n/most, 2)
			y -= height
			bars = append(bars, Bar{X: x, Y: y, Width: max(next-x-1, 1), Height: height, Hue: part.hue, Says: fmt.Sprintf("%s: %d %s", day.Day.Format("2006-01-02"), part.n, part.was)})
		}
	}
	return bars
}

// Busy are the days on which something was deployed.
func (d Delivery) Busy() (days []release.Day) {
	for _, day := range d.Days {
		if day.Deployed+day.Broke+day.Unknown > 0 {
			days = append(days, day)
		}
	}
	return days
}

// DaysSay is the chart in words.
func (d Delivery) DaysSay() string {
	deployed, broke := 0, 0
	for _, day := range d.Days {
		deployed, broke = deployed+day.Deployed, broke+day.Broke
	}
	return fmt.Sprintf("%d days: %d deployed, %d failed", len(d.Days), deployed, broke)
}
