package support

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/op"
)

// Holder is who has an incident. Acknowledged is since when they say so themselves;
// as long as it holds, no one is called for the incident.
type Holder struct {
	Assignee     prentice.Ref `json:"assignee,omitempty"`
	Assigned     time.Time    `json:"assigned,omitzero"`
	AssignedBy   prentice.Ref `json:"assigned_by,omitempty"`
	Acknowledged time.Time    `json:"acknowledged,omitzero"`
}

// Acked says whether the incident is acknowledged.
func (h Holder) Acked() bool { return !h.Acknowledged.IsZero() }

// Who is who has an incident, for people; "" when it is assigned to no one.
func (h Holder) Who() string {
	switch {
	case h.Assignee == "":
		return ""
	case h.Acked():
		return fmt.Sprintf("%s has acknowledged it at %s", h.Assignee, op.At(h.Acknowledged))
	case h.AssignedBy != "" && h.AssignedBy != h.Assignee:
		return fmt.Sprintf("assigned to %s by %s at %s, not acknowledged", h.Assignee, h.AssignedBy, op.At(h.Assigned))
	}
	return fmt.Sprintf("assigned to %s at %s, not acknowledged", h.Assignee, op.At(h.Assigned))
}

// acknowledging is the holder after someone says that they have an incident, or why
// they cannot: another has it. What is assigned to a group is for any of them.
func (h Holder) acknowledging(in prentice.Ref, who prentice.Ref, now time.Time) (Holder, error) {
	if h.Assignee != who && (h.Acked() || h.Assignee != "" && h.Assignee.Kind() != "group") {
		return h, h.taken(in, who)
	}
	if h.Assignee == who && h.Acked() {
		return h, nil
	}
	if h.Assignee != who {
		h.Assignee, h.Assigned, h.AssignedBy = who, now, who
	}
	h.Acknowledged = now
	return h, nil
}

// assigning is the holder after someone gives an incident to another, or why they
// cannot: whom they take it from has to be named, and still to have it. Anyone who
// assigns it to themselves has acknowledged it.
func (h Holder) assigning(in, to, by, from prentice.Ref, now time.Time) (Holder, error) {
	if err := h.from(in, to, by, from); err != nil {
		return h, err
	}
	if h.Assignee != to {
		h = Holder{Assignee: to, Assigned: now, AssignedBy: by}
	}
	if to == by && !h.Acked() {
		h.Acknowledged = now
	}
	return h, nil
}

// from says why an incident cannot be taken from who has it.
func (h Holder) from(in, to, by, from prentice.Ref) error {
	switch {
	case from != "" && from != h.Assignee && h.Assignee == "":
		return prentice.Errorf(prentice.Conflict, "%s is assigned to no one by now", in).Try("leave out --from")
	case from != "" && from != h.Assignee, from == "" && h.Assignee != "" && h.Assignee != to && h.Assignee != by:
		return h.taken(in, to)
	}
	return nil
}

func (h Holder) taken(in, who prentice.Ref) error {
	if who == "" {
		return prentice.Errorf(prentice.Conflict, "%s has %s: %s", h.Assignee, in, h.Who()).
			Try("speak with them, or take it from them with: prentice incident unassign %s --from %s", in, h.Assignee)
	}
	return prentice.Errorf(prentice.Conflict, "%s has %s: %s", h.Assignee, in, h.Who()).
		Try("speak with them, or take it over with: prentice incident assign %s %s --from %s", in, who, h.Assignee)
}

// meant is who is meant by a name that may be written without its kind.
func (h Holder) meant(name string) prentice.Ref {
	if name != "" && !strings.Contains(name, "/") && h.Assignee.Name() == name {
		return h.Assignee
	}
	return prentice.Ref(name)
}

// short is who has an incident, for a column.
func (h Holder) short() string {
	if h.Assignee != "" && !h.Acked() {
		return string(h.Assignee) + ", not acknowledged"
	}
	return string(h.Assignee)
}
