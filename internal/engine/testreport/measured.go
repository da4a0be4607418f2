package testreport

import (
	"cmp"
	"slices"
	"time"
)

// Measured is what is known of the coverage of a check.
type Measured struct {
	Check   string   `json:"check"`
	Points  []Point  `json:"points"`            // the newest last
	Folders []Folder `json:"folders,omitempty"` // of the newest
	More    int      `json:"more,omitempty"`    // folders that are not kept: the ones with the least code
}

// Point is the coverage of one content.
type Point struct {
	On      string    `json:"on"`               // the digest of all that the run depended on
	Commit  string    `json:"commit,omitempty"` // whose content it was, where that is known
	Covered int64     `json:"covered"`
	Total   int64     `json:"total"`
	At      time.Time `json:"at"`
}

// Tenths is the coverage in tenths of a percent, rounded down.
func (p Point) Tenths() int { return Coverage{Covered: p.Covered, Total: p.Total}.Tenths() }

func (p Point) String() string { return Percent(p.Tenths()) }

// The bounds of what is kept of the coverage of a check.
const (
	mostPoints   = 100
	mostFolders  = 300
	mostMeasured = 40 // checks
)

// Measure adds the coverage of a run. One content has one point.
func (h *History) Measure(now time.Time, run Run, c Coverage) {
	i := slices.IndexFunc(h.Coverage, func(m Measured) bool { return m.Check == run.Check })
	if i < 0 {
		i = len(h.Coverage)
		h.Coverage = append(h.Coverage, Measured{Check: run.Check})
	}
	m := &h.Coverage[i]
	p := Point{On: run.On, Commit: run.Commit, Covered: c.Covered, Total: c.Total, At: now.UTC().Truncate(time.Second)}
	if n := len(m.Points); n > 0 && m.Points[n-1].On == run.On {
		m.Points = m.Points[:n-1]
	}
	m.Points = append(m.Points, p)
	m.Points = m.Points[max(0, len(m.Points)-mostPoints):]
	m.Folders, m.More = largest(c.Folders, mostFolders)
	if len(h.Coverage) > mostMeasured {
		slices.SortFunc(h.Coverage, func(a, b Measured) int { return b.Last().At.Compare(a.Last().At) })
		h.Coverage = h.Coverage[:mostMeasured]
	}
	slices.SortFunc(h.Coverage, func(a, b Measured) int { return cmp.Compare(a.Check, b.Check) })
}

// Last is the newest point.
func (m Measured) Last() Point {
	if len(m.Points) == 0 {
		return Point{}
	}
	return m.Points[len(m.Points)-1]
}

// largest are the folders with the most code, by name, and how many are left out.
func largest(all []Folder, most int) ([]Folder, int) {
	if len(all) <= most {
		return all, 0
	}
	list := slices.Clone(all)
	slices.SortFunc(list, func(a, b Folder) int { return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.Name, b.Name)) })
	list = list[:most]
	slices.SortFunc(list, func(a, b Folder) int { return cmp.Compare(a.Name, b.Name) })
	return list, len(all) - most
}
