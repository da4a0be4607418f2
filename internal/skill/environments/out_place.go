package environments

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

// PlaceOut is a shared place: what is there, and whose it is now.
type PlaceOut struct {
	Ref      prentice.Ref `json:"ref"`
	Name     string       `json:"name"`
	Kind     string       `json:"kind"`
	Service  prentice.Ref `json:"service,omitempty"`
	Address  string       `json:"address,omitempty"`
	Says     string       `json:"says,omitempty"`
	Leased   bool         `json:"leased"`
	State    string       `json:"state"` // free, held, open
	Lease    *LeaseOut    `json:"lease,omitempty"`
	Waiting  int          `json:"waiting,omitempty"`
	Deployed []Deployed   `json:"deployed"`
	Drift    []Difference `json:"drift"` // in what it is not as it should be: what is there, and what should be
}

// LeaseOut is a lease.
type LeaseOut struct {
	Holder  prentice.Ref `json:"holder"`
	Purpose string       `json:"purpose"`
	Change  prentice.Ref `json:"change,omitempty"`
	Digest  string       `json:"digest,omitempty"`
	Asked   time.Time    `json:"asked"`
	Began   time.Time    `json:"began,omitzero"`
	Ends    time.Time    `json:"ends,omitzero"`
	Ended   time.Time    `json:"ended,omitzero"`
	EndedBy prentice.Ref `json:"ended_by,omitempty"`
}

func leaseOut(l environment.Lease) LeaseOut {
	out := LeaseOut{Holder: l.Holder, Purpose: l.Purpose, Digest: l.Digest, Asked: l.Asked, Began: l.Began, Ends: l.Ends, Ended: l.Ended, EndedBy: l.EndedBy}
	if l.Change > 0 {
		out.Change = prentice.NewRef("change", fmt.Sprint(l.Change))
	}
	return out
}

// Over is when it ended, or will.
func (l LeaseOut) Over() time.Time {
	if !l.Ended.IsZero() {
		return l.Ended
	}
	return l.Ends
}

func placeOut(p environment.Place, h environment.Held, all []Deployed, now time.Time) PlaceOut {
	out := PlaceOut{Ref: p.Ref(), Name: p.Name, Kind: p.Kind, Service: p.Service, Address: p.Address, Says: p.Says, Leased: p.Leased, State: "open", Waiting: len(h.Queue), Deployed: []Deployed{}}
	if p.Leased {
		out.State = "free"
	}
	if h.Lease != nil && h.Lease.Holding(now) {
		l := leaseOut(*h.Lease)
		out.State, out.Lease = "held", &l
	}
	for _, d := range all {
		if d.Place == p.Name {
			out.Deployed = append(out.Deployed, d)
		}
	}
	out.Drift = drift(p, out.Lease, all)
	return out
}

// Word is how it stands.
func (p PlaceOut) Word() string {
	b := badges["place "+p.State]
	return b.Sign + " " + b.Word
}

// What is what is deployed there, in a few words.
func (p PlaceOut) What() string {
	texts := []string{}
	for _, d := range p.Deployed {
		texts = append(texts, strings.TrimSpace(d.Service.Name()+" "+d.Version))
	}
	slices.Sort(texts)
	if len(p.Drift) > 0 {
		texts = append(texts, fmt.Sprintf("▲ drifted: %s", op.Count(len(p.Drift), "difference", "differences")))
	}
	return strings.Join(texts, ", ")
}

// Who has it.
func (p PlaceOut) Who() string {
	if p.Lease == nil {
		return ""
	}
	return string(p.Lease.Holder)
}

// Until is when who has it gives it back.
func (p PlaceOut) Until() time.Time {
	if p.Lease == nil {
		return time.Time{}
	}
	return p.Lease.Ends
}

// For is what for, and who waits.
func (p PlaceOut) For() string {
	text := p.Says
	if p.Lease != nil {
		text = p.Lease.Purpose
	}
	if p.Waiting > 0 {
		text = strings.TrimSpace(fmt.Sprintf("%s (%d wait)", text, p.Waiting))
	}
	return text
}

// PlaceShown is a shared place, whole.
type PlaceShown struct {
	PlaceOut
	Longest time.Duration `json:"max_lease"`
	Queue   []LeaseOut    `json:"queue"`
	Past    []LeaseOut    `json:"past"`
	Like    string        `json:"like,omitempty"`
}

// Lasts is how long one lease can last, for people.
func (p PlaceShown) Lasts() string { return span.String(p.Longest) }

// Text implements op.Texter.
func (p PlaceShown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s, %s", p.Ref, p.Word(), p.Kind)
	if p.Says != "" {
		fmt.Fprintf(&b, ": %s", p.Says)
	}
	b.WriteString("\n")
	if p.Address != "" {
		fmt.Fprintf(&b, "Address   %s\n", p.Address)
	}
	if p.Lease != nil {
		fmt.Fprintf(&b, "Held by   %s until %s: %s\n", p.Lease.Holder, op.At(p.Lease.Ends), p.Lease.Purpose)
		if p.Lease.Digest != "" {
			fmt.Fprintf(&b, "For       %s\n", p.Lease.Digest)
		}
	}
	for i, l := range p.Queue {
		fmt.Fprintf(&b, "Waits %d   %s: %s\n", i+1, l.Holder, l.Purpose)
	}
	for _, d := range p.Deployed {
		fmt.Fprintf(&b, "There     %s %s, %s since %s by %s\n", d.Service, d.Version, d.State, op.At(d.At), d.By)
	}
	for _, d := range p.Drift {
		fmt.Fprintf(&b, "Drift     %s, %s: %s is there, and %s should be\n", d.Service, d.What, firstOf(d.A, "nothing"), firstOf(d.B, "nothing"))
	}
	if len(p.Past) > 0 {
		b.WriteString("Before\n")
	}
	for _, l := range p.Past {
		fmt.Fprintf(&b, "  %s from %s to %s: %s\n", l.Holder, op.At(l.Began), op.At(l.Over()), l.Purpose)
	}
	return b.String()
}

var _ op.Texter = PlaceShown{}
