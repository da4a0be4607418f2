package objective

import (
	"fmt"
	"time"
)

// Severity is what a rule asks for.
type Severity string

// The severities.
const (
	Page   Severity = "page"   // an incident, now
	Ticket Severity = "ticket" // an event; someone looks into it in working hours
)

// Rule is an alert on burn.
type Rule struct {
	Name      string        `json:"name"`
	Severity  Severity      `json:"severity"`
	Threshold float64       `json:"threshold"`
	Long      time.Duration `json:"long"`
	Short     time.Duration `json:"short"`
}

// String is the rule for people.
func (r Rule) String() string {
	return fmt.Sprintf("%s at burn %.4g over %s and %s", r.Severity, r.Threshold, spell(r.Long), spell(r.Short))
}

// Standard are the rules of the SRE workbook, scaled to a period: the share of the budget that may be
// gone within a long window times how often that window is in the period. For 30 days those are 14.4,
// 6, 3 and 1.
func Standard(p Period) []Rule {
	at := func(name string, s Severity, share float64, long, short time.Duration) Rule {
		return Rule{name, s, share * float64(p.Length()) / float64(long), long, short}
	}
	const day = 24 * time.Hour
	list := []Rule{
		at("fast", Page, 0.02, time.Hour, 5*time.Minute),
		at("steady", Page, 0.05, 6*time.Hour, 30*time.Minute),
		at("slow", Ticket, 0.10, day, 2*time.Hour),
		at("creeping", Ticket, 0.10, 3*day, 6*time.Hour),
	}
	var fits []Rule
	for _, r := range list {
		if r.Threshold >= 0.9 { // in a short period a slow rule would fire while the target is met
			fits = append(fits, r)
		}
	}
	return fits
}

// Cannot says why a rule can never fire for a target, or "".
func (r Rule) Cannot(t Target) string {
	if most := t.MostBurn(); r.Threshold > most {
		return fmt.Sprintf("%s fires at burn %.4g, and with a target of %s no burn is above %.4g, when everything fails", r.Name, r.Threshold, t, most)
	}
	return ""
}
