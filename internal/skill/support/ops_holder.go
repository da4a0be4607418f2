package support

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

type ackIn struct {
	which
	Reason string `json:"reason,omitempty" doc:"What you are doing about it, in one sentence." maxLength:"500"`
}

type assignIn struct {
	which
	To     string `json:"to" arg:"2" doc:"The person or group, such as ann, person/ann or group/ops." example:"person/ann" minLength:"1" maxLength:"200"`
	From   string `json:"from,omitempty" doc:"Who has it now, when that is another person: so that no one is passed over without knowing." maxLength:"200"`
	Reason string `json:"reason,omitempty" doc:"Why, in one sentence." maxLength:"500"`
}

type unassignIn struct {
	which
	From   string `json:"from,omitempty" doc:"Who has it now, when that is another person." maxLength:"200"`
	Reason string `json:"reason,omitempty" doc:"Why, in one sentence." maxLength:"500"`
}

func (s *Support) holderOps() []op.Op {
	return []op.Op{
		op.New("incident.ack", prentice.Change, prentice.Operator, "Acknowledge an incident: you have it, and no one else is called.", s.incidentAck).AlsoTyped("ack", "acknowledge").
			WithExample("prentice incident ack incident/17 --reason 'looking at the disk'").WithEvidence().
			WithHelp("The incident is assigned to you, and those who were told of it are told that you have it. If another has it already, you are told who. It ends when the incident does, when its symptoms come back after all of them were gone, or when a worse one joins: then people are called again."),
		op.New("incident.assign", prentice.Change, prentice.Operator, "Assign an incident to a person or a group.", s.incidentAssign).
			WithExample("prentice incident assign incident/17 person/ann").WithEvidence().
			WithHelp("It is acknowledged when they say so themselves; if you assign it to yourself, you have. To take it from someone, name them with --from."),
		op.New("incident.unassign", prentice.Change, prentice.Operator, "Give an incident back: no one has it.", s.incidentUnassign).
			WithExample("prentice incident unassign incident/17 --reason 'my shift is over'").WithEvidence().
			WithHelp("People are told that no one has it."),
	}
}

func (s *Support) incidentAck(ctx context.Context, c op.Call, in ackIn) (Detail, error) {
	return s.handOver(ctx, c, in.which, in.Reason, func(h Holder, i prentice.Ref, now time.Time) (Holder, error) {
		return h.acknowledging(i, c.Actor.Ref(), now)
	})
}

func (s *Support) incidentAssign(ctx context.Context, c op.Call, in assignIn) (Detail, error) {
	if err := s.ready(); err != nil {
		return Detail{}, err
	}
	to, err := s.holderNamed(ctx, in.To, c.Actor.Ref())
	if err != nil {
		return Detail{}, err
	}
	return s.handOver(ctx, c, in.which, in.Reason, func(h Holder, i prentice.Ref, now time.Time) (Holder, error) {
		return h.assigning(i, to, c.Actor.Ref(), h.meant(in.From), now)
	})
}

func (s *Support) incidentUnassign(ctx context.Context, c op.Call, in unassignIn) (Detail, error) {
	return s.handOver(ctx, c, in.which, in.Reason, func(h Holder, i prentice.Ref, now time.Time) (Holder, error) {
		if h.Assignee == "" {
			return h, prentice.Errorf(prentice.Conflict, "%s is assigned to no one", i).Try("take it with: prentice incident ack %s", i)
		}
		return Holder{}, h.from(i, "", c.Actor.Ref(), h.meant(in.From))
	})
}

// holderNamed finds a person or a group that is known here. Anyone who asks is.
func (s *Support) holderNamed(ctx context.Context, name string, asks prentice.Ref) (prentice.Ref, error) {
	if prentice.Ref(name) == asks {
		return asks, nil
	}
	var known []prentice.Ref
	if s.Holders != nil {
		var err error
		if known, err = s.Holders(ctx); err != nil {
			return "", err
		}
	}
	for _, kind := range []string{"", "person/", "group/"} {
		if ref := prentice.Ref(kind + name); slices.Contains(known, ref) {
			return ref, nil
		}
	}
	err := prentice.Errorf(prentice.NotFound, "there is no person or group %q here", clip(name, 80))
	names := make([]string, len(known))
	for i, ref := range known {
		names[i] = ref.Name()
		if strings.Contains(name, "/") {
			names[i] = string(ref)
		}
	}
	if near := nearest.Of(name, names); near != "" {
		return "", err.Try("did you mean %s?", near)
	}
	return "", err.Try("people are added by an owner with: prentice person add; groups stand in the catalog: prentice catalog list")
}

