package metrics

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/metric"
	"prentice/internal/op"
)

// List is what is scraped.
type List struct {
	Jobs     []Line       `json:"jobs"`
	Sources  []SourceLine `json:"sources,omitempty"`
	Series   uint64       `json:"series"` // that are written now
	Bytes    int64        `json:"bytes"`  // of what was packed
	Kept     string       `json:"kept"`
	Filtered bool         `json:"filtered,omitempty"`
}

// Line is a job.
type Line struct {
	Ref       prentice.Ref `json:"ref"`
	Name      string       `json:"name"`
	Service   prentice.Ref `json:"service,omitempty"`
	Owner     prentice.Ref `json:"owner,omitempty"`
	State     Word         `json:"state"`
	Says      string       `json:"says,omitempty"`
	Every     string       `json:"every"`
	Targets   int          `json:"targets"`
	Answering int          `json:"answering"`
	Series    int          `json:"series"`
}

// SourceLine is a source.
type SourceLine struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// Table implements op.Tabler.
func (l List) Table() (head []string, rows [][]string) {
	for _, j := range l.Jobs {
		rows = append(rows, []string{j.Name, sign(j.State), j.Service.Name(), fmt.Sprintf("%d of %d", j.Answering, j.Targets), strconv.Itoa(j.Series), j.Every, j.Says})
	}
	for _, s := range l.Sources {
		rows = append(rows, []string{s.Name, "source", "", "", "", "", s.URL})
	}
	return []string{"JOB", "STATE", "SERVICE", "TARGETS UP", "SERIES", "EVERY", "SAYS"}, rows
}

// Empty implements op.Emptier.
func (l List) Empty() string {
	if l.Filtered {
		return "No job is like that. See all: prentice metric list"
	}
	return "Nothing is scraped yet. Write jobs: [{name: web, targets: [http://web1:9100/metrics]}] into metrics.yaml of the team folder, and check it: prentice metric lint metrics.yaml"
}

// Shown is a job, whole.
type Shown struct {
	Line
	Most  int      `json:"most_series"` // of each target
	Found []Target `json:"found"`
}

// Target is a target of it.
type Target struct {
	Target   string    `json:"target"`
	Instance string    `json:"instance"`
	State    Word      `json:"state"`
	At       time.Time `json:"at,omitzero"`
	Took     string    `json:"took"`
	Series   int       `json:"series"`
	LeftOut  int       `json:"left_out"`
	Says     string    `json:"says,omitempty"`
}

// Text implements op.Texter.
func (s Shown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s: %d of %d targets answer, asked every %s; %d series\n", s.Ref, sign(s.State), s.Answering, s.Targets, s.Every, s.Series)
	if s.Service != "" {
		fmt.Fprintf(&b, "Of      %s\n", s.Service)
	}
	if s.Owner != "" {
		fmt.Fprintf(&b, "Owner   %s\n", s.Owner)
	}
	for _, t := range s.Found {
		fmt.Fprintf(&b, "  %-40s %-10s %s\n", t.Target, sign(t.State), t.Line())
	}
	return b.String()
}

// Line is how it went.
func (t Target) Line() string {
	if t.At.IsZero() {
		return "it was not asked yet"
	}
	text := fmt.Sprintf("%d series in %s, %s", t.Series, t.Took, op.At(t.At))
	if t.Says != "" {
		text += ": " + t.Says
	}
	return text
}

// Answer is what a query comes to. Values are texts, as JSON has no NaN.
type Answer struct {
	Query  string    `json:"query"`
	Source string    `json:"source,omitempty"`
	Kind   string    `json:"kind"`
	At     time.Time `json:"at,omitzero"`
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
	Step   string    `json:"step,omitempty"`
	Series []Series  `json:"series"`
	More   int       `json:"more,omitempty"` // series beside those
	Says   []string  `json:"says,omitempty"`
}

// Series is a series of it.
type Series struct {
	Series string            `json:"series"` // as Prometheus writes it
	Labels map[string]string `json:"labels"`
	Points []Point           `json:"points"`
}

// Point is a value at a moment.
type Point struct {
	At    time.Time `json:"at"`
	Value string    `json:"value"`
}

func answerOf(q metric.Question, source string, said metric.Answer) Answer {
	out := Answer{Query: q.Query, Source: source, Kind: said.Kind, Series: []Series{}, More: said.More, Says: said.Says}
	if q.Step == 0 {
		out.At = q.At
	} else {
		out.From, out.To, out.Step = q.From, q.To, q.Step.String()
	}
	for _, one := range said.Series {
		s := Series{Series: one.Written(), Labels: one.Labels, Points: []Point{}}
		for _, p := range one.Points {
			s.Points = append(s.Points, Point{p.At, metric.Number(p.Value)})
		}
		out.Series = append(out.Series, s)
	}
	return out
}

// Table implements op.Tabler: of one moment a row for each series, of a time one for each point.
func (a Answer) Table() (head []string, rows [][]string) {
	if a.Step == "" && a.Kind != "matrix" {
		for _, s := range a.Series {
			for _, p := range s.Points {
				rows = append(rows, []string{s.Series, p.Value})
			}
		}
		return []string{"SERIES", "VALUE"}, a.noted(rows)
	}
	for _, s := range a.Series {
		for _, p := range s.Points {
			rows = append(rows, []string{s.Series, op.At(p.At), p.Value})
		}
	}
	return []string{"SERIES", "AT", "VALUE"}, a.noted(rows)
}

// noted adds what is said beside the values.
func (a Answer) noted(rows [][]string) [][]string {
	if a.More > 0 {
		rows = append(rows, []string{fmt.Sprintf("… and %d more series", a.More)})
	}
	for _, s := range a.Says {
		rows = append(rows, []string{"▲ " + s})
	}
	return rows
}

// Empty implements op.Emptier.
func (a Answer) Empty() string {
	return "No series is like that at that time: nothing is known of it, which is not 0."
}

// Linted is a file without errors.
type Linted struct {
	Jobs    []LintedJob `json:"jobs"`
	Sources []string    `json:"sources,omitempty"`
	Kept    string      `json:"kept"`
}

// LintedJob is a job of it.
type LintedJob struct {
	Ref        prentice.Ref `json:"ref"`
	Service    prentice.Ref `json:"service,omitempty"`
	Targets    int          `json:"targets"`
	Every      string       `json:"every"`
	MostSeries int          `json:"most_series"`
}

// Text implements op.Texter.
func (l Linted) Text() string {
	var b strings.Builder
	for _, j := range l.Jobs {
		fmt.Fprintf(&b, "%s: %d targets every %s, at most %d series of each\n", j.Ref, j.Targets, j.Every, j.MostSeries)
	}
	for _, s := range l.Sources {
		fmt.Fprintf(&b, "source %s\n", s)
	}
	fmt.Fprintf(&b, "Samples are kept for %s.\n", l.Kept)
	return b.String()
}

var (
	_ op.Tabler  = List{}
	_ op.Emptier = List{}
	_ op.Texter  = Shown{}
	_ op.Tabler  = Answer{}
	_ op.Emptier = Answer{}
	_ op.Texter  = Linted{}
)
