package support

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/op"
)

var bob = prentice.Actor{Kind: prentice.Person, Name: "bob", Role: prentice.Operator, Door: "cli"}

// doAs performs an operation as someone.
func (w *world) doAs(who prentice.Actor, name, in string) (any, error) {
	w.t.Helper()
	for _, o := range w.s.chapter().Ops {
		if o.Name == name {
			input, err := o.Typed(json.RawMessage(in), time.Time{})
			if err != nil {
				return nil, err
			}
			return o.Do(w.t.Context(), op.Call{Actor: who, Now: w.clock()}, input)
		}
	}
	w.t.Fatalf("no operation %s", name)
	return nil, nil
}

func (w *world) mustAs(who prentice.Actor, name, in string) Detail {
	w.t.Helper()
	out, err := w.doAs(who, name, in)
	if err != nil {
		w.t.Fatalf("%s as %s: %v", name, who.Name, err)
	}
	d, _ := out.(Detail)
	return d
}

// told is how often something was told.
func (w *world) told(kind string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.sent {
		if e.Type == kind {
			n++
		}
	}
	return n
}

func (w *world) noted(kind string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.notes, func(n prentice.Note) bool { return n.Kind == kind })
}

func TestWhoAcknowledgesAnIncidentHasItAndTheOtherIsToldWho(t *testing.T) {
	routed(t, func(w *world) {
		w.alert("firing", "HighErr", "f1", "warning", "")
		d := w.mustAs(ann, "incident.ack", `{"number":"1","reason":"looking at the disk"}`)
		if d.Assignee != "person/ann" || !d.Acked() {
			t.Errorf("acknowledged %+v", d.Holder)
		}
		w.mustAs(ann, "incident.ack", `{"number":"1"}`) // twice is once
		_, err := w.doAs(bob, "incident.ack", `{"number":"1"}`)
		if kindOf(err) != prentice.Conflict || !strings.Contains(err.Error(), "person/ann has incident/1") || !strings.Contains(fmt.Sprintf("%+v", err), "--from person/ann") {
			t.Errorf("bob was told %v", err)
		}
		w.settle()
		if n := w.told("incident.acknowledged"); n != 1 || !w.noted("incident.acknowledged") {
			t.Errorf("told %d times", n)
		}
	})
}

// The second that takes an incident from someone has looked at an old page.
func TestAnIncidentIsTakenOnlyFromWhoHasIt(t *testing.T) {
	routed(t, func(w *world) {
		w.s.Holders = func(context.Context) ([]prentice.Ref, error) {
			return []prentice.Ref{"person/ann", "person/bob", "group/ops"}, nil
		}
		w.alert("firing", "HighErr", "f1", "critical", "")
		w.mustAs(ann, "incident.assign", `{"number":"1","to":"ops"}`)
		if d := w.mustAs(bob, "incident.ack", `{"number":"1"}`); d.Assignee != "person/bob" || !d.Acked() {
			t.Errorf("one of the group has it: %+v", d.Holder)
		}
		for _, in := range []string{`{"number":"1","to":"ann"}`, `{"number":"1","to":"ann","from":"group/ops"}`} {
			if _, err := w.doAs(ann, "incident.assign", in); kindOf(err) != prentice.Conflict || !strings.Contains(err.Error(), "person/bob has incident/1") {
				t.Errorf("%s: %v", in, err)
			}
		}
		if d := w.mustAs(ann, "incident.assign", `{"number":"1","to":"ann","from":"bob"}`); d.Assignee != "person/ann" || !d.Acked() {
			t.Errorf("taken over: %+v", d.Holder)
		}
		if d := w.mustAs(ann, "incident.assign", `{"number":"1","to":"person/bob"}`); d.Assignee != "person/bob" || d.Acked() {
			t.Errorf("handed over: %+v", d.Holder)
		}
		if _, err := w.doAs(ann, "incident.assign", `{"number":"1","to":"bbo","from":"bob"}`); kindOf(err) != prentice.NotFound || !strings.Contains(fmt.Sprintf("%+v", err), "did you mean bob?") {
			t.Errorf("a name that no one has: %v", err)
		}
		if _, err := w.doAs(ann, "incident.unassign", `{"number":"1"}`); !strings.Contains(fmt.Sprintf("%+v", err), "prentice incident unassign incident/1 --from person/bob") {
			t.Errorf("given back for another: %+v", err)
		}
		if d := w.mustAs(bob, "incident.unassign", `{"number":"1"}`); d.Assignee != "" {
			t.Errorf("given back: %+v", d.Holder)
		}
		if _, err := w.doAs(bob, "incident.unassign", `{"number":"1"}`); kindOf(err) != prentice.Conflict {
			t.Errorf("given back twice: %v", err)
		}
	})
}

func TestNobodyIsCalledForWhatIsAcknowledged(t *testing.T) {
	routed(t, func(w *world) {
		w.happens("service.failed", `{"consecutive":1}`) // nothing matches: a person is called after a while
		w.mustAs(ann, "incident.ack", `{"number":"1"}`)
		w.pass(3 * time.Minute)
		w.settle()
		if w.told("person.called") != 0 {
			t.Error("a person was called although ann has it")
		}
		w.restart()
		if d := w.must("incident.show", `{"number":"1"}`).(Detail); !strings.Contains(d.Text(), "no one is called: person/ann has it") || !strings.Contains(d.Text(), "Assignee: person/ann has acknowledged it") {
			t.Errorf("shown\n%s", d.Text())
		}
	})
}

// What was acknowledged is what was seen then.
func TestAnAcknowledgementEndsWhenTheFaultComesBackOrGetsWorse(t *testing.T) {
	routed(t, func(w *world) {
		w.alert("firing", "HighErr", "f1", "warning", "")
		w.mustAs(ann, "incident.ack", `{"number":"1"}`)
		w.alert("firing", "HighErr", "f1", "warning", "")
		if d := w.must("incident.show", `{"number":"1"}`).(Detail); !d.Acked() {
			t.Fatal("a repetition ends it")
		}
		w.alert("resolved", "HighErr", "f1", "warning", "")
		w.pass(time.Second)
		w.alert("firing", "HighErr", "f1", "warning", "")
		d := w.must("incident.show", `{"number":"1"}`).(Detail)
		if d.Acked() || d.Assignee != "person/ann" || w.told("incident.unacknowledged") != 1 {
			t.Errorf("it came back: %+v, told %d times", d.Holder, w.told("incident.unacknowledged"))
		}
		w.mustAs(ann, "incident.ack", `{"number":"1"}`)
		w.alert("firing", "HighErr", "f1", "critical", "")
		if d := w.must("incident.show", `{"number":"1"}`).(Detail); d.Acked() || w.told("incident.unacknowledged") != 2 {
			t.Errorf("it got worse: %+v", d.Holder)
		}
	})
}

func TestWhatIsClosedIsNotAcknowledged(t *testing.T) {
	each(t, func(w *world) {
		w.must("incident.open", `{"subject":"service/checkout","summary":"slow"}`)
		w.must("incident.close", `{"number":"1","reason":"over"}`)
		if _, err := w.do("incident.ack", `{"number":"1"}`); kindOf(err) != prentice.Conflict {
			t.Errorf("%v", err)
		}
	})
}