// handOver changes who has an incident, unless another was faster.
func (s *Support) handOver(ctx context.Context, c op.Call, in which, reason string, next func(h Holder, i prentice.Ref, now time.Time) (Holder, error)) (Detail, error) {
	reason = clip(reason, 500)
	return s.change(ctx, c, in, func(tx *db.Tx, now time.Time, i *Incident) error {
		if !i.Closed.IsZero() {
			return prentice.Errorf(prentice.Conflict, "%s is closed: %s", i.Ref, i.Says).Try("look at it with: prentice incident show %s", i.Ref)
		}
		was := i.Holder
		h, err := next(was, i.Ref, now)
		if err != nil || h == was {
			return err
		}
		i.Holder = h
		return s.handed(tx, now, i, was, c.Actor, reason)
	})
}

// handed writes down that another has an incident now, and tells it.
func (s *Support) handed(tx *db.Tx, now time.Time, in *Incident, was Holder, by prentice.Actor, reason string) error {
	kind, says := "incident.assigned", fmt.Sprintf("assigned to %s", in.Assignee)
	switch {
	case in.Assignee == "":
		kind, says = "incident.unassigned", fmt.Sprintf("%s does not have it any more; no one has", was.Assignee)
	case in.Acked():
		kind, says = "incident.acknowledged", fmt.Sprintf("acknowledged: %s has it", in.Assignee)
	}
	if reason != "" {
		says += ": " + reason
	}
	if err := addLine(tx, in.Number, Line{Time: now, Kind: "holder", Says: says, Actor: by.Ref()}); err != nil {
		return err
	}
	data := map[string]any{"assignee": in.Assignee, "was": was.Assignee, "reason": reason}
	if err := s.record(tx, now, kind, by.Ref(), in, data, in.Assignee, was.Assignee); err != nil {
		return err
	}
	data["incident"], data["summary"], data["by"], data["severity"], data["owner"] = in.Ref, in.Summary, by.Ref(), in.Severity, in.Owner
	data["quiet"] = in.Quiet && in.Called.IsZero() && in.Assignee == "" // no one was called who would have to be told
	if err := s.tellNow(tx, now, kind, in, data, by.People()); err != nil {
		return err
	}
	return save(tx, in)
}

// refires ends an acknowledgement, because what was acknowledged has become another
// matter. It stays assigned, and people are told.
func (s *Support) refires(tx *db.Tx, now time.Time, in *Incident, why string) error {
	if !in.Acked() {
		return nil
	}
	in.Acknowledged = time.Time{}
	says := fmt.Sprintf("it is not acknowledged any more: %s; %s had it", why, in.Assignee)
	if err := addLine(tx, in.Number, Line{Time: now, Kind: "holder", Says: says}); err != nil {
		return err
	}
	if err := s.record(tx, now, "incident.unacknowledged", self, in, map[string]any{"assignee": in.Assignee, "why": why}, in.Assignee); err != nil {
		return err
	}
	data := map[string]any{"incident": in.Ref, "summary": in.Summary, "why": why, "assignee": in.Assignee, "severity": in.Severity, "owner": in.Owner, "quiet": in.Quiet}
	return s.tellNow(tx, now, "incident.unacknowledged", in, data, nil)
}

// tellNow sends an event of which an incident may have several.
func (s *Support) tellNow(tx *db.Tx, now time.Time, kind string, in *Incident, data map[string]any, causes []prentice.Ref) error {
	seq, err := tx.Next("incident_told")
	if err != nil {
		return err
	}
	data["called"] = in.Title
	return post(tx, prentice.Event{ID: fmt.Sprintf("%s %s %d", in.Ref, kind, seq), Source: ourSource, Type: kind, Subject: in.Subject, Time: now, Causes: causes}, data)
}
