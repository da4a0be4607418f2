package gate

import (
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// File is the limits in the team folder.
var File = team.File[Limits]{Name: "limits.yaml", Load: Read, Unread: team.Unread{IsEmpty: true, HoldsBack: true}}

// Read reads a team's limits.yaml. What the file does not say is as in
// Default; with an error among the findings there are no limits, and
// anyone who has older ones keeps them.
func Read(file string, text []byte) (Limits, []prentice.Finding) {
	r := limitsReader{Reader: strict.Reader{Near: nearest.Of}}
	l := Default()
	if top := r.Document(text); top != nil {
		r.limits(&l, top)
	}
	if len(r.Problems) == 0 {
		return l, nil
	}
	return Limits{}, team.Findings(file, r.Problems)
}

type limitsReader struct{ strict.Reader }

func (r *limitsReader) limits(l *Limits, top *strict.Node) {
	v := r.Mapping(top, "limits file", "runs_per_hour", "at_once", "unhealthy", "failures", "flapping")
	r.layer(v["runs_per_hour"], "runs_per_hour", l.PerHour, "", 1_000_000, Installation, Procedure, Service, Target)
	r.layer(v["at_once"], "at_once", l.AtOnce, "", 10_000, Installation, System, Service)
	r.layer(v["unhealthy"], "unhealthy", l.Unhealthy, "%", 100, Installation, System)
	if v["failures"] != nil {
		f := r.Mapping(v["failures"], "failures mapping", "useless", "in_a_row", "blocked", "back_off")
		r.number(f["useless"], "useless", "", 100, &l.Useless)
		r.number(f["in_a_row"], "in_a_row", "", 100, &l.InARow)
		r.length(f["blocked"], "blocked", &l.Blocked)
		r.length(f["back_off"], "back_off", &l.BackOff)
	}
	if v["flapping"] != nil {
		f := r.Mapping(v["flapping"], "flapping mapping", "fixed", "within")
		r.number(f["fixed"], "fixed", "", 1000, &l.Fixed)
		r.length(f["within"], "within", &l.Within)
	}
}

// layer reads one number for each layer that is named.
func (r *limitsReader) layer(n *strict.Node, what string, to map[string]int, unit string, most int, layers ...string) {
	if n == nil {
		return
	}
	for name, value := range r.Mapping(n, what+" mapping", layers...) {
		var number int
		r.number(value, what+"."+name, unit, most, &number)
		to[name] = number
	}
}

// number reads a whole number from 1 on: nothing at all is what the kill switch
// and a freeze are for. Per cents begin at 0 and are written as such.
func (r *limitsReader) number(n *strict.Node, what, unit string, most int, to *int) {
	if n == nil {
		return
	}
	least, got, rest := 1, 0, ""
	if unit != "" {
		least = 0
	}
	count, _ := fmt.Sscanf(r.Text(n, what)+"\n", "%d%s", &got, &rest) //nolint:errcheck // the count tells
	if count == 0 || rest != unit || got < least || got > most {
		r.Wrong(n, fmt.Sprintf("write a whole number from %d%s to %d%s", least, unit, most, unit), "%s is %q", what, clip.Text(n.Value))
		return
	}
	*to = got
}

func (r *limitsReader) length(n *strict.Node, what string, to *time.Duration) {
	if n == nil {
		return
	}
	d, err := span.Parse(r.Text(n, what))
	if err != nil || d < 0 || d > 7*24*time.Hour {
		r.Wrong(n, "write a time such as 90s, 10m or 2h, at most 7d", "%s is %q", what, clip.Text(n.Value))
		return
	}
	*to = d
}
