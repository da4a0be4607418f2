package procedure

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/kit/expr"
)

// trigger is an event trigger ready to be asked.
type trigger struct {
	prentice.Trigger
	holds expr.Program
}

func triggersOf(p prentice.Procedure) []trigger {
	var list []trigger
	for _, t := range p.On {
		if t.Event == "" {
			continue
		}
		ready := trigger{Trigger: t}
		if t.If != "" {
			env, err := eventEnv()
			if err != nil {
				continue
			}
			if ready.holds, err = env.Compile(t.If, expr.Bool); err != nil {
				continue // Parse has found this; the procedure is not usable
			}
		}
		list = append(list, ready)
	}
	return list
}

// Match is the usable procedures that an event proposes, sorted by name, and a
// finding for each condition that could not be worked out on this event: such a
// procedure is not proposed.
func (l *Library) Match(e prentice.Event) ([]prentice.Procedure, []prentice.Finding) {
	event, err := eventValue(&e)
	if err != nil {
		return nil, []prentice.Finding{{Error: true, Text: err.Error()}}
	}
	var matching []prentice.Procedure
	var findings []prentice.Finding
	for _, entry := range l.entries {
		proposed, trouble := entry.proposed(e.Type, event)
		if proposed {
			matching = append(matching, entry.proc)
			continue
		}
		findings = append(findings, trouble...)
	}
	return matching, findings
}

func (e *entry) proposed(kind string, event map[string]any) (bool, []prentice.Finding) {
	var findings []prentice.Finding
	for _, t := range e.triggers {
		if t.Event != kind {
			continue
		}
		if t.If == "" {
			return true, nil
		}
		yes, err := t.holds.Is(context.Background(), map[string]any{"event": event})
		if err != nil {
			findings = append(findings, prentice.Finding{At: t.At, Error: true, Hint: "ask first with has(…) whether the event holds it",
				Text: fmt.Sprintf("the condition of procedure %s cannot be worked out: %v", e.proc.Name, err)})
			continue
		}
		if yes {
			return true, nil
		}
	}
	return false, findings
}
