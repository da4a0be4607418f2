package web

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"prentice"
)

// look is how a state is shown: a sign, a word and a hue, never a hue alone.
type look struct{ sign, word, hue string }

// The hues are classes of the stylesheet.
const (
	good, busy, attention, bad, quiet = "good", "busy", "attention", "bad", "quiet"
)

// looks of what is not the state of a run: steps, services, incidents, claims,
// verdicts. The signs are the same eight.
var looks = map[string]look{
	string(prentice.Intended): {"◐", "running", busy},
	string(prentice.Held):     {"▲", "action required", attention},
	string(prentice.Done):     {"●", "done", good},
	string(prentice.WasDone):  {"●", "was done", good},
	string(prentice.NotBegun): {"○", "not begun", quiet},
	string(prentice.Waiting):  {"▲", "approval required", attention},
	string(prentice.Queued):   {"○", "waiting", quiet},
	string(prentice.Undoing):  {"◐", "rolling back", busy},
	string(prentice.Undone):   {"↺", "rolled back", attention},
	"up":                      {"●", "up", good},
	"well":                    {"●", "healthy", good},
	"open":                    {"■", "open", bad},
	"down":                    {"■", "down", bad},
	"flapping":                {"◇", "flapping", attention},
	"degraded":                {"◇", "degraded", attention},
	// what happened, in the timeline of an incident
	"opened":    {"■", "opened", bad},
	"symptom":   {"■", "alert", bad},
	"recovery":  {"●", "recovery", good},
	"recovered": {"●", "recovered", good},
	"gone":      {"●", "gone", good},
	"run":       {"◐", "run", busy},
	"diagnosis": {"○", "diagnosis", quiet},
	"called":    {"▲", "escalated", attention},
	"note":      {"○", "note", quiet},
	"silenced":  {"◇", "silenced", quiet},
	"muted":     {"◇", "muted", attention},
	"active":    {"◇", "active", attention},
	"pending":   {"○", "pending", quiet},
	"expired":   {"○", "expired", quiet},
	"holder":    {"●", "assigned", quiet},
	// procedures and what is found in them
	"usable":   {"●", "usable", good},
	"unusable": {"✕", "cannot be used", bad},
	"error":    {"✕", "error", bad},
	"advice":   {"○", "advice", quiet},
	// replicas
	"lives": {"●", "running", good},
	"left":  {"◇", "stopped", quiet},
	"died":  {"■", "died", bad},
	// messages to people
	"notice.waiting": {"○", "waiting", quiet},
	"notice.sent":    {"●", "delivered", good},
	"notice.dead":    {"■", "not delivered", bad},
	"notice.dropped": {"○", "dropped", quiet},
	"dead":           {"■", "not delivered", bad},
	// what evidence tells of
	"received": {"○", "received", quiet},
	"repeated": {"○", "repeated", quiet},
	"given":    {"●", "given", good},
	"override": {"▲", "override", attention},
	"reviewed": {"●", "reviewed", good},
	"approved": {"●", "approved", good},
	"asked":    {"▲", "asked", attention},
	"started":  {"◐", "started", busy},
	"voided":   {"✕", "voided", quiet},
	// where an event stands
	"delivered":              {"●", "delivered", good},
	"watching":               {"◐", "watching", busy},
	"fixing":                 {"◐", "fix in progress", busy},
	"resolved":               {"●", "resolved", good},
	"closed":                 {"●", "closed", good},
	"fixed":                  {"●", "fixed", good},
	string(prentice.Pass):    {"●", "pass", good},
	string(prentice.Fail):    {"■", "fail", bad},
	string(prentice.NotSeen): {"◇", "unknown", quiet},
	prentice.Allow.String():  {"●", "allowed", good},
	prentice.Ask.String():    {"▲", "approval required", attention},
	prentice.Refuse.String(): {"✕", "refused", bad},
	"planned":                {"○", "planned", quiet},
}

