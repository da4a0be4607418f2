package learning

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"prentice"
)

// The ways in which people take part in supervised work, in the order in which they
// are told.
const (
	asked    = "asked"
	approved = "approved"
	executed = "executed"
	handled  = "handled"
	reviewed = "reviewed"
)

// Ways are those ways.
var ways = []string{asked, approved, executed, handled, reviewed}

// Act is one thing that a person did, with the line of evidence that shows it.
type Act struct {
	Time    time.Time      `json:"time"`
	Way     string         `json:"way"`
	Skill   string         `json:"skill"` // of the framework
	Says    string         `json:"says"`
	About   []prentice.Ref `json:"about"`
	Outcome string         `json:"outcome,omitempty"` // of a run
	Line    int64          `json:"line"`
	Hash    string         `json:"hash"`
}

// Run is the run that an act was about, or "".
func (a Act) Run() prentice.Ref {
	i := slices.IndexFunc(a.About, func(r prentice.Ref) bool { return r.Kind() == "run" })
	if i < 0 {
		return ""
	}
	return a.About[i]
}

// sort is what a kind of evidence is in the record of the one who did it.
type sort struct{ way, skill, says string }

// sorts are the kinds of evidence that count as acts. What the door writes of each
// operation is left out: the owner of what was done says it better. What people say of
// themselves, such as that they are away, is no work.
var sorts = map[string]sort{
	"run.planned":           {asked, "support", "Asked for a run"},
	"approval.given":        {approved, "support", "Approved a plan"},
	"approval.refused":      {approved, "support", "Refused a plan"},
	"run.break-glass":       {approved, "support", "Used break-glass in an emergency"},
	"run.confirmed":         {executed, "support", "Did a step by hand, or judged it, and said so"},
	"run.cancelled":         {handled, "support", "Stopped a run"},
	"run.stop-wanted":       {handled, "support", "Stopped a run"},
	"run.withdrawn":         {handled, "support", "Withdrew a request"},
	"incident.opened":       {handled, "support", "Opened an incident"},
	"incident.acknowledged": {handled, "support", "Took an incident"},
	"incident.assigned":     {handled, "support", "Assigned an incident"},
	"incident.note":         {handled, "support", "Wrote down what was seen"},
	"incident.closed":       {handled, "support", "Closed an incident"},
	"work.resumed":          {handled, "support", "Let work go on"},
	"silence.added":         {handled, "availability", "Silenced what is known about"},
	"silence.ended":         {handled, "availability", "Ended a silence"},
	"limit.overridden":      {handled, "availability", "Overrode a limit"},
	"retention.resumed":     {handled, "availability", "Let old data be removed again"},
	"event.received":        {handled, "integration", "Sent an event"},
	"notice.retried":        {handled, "integration", "Sent a notice again"},
	"notice.tested":         {handled, "integration", "Tested a channel"},
	"notice.dropped":        {handled, "integration", "Gave up a notice"},
	"webhook.tested":        {handled, "integration", "Tested a webhook"},
	"webhook.replayed":      {handled, "integration", "Sent events to a webhook again"},
	"webhook.disabled":      {handled, "integration", "Disabled a webhook"},
	"webhook.enabled":       {handled, "integration", "Enabled a webhook again"},
	"host.key-accepted":     {executed, "build", "Accepted the key of a host"},
	"secret.set":            {executed, "security", "Set a secret"},
	"secret.removed":        {executed, "security", "Removed a secret"},
	"token.created":         {executed, "security", "Made a token"},
	"token.revoked":         {executed, "security", "Revoked a token"},
	"person.added":          {executed, "security", "Let a person in"},
	"person.role-changed":   {executed, "security", "Changed a role"},
	"person.removed":        {executed, "security", "Took a person off the team"},
	"person.granted":        {executed, "security", "Granted a role on a part"},
	"person.confirmed":      {reviewed, "security", "Vouched for how a person signs in"},
	"review.closed":         {reviewed, "security", "Reviewed a use of break-glass"},
	"policy.adopted":        {reviewed, "standards", "Adopted a policy"},
}

// things are the kinds of refs that a record may name. People, agents and groups are
// not among them: a record tells nothing of others.
var things = []string{"run", "procedure", "service", "host", "resource", "incident", "event", "silence", "secret", "token", "policy", "notice", "channel", "webhook"}

// actOf is a line of evidence as an act of the one who did it; false is none.
func actOf(e prentice.Evidence) (Act, bool) {
	s, ok := sorts[e.Kind]
	if !ok {
		return Act{}, false
	}
	a := Act{Time: e.Time, Way: s.way, Skill: s.skill, Says: s.says, About: []prentice.Ref{}, Line: e.Seq, Hash: e.Hash}
	for _, ref := range e.Refs {
		if slices.Contains(things, ref.Kind()) && !slices.Contains(a.About, ref) {
			a.About = append(a.About, ref)
		}
	}
	if e.Kind == "run.planned" && slices.Contains(e.Refs, prentice.NewRef("procedure", prentice.AdhocName)) {
		a.Says, a.Skill = "Asked for a command that no procedure has", "prototyping"
	}
	return a, true
}

// outcome is how a run stands by the newest of its lines that says so, and by how many
// people other than the record's own it was approved. The lines come newest first.
func outcome(lines []prentice.Evidence, whose prentice.Ref) string {
	state, by := "", map[prentice.Ref]bool{}
	for _, e := range lines {
		var data struct {
			State string `json:"state"`
		}
		if strings.HasPrefix(e.Kind, "run.") && json.Unmarshal(e.Data, &data) == nil {
			state = cmp.Or(state, data.State)
		}
		if e.Kind == "approval.given" && e.Actor != whose {
			by[e.Actor] = true
		}
	}
	switch len(by) {
	case 0:
		return state
	case 1:
		return state + ", approved by another person"
	}
	return state + ", approved by other people"
}
