package capacity

import (
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// Line is a resource and how it stands.
type Line struct {
	Ref prentice.Ref `json:"ref"`
	Resource
	Outlook
}

// Share is how much of it is in use, of all there is.
func (l Line) Share() float64 { return float64(l.Used) / float64(max(l.Limit, 1)) }

// Amount is a number of its unit, as people read it.
func (r Resource) Amount(n int64) string {
	switch r.Unit {
	case "bytes":
		return render.Bytes(n)
	case "%", busyUnit:
		return fmt.Sprintf("%d %%", n)
	}
	return fmt.Sprintf("%d %s", n, r.Unit)
}

// InUse is how much is used of how much.
func (r Resource) InUse() string {
	if r.Kind != "" {
		return r.Kind
	}
	return fmt.Sprintf("%s of %s", strings.TrimSuffix(r.Amount(r.Used), " "+r.Unit), r.Amount(r.Limit))
}

// Percent is how much of it is in use.
func (r Resource) Percent() string {
	if r.Kind != "" {
		return ""
	}
	return fmt.Sprintf("%.0f %%", 100*float64(r.Used)/float64(r.Limit))
}

// List is what can run out.
type List struct {
	Resources []Line `json:"resources"`
}

// Table implements op.Tabler.
func (l List) Table() (head []string, rows [][]string) {
	for _, r := range l.Resources {
		rows = append(rows, []string{r.Name, sign(r.State), string(r.About), r.InUse(), r.Percent(), r.Says})
	}
	return []string{"RESOURCE", "STATE", "OF", "IN USE", "", "HOW LONG IT LASTS"}, rows
}

// Empty implements op.Emptier.
func (List) Empty() string {
	return "Nothing that can run out is measured yet. The disk and the memory of the server are, five minutes after its start; record what else there is: prentice capacity record NAME --about host/NAME --used N --limit N --unit connections"
}

// Shown is one resource, whole.
type Shown struct {
	Ref prentice.Ref `json:"ref"`
	Resource
	Outlook
}

// Text implements op.Texter.
func (s Shown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s: %s\nOf        %s\n", s.Ref, sign(s.State), s.Says, s.About)
	switch {
	case s.Known:
		fmt.Fprintf(&b, "Is a      %s, by %s\n", s.Kind, s.By)
		if s.Notice > 0 {
			fmt.Fprintf(&b, "Notice    %s before\n", lasting(s.Notice))
		}
	default:
		fmt.Fprintf(&b, "In use    %s, %s, at %s\n", s.InUse(), s.Percent(), op.At(s.At))
	}
	if !s.Until.IsZero() {
		fmt.Fprintf(&b, "Looks to  %s\n", day(s.Until))
		fmt.Fprintf(&b, "How sure  %s\n", s.Sure())
		fmt.Fprintf(&b, "By        %s\n", strings.Join(s.Rules, " and "))
	}
	return b.String()
}

// Sure says how good the same forecast was in the past of the resource.
func (o Outlook) Sure() string {
	return fmt.Sprintf("tried from %d moments of its past: its errors were %.0f %% of those of \"it stays as it is\"", o.Tried, 100*o.Skill)
}

// Recorded is a measurement that was kept.
type Recorded struct {
	Ref prentice.Ref `json:"ref"`
	Resource
}

// Text implements op.Texter.
func (r Recorded) Text() string {
	return fmt.Sprintf("%s: %s. See how long it lasts: prentice capacity show %s\n", r.Ref, r.InUse(), r.Name)
}

// Forgotten is a resource that is measured no more.
type Forgotten struct {
	Ref prentice.Ref `json:"ref"`
}

// Text implements op.Texter.
func (f Forgotten) Text() string {
	return fmt.Sprintf("%s is forgotten, with all that was measured of it.\n", f.Ref)
}

func sign(state Word) string {
	b := states["capacity "+string(state)]
	return b.Sign + " " + b.Word
}

var (
	_ op.Tabler  = List{}
	_ op.Emptier = List{}
	_ op.Texter  = Shown{}
	_ op.Texter  = Recorded{}
	_ op.Texter  = Forgotten{}
)
