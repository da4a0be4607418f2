package design

import (
	"fmt"
	"unicode/utf8"

	"prentice"
)

// The measures of the picture, in pixels.
const (
	boxWide, boxHigh = 168, 32
	gapWide, gapHigh = 32, 12
	margin           = 4
	mostLetters      = 20
)

// Picture is a graph as it is drawn.
type Picture struct {
	Wide, High int
	Boxes      []Box
	Lines      []Line
}

// widest is how wide a picture may be and still be read when it is made to fit beside
// other things; a wider one is scrolled.
const widest = 5*(boxWide+gapWide) + 2*margin

// Fits says whether the picture can be made to fit.
func (p Picture) Fits() bool { return p.Wide <= widest }

// Box is an entity in a picture.
type Box struct {
	Ref   prentice.Ref
	Name  string // that fits the box
	X, Y  int
	Focus bool
}

// Line joins two boxes. Near says that it touches the focus.
type Line struct {
	Path string
	Near bool
}

// Picture draws the graph: columns from left to right, each in the middle.
func (g Graph) Picture() Picture {
	rows, cols := map[int]int{}, 0
	for _, n := range g.Nodes {
		rows[n.Column], cols = max(rows[n.Column], n.Row+1), max(cols, n.Column+1)
	}
	tallest := 0
	for _, n := range rows {
		tallest = max(tallest, n)
	}
	p := Picture{Wide: 2*margin + cols*(boxWide+gapWide) - gapWide, High: 2*margin + tallest*(boxHigh+gapHigh) - gapHigh}
	at := map[prentice.Ref]Box{}
	for _, n := range g.Nodes {
		b := Box{Ref: n.Ref, Name: fitting(n.Ref.Name()), Focus: n.Ref == g.Focus,
			X: margin + n.Column*(boxWide+gapWide), Y: margin + n.Row*(boxHigh+gapHigh) + (tallest-rows[n.Column])*(boxHigh+gapHigh)/2}
		at[n.Ref] = b
		p.Boxes = append(p.Boxes, b)
	}
	for _, e := range g.Edges {
		from, to := at[e.From], at[e.To]
		x1, y1, x2, y2 := from.X+boxWide, from.Y+boxHigh/2, to.X, to.Y+boxHigh/2
		p.Lines = append(p.Lines, Line{fmt.Sprintf("M%d,%d C%d,%d %d,%d %d,%d", x1, y1, x1+gapWide/2, y1, x2-gapWide/2, y2, x2, y2), from.Focus || to.Focus})
	}
	return p
}

// fitting is a name short enough for a box.
func fitting(name string) string {
	if utf8.RuneCountInString(name) <= mostLetters {
		return name
	}
	return string([]rune(name)[:mostLetters-1]) + "…"
}

// Rows are the edges by who needs: the table behind the picture.
func (g Graph) Rows() []Need {
	var rows []Need
	for _, e := range g.Edges {
		if n := len(rows); n > 0 && rows[n-1].Ref == e.From {
			rows[n-1].Needs = append(rows[n-1].Needs, e.To)
			continue
		}
		rows = append(rows, Need{e.From, []prentice.Ref{e.To}})
	}
	return rows
}

// Services are the names of the services that are drawn.
func (g Graph) Services() []string {
	var names []string
	for _, n := range g.Nodes {
		if n.Ref.Kind() == "service" {
			names = append(names, n.Ref.Name())
		}
	}
	return names
}

// Need is an entity and what it needs.
type Need struct {
	Ref   prentice.Ref
	Needs []prentice.Ref
}
