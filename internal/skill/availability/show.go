package availability

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/team"
)

// ShowIn names a service.
type ShowIn struct {
	Name string `json:"name" arg:"1" minLength:"1" maxLength:"200" example:"checkout" doc:"The service, as checkout or service/checkout."`
}

// Shown is a service with all that is known of it.
type Shown struct {
	Line
	System     prentice.Ref   `json:"system,omitempty"`
	URL        string         `json:"url,omitempty"`
	Unit       string         `json:"unit,omitempty"`
	Hosts      []team.Host    `json:"hosts"`
	DependsOn  []prentice.Ref `json:"depends_on,omitempty"`
	Dependants []prentice.Ref `json:"dependants,omitempty"` // what needs it, nearest first
	Looks      []ProbeShown   `json:"looks"`
	Strip      []Bar          `json:"strip"` // the last 24 hours, oldest first
}

// ProbeShown is one probe of a service.
type ProbeShown struct {
	Name         string        `json:"name"`
	Claim        prentice.Ref  `json:"claim"` // what it claims about the service
	Kind         string        `json:"kind"`
	Target       string        `json:"target"`
	Wants        string        `json:"wants"`
	State        Word          `json:"state"`
	Since        time.Time     `json:"since,omitzero"`
	Says         string        `json:"says"`
	Availability Share         `json:"availability"`
	Says24       string        `json:"availability_says"`
	Mean         time.Duration `json:"mean_latency"`
	Slowest      time.Duration `json:"slowest"`
	Fails        int           `json:"fails"`
	LastOK       time.Time     `json:"last_ok,omitzero"`
	FirstFailed  time.Time     `json:"first_failed,omitzero"`
	Last         []Seen        `json:"last"` // newest first
}

func (l *Lookout) show(ctx context.Context, _ op.Call, in ShowIn) (Shown, error) {
	s, err := l.find(in.Name)
	if err != nil {
		return Shown{}, err
	}
	all, now, err := l.view(ctx, []team.Service{s})
	if err != nil {
		return Shown{}, err
	}
	out := Shown{
		Line:   lineOf(now, s, standing(s.Ref, all[0]), all[0]),
		System: s.System, URL: s.URL, Unit: s.Unit, Hosts: s.Hosts, DependsOn: s.DependsOn, Dependants: l.catalog().Dependants(s.Ref),
		Looks: []ProbeShown{},
	}
	var days []day
	for _, p := range all[0] {
		out.Looks = append(out.Looks, shownProbe(now, s.Ref, p))
		days = append(days, p.day)
	}
	out.Strip = strip(now, days...)
	return out, nil
}

func shownProbe(now time.Time, service prentice.Ref, p probeState) ProbeShown {
	total := p.day.total(now)
	share := total.share()
	shownProbe := ProbeShown{
		Name: p.Probe.Name, Claim: prentice.NewRef("claim", claimID(service, p.Probe.Name)), Kind: p.Probe.Kind, Target: p.Probe.Shown(), Wants: wants(p.Probe), State: orUnknown(p.State.Word), Since: p.State.Since, Says: p.State.Reason,
		Availability: share, Says24: share.String(), Mean: total.Mean(), Slowest: total.Slowest,
		Fails: p.State.Fails, LastOK: p.State.LastOK, FirstFailed: p.State.FirstFailed, Last: []Seen{},
	}
	for i := len(p.State.Last) - 1; i >= 0; i-- {
		shownProbe.Last = append(shownProbe.Last, p.State.Last[i])
	}
	return shownProbe
}

// atLeastOne is how often in a row something must happen, at least once.
func atLeastOne(n int, one, more string) string {
	if n > 1 {
		return fmt.Sprintf("%d %s", n, more)
	}
	return "1 " + one
}

// wants is what a probe asks for, in words.
func wants(p prentice.Probe) string {
	text := fmt.Sprintf("every %s, within %s; down after %s in a row, healthy after %s", p.Interval, p.Timeout, atLeastOne(p.FailAfter, "failure", "failures"), atLeastOne(p.PassAfter, "pass", "passes"))
	if p.Contains != "" {
		text = fmt.Sprintf("the text %q, ", p.Contains) + text
	}
	if len(p.Options) > 0 && p.Says != "" {
		text = p.Says + "; " + text
	} else if p.Status != 0 {
		text = fmt.Sprintf("status %d, ", p.Status) + text
	}
	return text
}

// Text implements op.Texter: a short paragraph, and why it is thought so.
func (s Shown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s %s", s.Ref, s.State.Sign(), s.State)
	if !s.Since.IsZero() {
		fmt.Fprintf(&b, " since %s", op.At(s.Since))
	}
	fmt.Fprintf(&b, "\n%s\n\n", s.Says)
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-12s %s\n", what, text)
		}
	}
	line("last 24 h", s.Says24+unseenToo(s.Availability))
	line("latency", took(s.Mean)+" on average")
	line("owner", string(s.Owner))
	line("url", s.URL)
	line("hosts", hosts(s.Hosts))
	line("needs", commas(s.DependsOn))
	line("needed by", commas(s.Dependants))
	for _, p := range s.Looks { // where the time went is said of the newest look
		fmt.Fprintf(&b, "\n%s %s  %s %s, %s\n  %s %s\n", p.State.Sign(), p.Name, p.Kind, p.Target, p.Wants, p.State, p.Says)
		if len(p.Last) > 0 && p.Last[0].Parts() != "" {
			fmt.Fprintf(&b, "  %-12s %s\n", "its time", p.Last[0].Parts())
		}
		for _, seen := range p.Last {
			fmt.Fprintf(&b, "  %s  %-8s %9s  %s\n", op.Clock(seen.Time), seen.Word(), took(seen.Latency), seen.Says)
		}
	}
	return b.String()
}

func unseenToo(s Share) (text string) {
	if s.Degraded > 0 {
		text = fmt.Sprintf(", %s of them degraded", thousands(s.Degraded))
	}
	if s.Unseen > 0 {
		text += fmt.Sprintf(", and %s checks that could not be made", thousands(s.Unseen))
	}
	return text
}

func hosts(list []team.Host) string {
	var words []string
	for _, h := range list {
		where := h.Address
		if h.Local {
			where = "this machine"
		}
		words = append(words, fmt.Sprintf("%s (%s)", h.Ref, where))
	}
	return strings.Join(words, ", ")
}

func commas(list []prentice.Ref) string {
	words := make([]string, len(list))
	for i, r := range list {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}
