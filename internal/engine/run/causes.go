package run

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"prentice"
)

// Sent is what the people behind an event caused.
func Sent(sender prentice.Ref, people []prentice.Ref) []prentice.Cause {
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

// FirstWays keeps of each person the first way in which they caused it.
func FirstWays(causes []prentice.Cause) (list []prentice.Cause) {
	for _, c := range causes {
		if !slices.ContainsFunc(list, func(have prentice.Cause) bool { return have.Person == c.Person }) {
			list = append(list, c)
		}
	}
	return list
}

// Causes are the causes of a run that was stored; of one from before they were
// kept, its requester and who sent its event.
func Causes(req prentice.RunRequest) []prentice.Cause {
	if len(req.Causes) > 0 {
		return req.Causes
	}
	return FirstWays(append(prentice.Requested(req.Actor), Sent(req.EventSender, nil)...))
}

// CausesOf are the causes of a run.
func (r *Store) CausesOf(ctx context.Context, number int64) ([]prentice.Cause, error) {
	var text string
	var req prentice.RunRequest
	err := r.DB.QueryRow(ctx, `SELECT request FROM runs WHERE number = ?`, []any{number}, &text)
	if err == nil {
		err = json.Unmarshal([]byte(text), &req)
	}
	if err != nil {
		return nil, fmt.Errorf("read who caused run %d: %w", number, err)
	}
	return Causes(req), nil
}
