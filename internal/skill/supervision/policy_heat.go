package supervision

import (
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/policy"
)

// mostHeat is how many procedures the map shows.
const mostHeat = 60

// Heat is a policy's table as a map: what it says to each procedure in each place.
type Heat struct {
	Places []string  `json:"places"`
	Rows   []HeatRow `json:"rows"`
	Left   int       `json:"left,omitempty"` // procedures that are left out
}

// HeatRow is a procedure, with a cell for each place.
type HeatRow struct {
	Procedure string     `json:"procedure"`
	Risk      string     `json:"risk"`
	Cells     []HeatCell `json:"cells"`
}

// HeatCell is what a policy says to a procedure in a place. Where that depends on
// who asks or when, it is the strictest verdict, and Varies.
type HeatCell struct {
	Known   bool             `json:"known"` // the procedure can be about that place
	Verdict prentice.Verdict `json:"verdict"`
	Varies  bool             `json:"varies,omitempty"`
	Says    []string         `json:"says,omitempty"` // each verdict, to whom and when
}

// heatOf is a table as a map, by procedure and risk.
func heatOf(t policy.Table) Heat {
	h := Heat{Places: t.Places, Rows: []HeatRow{}}
	for _, row := range t.Rows {
		i := slices.IndexFunc(h.Rows, func(r HeatRow) bool { return r.Procedure == row.Procedure && r.Risk == row.Risk })
		if i < 0 {
			i = len(h.Rows)
			h.Rows = append(h.Rows, HeatRow{Procedure: row.Procedure, Risk: row.Risk, Cells: make([]HeatCell, len(h.Places))})
		}
		for _, place := range row.Places {
			if at := slices.Index(h.Places, place); at >= 0 {
				h.Rows[i].Cells[at].add(row)
			}
		}
	}
	if over := len(h.Rows) - mostHeat; over > 0 {
		h.Rows, h.Left = h.Rows[:mostHeat], over
	}
	return h
}

func (c *HeatCell) add(row policy.TableRow) {
	c.Says = append(c.Says, fmt.Sprintf("%s: %s, %s (%s)", row.Verdict, strings.Join(row.Actors, ", "), row.Times, row.Rule))
	switch {
	case !c.Known:
		c.Known, c.Verdict = true, row.Verdict
	case row.Verdict != c.Verdict:
		c.Varies, c.Verdict = true, min(c.Verdict, row.Verdict)
	}
}
