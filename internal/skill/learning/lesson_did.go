package learning

import (
	"context"
	"encoding/json"
	"fmt"
	"prentice/internal/engine/inbox"
	"prentice/internal/engine/ledger"
	"slices"
	"strings"

	"prentice"
)

// The exercises whose effect is in the evidence.

// mine are the newest lines of a kind that the person wrote by what they did, of the
// days that explanations count.
func (a attempt) mine(ctx context.Context, kind string) ([]prentice.Evidence, error) {
	return a.Lines(ctx, ledger.Filter{Actor: a.who, Kind: kind, Since: a.now.AddDate(0, 0, -days), Limit: most})
}

// refsOfKind are what of one kind lines are about.
func refsOfKind(lines []prentice.Evidence, kind string) (refs []prentice.Ref) {
	for _, e := range lines {
		if ref := ofKind(e, kind); ref != "" {
			refs = append(refs, ref)
		}
	}
	return refs
}

func ofKind(e prentice.Evidence, kind string) prentice.Ref {
	i := slices.IndexFunc(e.Refs, func(r prentice.Ref) bool { return r.Kind() == kind })
	if i < 0 {
		return ""
	}
	return e.Refs[i]
}

func text(e prentice.Evidence, key string) (value string) {
	var data map[string]json.RawMessage
	if json.Unmarshal(e.Data, &data) != nil || json.Unmarshal(data[key], &value) != nil {
		return ""
	}
	return value
}

// handledAnIncident wants one incident that they took, wrote of, and closed.
func handledAnIncident(ctx context.Context, a attempt) (finding, error) {
	held := map[string][]prentice.Ref{}
	for _, kind := range []string{"incident.acknowledged", "incident.note", "incident.closed"} {
		lines, err := a.mine(ctx, kind)
		if err != nil {
			return finding{}, err
		}
		held[kind] = refsOfKind(lines, "incident")
	}
	best := finding{missing: "you have taken no incident: prentice incident ack NUMBER"}
	for _, in := range held["incident.acknowledged"] {
		switch {
		case !slices.Contains(held["incident.note"], in):
			best.missing = fmt.Sprintf("you took %s, and wrote nothing down: prentice incident note %s 'what you saw'", in, in)
		case !slices.Contains(held["incident.closed"], in):
			best.missing = fmt.Sprintf("%s is not closed by you: prentice incident close %s --reason 'why it is over'", in, in)
		default:
			return shownBy(fmt.Sprintf("you took %s, wrote down what you saw, and closed it", in))
		}
	}
	return best, nil
}

// askedAndSawItWait wants a run that they asked for, that needed another person's
// approval, and that was answered or withdrawn.
func askedAndSawItWait(ctx context.Context, a attempt) (finding, error) {
	planned, err := a.mine(ctx, "run.planned")
	if err != nil {
		return finding{}, err
	}
	missing := "you have asked for no run that needs an approval: prentice run adhoc --targets HOST --reason 'why' -- COMMAND"
	for _, e := range planned {
		run := ofKind(e, "run")
		if text(e, "verdict") != "ask" || run == "" {
			continue
		}
		of, err := a.Lines(ctx, ledger.Filter{Ref: run, Limit: most})
		if err != nil {
			return finding{}, err
		}
		if slices.ContainsFunc(of, func(e prentice.Evidence) bool {
			return strings.HasPrefix(e.Kind, "approval.") && e.Actor != a.who || e.Kind == "run.cancelled" && e.Actor == a.who
		}) {
			return shownBy(fmt.Sprintf("%s waited for an approval, and was answered or stopped", run))
		}
		missing = fmt.Sprintf("%s still waits: let another person answer, or stop it with: prentice run cancel %s --reason 'seen enough'", run, run)
	}
	return lacks(missing)
}