func lookOf(v any) look {
	if v == prentice.RunHeld { // a step that is held is another thing
		return look{"○", "held", quiet}
	}
	text := strings.TrimSpace(fmt.Sprint(v))
	if l, ok := looks[text]; ok {
		return l
	}
	if _, last, ok := strings.Cut(text, "."); ok { // a kind of evidence, such as approval.given
		l := lookOf(last)
		return look{l.sign, text, l.hue}
	}
	s := prentice.State(text)
	if !s.Known() {
		if text == "" {
			text = "unknown"
		}
		return look{"◇", text, quiet}
	}
	return look{s.Sign(), text, hueOf(s)}
}

func hueOf(s prentice.State) string {
	switch s {
	case prentice.Verified:
		return good
	case prentice.Checking, prentice.Running, prentice.Undoing:
		return busy
	case prentice.Uncertain, prentice.Unverified, prentice.Undone, prentice.Waiting:
		return attention
	case prentice.Failed:
		return bad
	default: // queued, refused, expired, cancelled: nothing was done
		return quiet
	}
}

// runBadge shows where a run stands. One that waits for people may wait for an
// approval or for a step that a person does.
func runBadge(s prentice.State, waits string) template.HTML {
	if s == prentice.Waiting && waits != "" && waits != "approval" {
		return stateBadge(prentice.Held)
	}
	return stateBadge(s)
}

// stateBadge shows any state: of a run, a step, a service, an incident.
func stateBadge(v any) template.HTML {
	l := lookOf(v)
	return template.HTML(`<span class="state ` + l.hue + `"><span class="sign" aria-hidden="true">` + l.sign + `</span>` +
		template.HTMLEscapeString(l.word) + `</span>`)
}

// sumBadge is how many stand alike, with the sign and the word of their state.
func sumBadge(v any, n int) template.HTML {
	l := lookOf(v)
	return template.HTML(fmt.Sprintf(`<span class="state %s"><span class="sign" aria-hidden="true">%s</span>%d %s</span>`, l.hue, l.sign, n, template.HTMLEscapeString(l.word)))
}

// badOnes are the targets that someone must look at, the failed ones first.
func badOnes(all []prentice.TargetStanding) []prentice.TargetStanding {
	var list []prentice.TargetStanding
	for _, t := range all {
		if t.Bad() {
			list = append(list, t)
		}
	}
	slices.SortStableFunc(list, func(a, b prentice.TargetStanding) int {
		return cmp.Compare(slices.Index(worst, a.State), slices.Index(worst, b.State))
	})
	return list
}

var worst = []prentice.StepState{prentice.NotDone, prentice.Unsure, prentice.Held}

// riskBadge shows a risk, with what it means behind it.
func riskBadge(r prentice.Risk) template.HTML {
	means := map[prentice.Risk]string{prentice.Look: "reads only", prentice.Change: "can be undone", prentice.Danger: "cannot be undone"}
	return template.HTML(`<span class="risk risk-` + r.String() + `" title="` + means[r] + `">` + r.String() + `</span>`)
}

// refLink shows what something is about and leads to its page, if it has one.
func (s *Site) refLink(v any) template.HTML {
	ref := prentice.Ref(fmt.Sprint(v))
	if ref == "" {
		return `<span class="quiet">–</span>`
	}
	text := template.HTMLEscapeString(string(ref))
	if kind, name := ref.Kind(), ref.Name(); name != "" {
		text = `<span class="kind">` + template.HTMLEscapeString(kind) + `/</span>` + template.HTMLEscapeString(name)
	}
	if to := s.links.to(ref); to != "" {
		return template.HTML(`<a class="ref" href="` + template.HTMLEscapeString(s.at(to)) + `">` + text + `</a>`)
	}
	return template.HTML(`<span class="ref">` + text + `</span>`)
}

// refList shows several refs, and how many more there are beyond the first few.
func (s *Site) refList(list []prentice.Ref, most int) template.HTML {
	if len(list) == 0 {
		return `<span class="quiet">–</span>`
	}
	var parts []string
	for i, r := range list {
		if i == most {
			parts = append(parts, fmt.Sprintf(`<span class="quiet">and %d more</span>`, len(list)-most))
			break
		}
		parts = append(parts, string(s.refLink(r)))
	}
	return template.HTML(strings.Join(parts, ", "))
}
