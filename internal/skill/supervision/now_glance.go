package supervision

import (
	"slices"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/team"
)

// Standing counts the services that are well, those that are not, and those of
// which no one knows.
func (n Now) Standing() (s struct{ Well, Bad, Unknown int }) {
	for _, x := range n.Services {
		switch x.State {
		case "well":
			s.Well++
		case "unknown":
			s.Unknown++
		default:
			s.Bad++
		}
	}
	return s
}

// Worst is the services, those first that are not well.
func (n Now) Worst() []ServiceState {
	rank := map[string]int{"down": -3, "flapping": -2, "unknown": 1, "well": 2}
	list := slices.Clone(n.Services)
	slices.SortStableFunc(list, func(a, b ServiceState) int { return rank[a.State] - rank[b.State] })
	return list
}

// Incident is the open incident about something, or none.
func (n Now) Incident(about prentice.Ref) prentice.Ref {
	for _, x := range n.Broken {
		if x.Subject == about {
			return x.Ref
		}
	}
	return ""
}

// Has says who has an incident, or "".
func (b Broken) Has() string {
	switch {
	case b.Assignee == "":
		return ""
	case b.Acknowledged.IsZero():
		return "assigned to " + string(b.Assignee)
	}
	return string(b.Assignee) + " has it"
}

// MutedSays says that an incident is silenced, or "".
func (b Broken) MutedSays() string {
	if b.Muted == nil {
		return ""
	}
	return "silenced: " + muteText(*b.Muted)
}

func muteText(m team.Mute) string {
	text := string(m.Of) + after(" by ", string(m.By))
	if !m.Until.IsZero() {
		text += " until " + op.At(m.Until)
	}
	return text + after(": ", m.Why)
}

// MuteSays says why something is silenced, until when and by whom.
func (x Silenced) MuteSays() string { return muteText(x.Mute) }

// Incidents is how many are open, also those that are not listed.
func (n Now) Incidents() int { return len(n.Broken) + n.More.Broken }

// Asking is how many runs wait for people.
func (n Now) Asking() int { return len(n.Waiting) + n.More.Waiting }

// Busy is how many runs are under way.
func (n Now) Busy() int { return len(n.Running) + n.More.Running }

// Answering is the runs for an incident that wait for people or are under way.
func (n Now) Answering(incident prentice.Ref) []prentice.Run {
	var list []prentice.Run
	for _, r := range slices.Concat(n.Waiting, n.Running) {
		if r.Incident == incident {
			list = append(list, r)
		}
	}
	return list
}
