package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"prentice"
)

// causes are the people by whose doing a run is asked for, by any chain: those
// behind the requester, behind the event, behind the incident that proposes it,
// and behind the run that it retries. They are found here and not believed from
// the request.
func (r *Runner) causes(ctx context.Context, req prentice.RunRequest) ([]prentice.Cause, error) {
	causes := prentice.Requested(req.Actor)
	if req.EventNumber != 0 && req.Event != nil {
		causes = append(causes, sent(req.EventSender, req.Event.Causes)...)
	}
	if req.Incident != "" && req.Actor.Kind != prentice.Person && r.Opened != nil {
		people, err := r.Opened(ctx, req.Incident)
		if err != nil {
			return nil, fmt.Errorf("look who opened %s: %w", req.Incident, err)
		}
		causes = append(causes, prentice.CausedBy(people, fmt.Sprintf("opened or fed %s, which asks for", req.Incident))...)
	}
	if req.RetryOf != 0 {
		parent, err := r.load(ctx, req.RetryOf)
		if err != nil {
			return nil, err
		}
		causes = append(causes, prentice.CausedBy(prentice.Causers(parent.Causes), fmt.Sprintf("caused run/%d, which is retried by", req.RetryOf))...)
	}
	return firstWays(causes), nil
}

// sent is what the people behind an event caused.
func sent(sender prentice.Ref, people []prentice.Ref) []prentice.Cause {
	var causes []prentice.Cause
	for _, p := range prentice.JoinPeople(people, []prentice.Ref{sender}) {
		how := fmt.Sprintf("is behind %s, who sent the event that asks for", sender)
		switch {
		case p == sender:
			how = "sent the event that asks for"
		case sender.Kind() == string(prentice.Self):
			how = "caused the event that asks for"
		}
		causes = append(causes, prentice.Cause{Person: p, How: how})
	}
	return causes
}

// firstWays keeps of each person the first way in which they caused it.
func firstWays(causes []prentice.Cause) (list []prentice.Cause) {
	for _, c := range causes {
		if !slices.ContainsFunc(list, func(have prentice.Cause) bool { return have.Person == c.Person }) {
			list = append(list, c)
		}
	}
	return list
}

// causesKept are the causes of a run that was stored; of one from before they were
// kept, its requester and who sent its event.
func causesKept(req prentice.RunRequest) []prentice.Cause {
	if len(req.Causes) > 0 {
		return req.Causes
	}
	return firstWays(append(prentice.Requested(req.Actor), sent(req.EventSender, nil)...))
}

// caused is how one of some people caused a run, as the beginning of a sentence
// about it, or "".
func (d *detail) caused(people []prentice.Ref) (prentice.Ref, string) {
	for _, c := range d.Causes {
		if slices.Contains(people, c.Person) {
			return c.Person, c.How
		}
	}
	return "", ""
}

// refuseCauser refuses an answer behind which someone stands who caused the run.
func (d *detail) refuseCauser(actor prentice.Actor) error {
	shared, how := d.caused(actor.People())
	switch {
	case shared == "":
		return nil
	case shared == actor.Ref():
		comma := ""
		if strings.Contains(how, ",") {
			comma = ","
		}
		return prentice.Errorf(prentice.Denied, "%s %s run/%d%s and cannot approve it", shared, how, d.Number, comma).
			Try("ask another person with the role %s", d.Decision.Role)
	}
	return prentice.Errorf(prentice.Denied, "%s %s run/%d, and is behind %s as well: %s cannot approve it", shared, how, d.Number, actor.Ref(), actor.Name).
		Try("let someone approve behind whom %s is not, such as one who signs in by themselves; "+trustedTeam, shared.Name())
}

const trustedTeam = `in a team whose owners may be trusted with letting others in: enrolment = "trusted" in prentice.toml`

// peopleOf are the people behind an approval.
func peopleOf(a prentice.Approval) []prentice.Ref {
	return prentice.JoinPeople(a.People, []prentice.Ref{a.Actor})
}

// apart are the approvals behind which different people stand: of two that share
// a person, the first counts.
func apart(given []prentice.Approval) (list []prentice.Approval) {
	for _, a := range given {
		if a.Yes && !slices.ContainsFunc(list, func(b prentice.Approval) bool { return prentice.SharedPerson(peopleOf(a), peopleOf(b)) != "" }) {
			list = append(list, a)
		}
	}
	return list
}

// refuseShared refuses an approval behind which someone stands who is behind an
// earlier one: the two are one person's.
func (d *detail) refuseShared(people []prentice.Ref, by prentice.Ref) error {
	for _, before := range d.Approvals {
		if shared := prentice.SharedPerson(people, peopleOf(before)); before.Yes && shared != "" {
			return prentice.Errorf(prentice.Denied, "%s is behind the approval of %s already, and behind that of %s as well: they count as one", shared, before.Actor, by).
				Try("another person must answer, behind whom %s is not; "+trustedTeam, shared.Name())
		}
	}
	return nil
}

// causesOf are the causes of a run.
func (r *Runner) causesOf(ctx context.Context, number int64) ([]prentice.Cause, error) {
	var text string
	var req prentice.RunRequest
	err := r.DB.QueryRow(ctx, `SELECT request FROM runs WHERE number = ?`, []any{number}, &text)
	if err == nil {
		err = json.Unmarshal([]byte(text), &req)
	}
	if err != nil {
		return nil, fmt.Errorf("read who caused run %d: %w", number, err)
	}
	return causesKept(req), nil
}