// triedACommand wants an ad-hoc run whose reason is a question, and that is over.
func triedACommand(ctx context.Context, a attempt) (finding, error) {
	planned, err := a.mine(ctx, "run.planned")
	if err != nil {
		return finding{}, err
	}
	missing := "you have tried no command: prentice run adhoc --targets HOST --risk look --reason 'the question?' -- COMMAND"
	for _, e := range planned {
		run := ofKind(e, "run")
		if ofKind(e, "procedure").Name() != prentice.AdhocName || run == "" {
			continue
		}
		if !strings.Contains(text(e, "reason"), "?") {
			missing = fmt.Sprintf("the reason of %s is no question: a prototype begins with one", run)
			continue
		}
		of, err := a.Lines(ctx, ledger.Filter{Ref: run, Limit: most})
		if err != nil {
			return finding{}, err
		}
		if prentice.State(outcome(withoutApprovals(of), a.who)).Ended() {
			return shownBy(fmt.Sprintf("%s began with a question and is over", run))
		}
		missing = fmt.Sprintf("%s is not over: wait for it, or throw it away with: prentice run cancel %s --reason 'answered'", run, run)
	}
	return lacks(missing)
}

func withoutApprovals(lines []prentice.Evidence) []prentice.Evidence {
	return slices.DeleteFunc(slices.Clone(lines), func(e prentice.Evidence) bool { return strings.HasPrefix(e.Kind, "approval.") })
}

// sentTwice wants an event of theirs that was sent again and counted on the first.
func sentTwice(ctx context.Context, a attempt) (finding, error) {
	lines, err := a.mine(ctx, "event.received")
	if err != nil {
		return finding{}, err
	}
	events, err := a.Events(ctx, inbox.Filter{Since: a.now.AddDate(0, 0, -days), Limit: most})
	if err != nil {
		return finding{}, err
	}
	sent := refsOfKind(lines, "event")
	for _, e := range events {
		if e.Count > 1 && slices.Contains(sent, e.Ref()) {
			return shownBy(fmt.Sprintf("%s was sent %d times and is one event", e.Ref(), e.Count))
		}
	}
	if len(sent) > 0 {
		return lacks(fmt.Sprintf("%s was sent once: send an equal one again within five minutes, with the same words", sent[0]))
	}
	return lacks("you have sent no event: prentice event send --type practice.sent --subject service/NAME")
}

// wroteWhatUsersFelt wants a note on an incident that says who could not do what.
func wroteWhatUsersFelt(ctx context.Context, a attempt) (finding, error) {
	notes, err := a.mine(ctx, "incident.note")
	if err != nil {
		return finding{}, err
	}
	missing := "you have written no note on an incident: prentice incident note NUMBER 'customers could not pay'"
	for _, e := range notes {
		if says := strings.ToLower(text(e, "text")); strings.Contains(says, "could not") && len(strings.Fields(says)) > 3 {
			return shownBy(fmt.Sprintf("your note on %s says who could not do what", ofKind(e, "incident")))
		}
		missing = fmt.Sprintf("your note on %s does not say who could not do what: write one with the words \"could not\"", ofKind(e, "incident"))
	}
	return lacks(missing)
}

// madeANarrowToken wants a token for one or a few operations, revoked again.
func madeANarrowToken(ctx context.Context, a attempt) (finding, error) {
	made, err := a.mine(ctx, "token.created")
	if err != nil {
		return finding{}, err
	}
	ended, err := a.mine(ctx, "token.revoked")
	if err != nil {
		return finding{}, err
	}
	revoked := refsOfKind(ended, "token")
	missing := "you have made no token: prentice token create practice --role viewer --ops event.list --lasts 1h"
	for _, e := range made {
		token := ofKind(e, "token")
		var data struct {
			Scope struct {
				Ops []string `json:"ops"`
			} `json:"scope"`
		}
		switch {
		case json.Unmarshal(e.Data, &data) != nil || len(data.Scope.Ops) == 0 || slices.Contains(data.Scope.Ops, "*"):
			missing = fmt.Sprintf("%s may ask for every operation: make one that is narrowed with --ops", token)
		case !slices.Contains(revoked, token):
			missing = fmt.Sprintf("%s is not revoked: prentice token revoke %s", token, token.Name())
		default:
			return shownBy(fmt.Sprintf("%s was for %s only, and is revoked", token, strings.Join(data.Scope.Ops, ", ")))
		}
	}
	return lacks(missing)
}
