package standards

import (
	"fmt"
	"time"

	"prentice"
	"prentice/internal/op"
)

// Point is one check of a branch, in a row of them.
type Point struct {
	Check    prentice.Ref   `json:"check"`
	Time     time.Time      `json:"time"`
	Commit   string         `json:"commit"`
	Verdict  prentice.Truth `json:"verdict"`
	Findings int            `json:"findings"`
	Excused  int            `json:"excused"`
	Unknown  int            `json:"unknown"`
}

// pointsOf are check runs, which are newest first, as points, oldest first.
func pointsOf(runs []CheckRun) []Point {
	list := make([]Point, 0, len(runs))
	for i := len(runs) - 1; i >= 0; i-- {
		r := runs[i]
		list = append(list, Point{r.Ref, r.Ended, r.Commit, r.Verdict, r.Findings, r.Excused, r.Unknown})
	}
	return list
}

// Bar is a point of a picture that is 1000 wide and 100 high.
type Bar struct {
	X, Width      int
	Y, Height     int // findings that count, from below
	Above, Excuse int // those that do not, upon them
	Verdict       prentice.Truth
	Says          string
}

// Bars are points side by side: how many findings each check had. Where there are none a
// line is left, so that a check that found nothing is seen.
func Bars(points []Point) []Bar {
	most := 1
	for _, p := range points {
		most = max(most, p.Findings+p.Excused)
	}
	list := make([]Bar, 0, len(points))
	for i, p := range points {
		x := 1000 * i / len(points)
		b := Bar{X: x, Width: max(1, 1000*(i+1)/len(points)-x-2), Verdict: p.Verdict,
			Height: max(3, 100*p.Findings/most), Excuse: 100 * p.Excused / most,
			Says: fmt.Sprintf("%s: %s, %d found, %d excused, %d rules unknown", op.At(p.Time), p.Verdict, p.Findings, p.Excused, p.Unknown)}
		b.Y = 100 - b.Height
		b.Above = max(0, b.Y-b.Excuse)
		b.Excuse = b.Y - b.Above
		list = append(list, b)
	}
	return list
}

// trendSays is the picture in a sentence.
func trendSays(points []Point) string {
	if len(points) == 0 {
		return "It was not checked yet"
	}
	last := points[len(points)-1]
	return fmt.Sprintf("%s: %d found by the first and %d by the last, which is %s", op.Count(len(points), "check", "checks"), points[0].Findings, last.Findings, last.Verdict)
}

// TrendSays is the trend in a sentence.
func (s RepositoryShown) TrendSays() string { return trendSays(s.Points) }

// TrendSays is the trend in a sentence.
func (l RepositoryLine) TrendSays() string { return trendSays(l.Trend) }

// Bars are the trend as it is drawn.
func (s RepositoryShown) Bars() []Bar { return Bars(s.Points) }

// Latest are the points of the table behind the picture, newest first.
func (s RepositoryShown) Latest() []Point {
	list := make([]Point, 0, len(s.Points))
	for i := len(s.Points) - 1; i >= 0; i-- {
		list = append(list, s.Points[i])
	}
	return list
}

// Bars are the trend as it is drawn.
func (l RepositoryLine) Bars() []Bar { return Bars(l.Trend) }
