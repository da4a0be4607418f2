package support

import (
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/op"
)

// explains are how the things of this chapter are explained.
func explains() []op.Explainer {
	return []op.Explainer{
		op.Explains("incident", "An incident is a fault from its first symptom to its end. Symptoms of the same thing join it.", "incident.show",
			func(ref prentice.Ref) which { return which{ref.Name()} }, tellIncident),
		op.Explains("event", "An event is something that happened, said by another system or by prentice. The same event sent twice is kept once.", "event.show",
			func(ref prentice.Ref) eventShowIn { return eventShowIn{Number: ref.Name()} }, tellEvent),
		op.Explains("silence", "A silence keeps some alerts from opening incidents and from calling people, until it ends. What it hides is still there.", "silence.show",
			func(ref prentice.Ref) silenceIn { return silenceIn{ref.Name()} }, tellSilence),
		op.Explains("heartbeat", "A heartbeat is a job that pings, or an alert that always fires. When it is not heard in time, the job did not do its work, or the way that alerts take is broken.", "heartbeat.show",
			func(ref prentice.Ref) heartbeatIn { return heartbeatIn{ref.Name()} }, tellHeartbeat),
		op.Explains("hook", "A webhook is an address at which one program posts what it has to tell. A mapping makes events of its messages; what none fits is kept.", "hook.show",
			func(ref prentice.Ref) hookIn { return hookIn{ref.Name()} }, tellHook),
		op.Explains("webhook", "A webhook that goes out tells a program outside of events. Each delivery is kept, signed, and tried until it is taken or given up.", "webhook.show",
			func(ref prentice.Ref) webhookShowIn { return webhookShowIn{webhookIn: webhookIn{ref.Name()}} }, tellWebhook),
	}
}

// stateMeanings say what the state of an incident means.
var stateMeanings = map[State]string{
	Open:     "Something is wrong, and nothing is being done about it yet",
	Fixing:   "A run is under way, or waits for people",
	Watching: "The symptoms are gone and must stay away for a while",
	Closed:   "It is over",
}

func tellIncident(_ prentice.Ref, d Detail) (op.Told, error) {
	t := op.Told{Title: fmt.Sprintf("%s: %s", d.Ref, d.Title)}
	t.What.Add("%s is a fault of %s. What was said first: %s", d.Ref, d.Subject, d.Summary)
	t.What.Add("Its severity is %s, and its owner is %s", orNone(d.Severity), orNone(string(d.Owner)))
	if who := d.Who(); who != "" {
		t.What.Add("It is assigned: %s", who)
	}
	t.Why.Add("It is %s. %s", op.WordOf(states, d.State), stateMeanings[d.State])
	if d.Closed.IsZero() {
		t.Why.Add("It has lasted %s; %s", long(d.Lasted()), symptoms(d.Events))
	} else {
		t.Why.Add("It lasted %s; %s. It ended %s: %s", long(d.Lasted()), symptoms(d.Events), d.How, d.Says)
	}
	if d.Recurs != "" {
		t.Why.Add("It is %s", d.Recurs)
	}
	d.tellSymptoms(&t)
	for _, r := range d.Runs {
		t.Why.Add("%s of %s is %s: %s", r.Run, r.Procedure, r.State, r.Says)
	}
	for _, h := range d.Held {
		t.Why.Add("%s", h)
	}
	t.Happened = d.happened()
	d.tellUncertain(&t)
	d.tellTodo(&t)
	return t, nil
}

// tellSymptoms says what is still wrong; of what is gone the timeline tells.
func (d Detail) tellSymptoms(t *op.Told) {
	for _, y := range d.Symptoms {
		if y.Gone.IsZero() {
			t.Why.Add("A symptom is there since %s: %s", op.At(y.Since), y.What)
		}
	}
	if d.Muted != nil && d.Closed.IsZero() {
		t.Why.Add("All its symptoms are silenced: %s", muteText(*d.Muted))
	}
}

func (d Detail) happened() []op.Happening {
	list := []op.Happening{{At: d.FirstSymptom, Says: "The first symptom was seen"}}
	for _, l := range d.Timeline {
		h := op.Happening{At: l.Time, Says: l.Kind + ": " + l.Says}
		if l.Actor != self {
			h.By = l.Actor
		}
		list = append(list, h)
	}
	return list
}

func (d Detail) tellUncertain(t *op.Told) {
	switch {
	case d.Closed.IsZero() && len(d.Runs) == 0:
		t.Uncertain.Add("No run has looked for the cause yet, so it is not known")
	case d.Closed.IsZero():
		t.Uncertain.Add("Whether it is over is not known yet")
	case d.How == byItself:
		t.Uncertain.Add("It went away by itself, so the cause is not known")
	}
	if d.MoreSymptoms > 0 {
		t.Uncertain.Add("%d more symptoms are not told here", d.MoreSymptoms)
	}
	if d.Unread != "" {
		t.Uncertain.Add("A part of it cannot be read: %s", d.Unread)
	}
}

func (d Detail) tellTodo(t *op.Told) {
	ref := string(d.Ref)
	if d.Closed.IsZero() {
		if d.Acknowledged.IsZero() {
			t.Offer("incident.ack", ref, "say that you have it, so that no one else is called")
		}
		t.Offer("incident.close", ref+" --reason '…'", "close it by hand")
	}
	t.Offer("incident.note", ref+" 'what you saw'", "write down what you saw or did")
	t.Offer("incident.report", ref, "draft its report")
	t.Offer("incident.changes", ref, "see what was changed before it")
	if d.Subject.Kind() == "service" {
		t.Offer("service.show", d.Subject.Name(), "see how the service is now")
	}
	t.Offer("evidence.thread", ref, "read all that was recorded")
}

func tellEvent(_ prentice.Ref, e EventOut) (op.Told, error) {
	t := op.Told{Title: string(e.Ref()) + ": " + e.Type}
	t.What.Add("%s says: %s%s", e.Source, e.Type, on(string(e.Subject)))
	t.What.Add("%s sent it, and it was said %s", e.Sender, times(e.Count, e.Last))
	t.Why.Add("It is %s%s", e.State, saying(e.Says))
	if e.Incident != "" {
		t.Why.Add("It belongs to %s", e.Incident)
	}
	if e.Routed != nil && e.Routed.Why != "" {
		t.Why.Add("It was routed so: %s", e.Routed.Why)
	}
	t.Happened = []op.Happening{{At: e.Time, Says: "It happened, as its sender says"}, {At: e.Received, Says: "It was received"}}
	if e.Count > 1 {
		t.Happened = append(t.Happened, op.Happening{At: e.Last, Says: "It was said for the last time until now"})
	}
	if e.Note != "" {
		t.Uncertain.Add("%s", e.Note)
	}
	if e.Routed != nil && e.Routed.Hint != "" {
		t.Uncertain.Add("%s", e.Routed.Hint)
	}
	t.Uncertain.Add("What is in it is what its sender says; prentice has not seen it itself")
	t.Offer("event.show", string(e.Ref()), "read it whole")
	if e.Incident != "" {
		t.Offer("explain", string(e.Incident), "have its incident explained")
	}
	return t, nil
}

func saying(says string) string {
	if says == "" {
		return ""
	}
	return ": " + strings.TrimSuffix(says, ".")
}
