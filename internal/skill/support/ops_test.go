package support

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"prentice"
	"prentice/internal/op"
)

// do performs an operation as ann.
func (w *world) do(name, in string) (any, error) {
	w.t.Helper()
	for _, o := range w.s.chapter().Ops {
		if o.Name == name {
			input, err := o.Typed(json.RawMessage(in), time.Time{})
			if err != nil {
				return nil, err
			}
			return o.Do(w.t.Context(), op.Call{Actor: ann, Now: w.clock()}, input)
		}
	}
	w.t.Fatalf("no operation %s", name)
	return nil, nil
}

func (w *world) must(name, in string) any {
	w.t.Helper()
	out, err := w.do(name, in)
	if err != nil {
		w.t.Fatalf("%s %s: %v", name, in, err)
	}
	return out
}

func kindOf(err error) prentice.Kind {
	if e, ok := errors.AsType[*prentice.Error](err); ok {
		return e.Kind
	}
	return prentice.Internal
}

func TestTheSkillDescribesItselfWithoutAnything(t *testing.T) {
	s := New(Deps{})
	if s.Name != "support" || s.Sentence == "" || s.Listen == nil || len(s.Work) != 3 || len(s.Kinds) != 1 {
		t.Errorf("skill %+v", s)
	}
	for _, o := range s.Ops {
		if o.Summary == "" || o.Example == "" || !strings.HasPrefix(o.Example, "prentice "+strings.ReplaceAll(o.Name, ".", " ")) {
			t.Errorf("operation %s: summary %q, example %q", o.Name, o.Summary, o.Example)
		}
		for _, f := range o.Fields() {
			if f.Doc == "" {
				t.Errorf("operation %s: field %s says nothing", o.Name, f.Name)
			}
		}
		in, err := o.Typed(json.RawMessage(`{}`), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Do(t.Context(), op.Call{Actor: ann, Now: noon}, in); (kindOf(err) == prentice.Unavailable) == o.Offline {
			t.Errorf("operation %s without a store: %v", o.Name, err)
		}
	}
	facts, err := s.Facts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if text := draw(t, s.Explain, facts); !strings.Contains(text, "I have no evidence") {
		t.Errorf("explained\n%s", text)
	}
}

func draw(t *testing.T, text string, facts any) string {
	t.Helper()
	var b strings.Builder
	if err := template.Must(template.New("explain").Option("missingkey=error").Parse(text)).Execute(&b, facts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAnEventIsSentWholeOrInParts(t *testing.T) {
	each(t, func(w *world) {
		sent := w.must("event.send", `{"type":"service.down","subject":"service/checkout","data":{"code":503}}`).(Sent)
		if sent.Source != "person/ann" || sent.ID == "" || !strings.Contains(sent.Text(), "event/1 is kept: service.down") {
			t.Errorf("sent %+v", sent)
		}
		w.must("event.send", `{"event":{"specversion":"1.0","id":"7","source":"monitor/eu-1","type":"service.up","time":"2026-03-02T11:00:00Z","datacontenttype":"application/json","data":{"a":1}}}`)
		if e := w.sent[1]; e.ID != "7" || e.Source != "monitor/eu-1" || !e.Time.Equal(noon.Add(-time.Hour)) || string(e.Data) != `{"a":1}` {
			t.Errorf("event %+v", e)
		}
		for in, hint := range map[string]string{
			`{}`: "say what has happened",
			`{"event":{"type":"a.b","id":"1","source":"m","colour":"red"}}`:               "use the keys",
			`{"event":{"type":"a.b","id":"1","source":"m"},"type":"a.c"}`:                 "or leave it out",
			`{"event":{"type":"a.b","id":"1","source":"m","specversion":"0.3"}}`:          "write 1.0",
			`{"event":[{"type":"a.b"}]}`:                                                  "use the keys",
			`{"type":"a.b","subject":"not a ref"}`:                                        "kind/name",
			`{"type":"a.b","source":"prentice/schedule"}`:                                 "ours",
			`{"type":"a.b","id":"` + strings.Repeat("x", 301) + `"}`:                      "1 to 300",
			`{"type":"a.b","data":"` + strings.Repeat("x", prentice.MaxEventBytes) + `"}`: "at most",
		} {
			if _, err := w.do("event.send", in); err == nil || !strings.Contains(err.Error(), hint) {
				t.Errorf("%.80s: %v", in, err)
			}
		}
	})
}

func TestAnIncidentIsOpenedNotedAndClosedByHand(t *testing.T) {
	each(t, func(w *world) {
		w.matches["incident.opened"] = []string{"look-around"}
		d := w.must("incident.open", `{"subject":"service/checkout","summary":"customers see an empty basket"}`).(Detail)
		if d.Ref != "incident/1" || d.State != Open || d.Timeline[0].Actor != "person/ann" || d.Summary != "customers see an empty basket" {
			t.Errorf("opened %+v", d)
		}
		if _, err := w.do("incident.open", `{"subject":"service/checkout","summary":"again"}`); kindOf(err) != prentice.Conflict || !strings.Contains(err.Error(), "incident/1") {
			t.Errorf("opened twice: %v", err)
		}
		w.settle()
		opened := w.sentOf("incident.opened")
		if len(opened) != 1 || len(w.askedFor()) != 0 {
			t.Fatalf("sent %+v", w.sent)
		}
		w.hears(opened[0]) // the inbox tells us of our own event
		if got := w.askedFor(); !slices.Equal(got, []string{"look-around"}) || w.asked[0].Incident != "incident/1" || w.count() != 1 {
			t.Errorf("asked for %v", got)
		}
		w.pass(time.Minute)
		w.must("incident.note", `{"number":"incident/1","text":"the supplier confirms"}`)
		d = w.must("incident.close", `{"number":"1","reason":"the supplier has fixed it"}`).(Detail)
		if d.State != Closed || d.How != "by hand" || d.Says != "the supplier has fixed it" || !has(w.lines(1), "note: the supplier confirms") {
			t.Errorf("closed %+v", d)
		}
		if _, err := w.do("incident.close", `{"number":"1","reason":"again"}`); kindOf(err) != prentice.Conflict {
			t.Errorf("closed twice: %v", err)
		}
		if notes := w.evidence("incident.note"); len(notes) != 1 || notes[0].Actor != "person/ann" || w.evidence("incident.closed")[0].Actor != "person/ann" {
			t.Errorf("evidence %+v", w.notes)
		}
		w.settle()
		w.pass(time.Hour)
		w.settle()
		if len(w.sentOf("person.called")) != 0 {
			t.Error("a person was called for what a person opened")
		}
	})
}

func TestIncidentsAreListedByPage(t *testing.T) {
	each(t, func(w *world) {
		for _, name := range []string{"a", "b", "c", "d"} {
			e := w.event("service.down", "")
			e.Subject = prentice.NewRef("service", name)
			w.hears(e)
		}
		w.must("incident.close", `{"number":"2","reason":"not a fault"}`)
		refs := func(out any) (refs []string) {
			for _, in := range out.(Incidents).Incidents {
				refs = append(refs, string(in.Ref))
			}
			return refs
		}
		first := w.must("incident.list", `{"limit":3}`)
		if got := refs(first); !slices.Equal(got, []string{"incident/4", "incident/3", "incident/2"}) || first.(Incidents).Next() != "2" {
			t.Errorf("first page %v", got)
		}
		if got := refs(w.must("incident.list", `{"limit":3,"before":2}`)); !slices.Equal(got, []string{"incident/1"}) {
			t.Errorf("second page %v", got)
		}
		if got := refs(w.must("incident.list", `{"open":true}`)); !slices.Equal(got, []string{"incident/4", "incident/3", "incident/1"}) {
			t.Errorf("open %v", got)
		}
		if got := refs(w.must("incident.list", `{"subject":"service/b"}`)); !slices.Equal(got, []string{"incident/2"}) {
			t.Errorf("of b %v", got)
		}
		if _, err := w.do("incident.show", `{"number":"99"}`); kindOf(err) != prentice.NotFound {
			t.Errorf("there is no incident 99: %v", err)
		}
		if _, err := w.do("incident.show", `{"number":"run/1"}`); kindOf(err) != prentice.Invalid {
			t.Errorf("run/1 is no incident: %v", err)
		}
		facts, err := w.s.facts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if text := draw(t, explain, facts); !strings.Contains(text, "**incident/4**, service/d: service.down. open since") || !strings.Contains(text, "ended by hand: not a fault") {
			t.Errorf("explained\n%s", text)
		}
	})
}

func TestEventsAreListedAndShown(t *testing.T) {
	each(t, func(w *world) {
		w.must("event.send", `{"type":"service.down","subject":"service/checkout","data":{"code":503}}`)
		list := w.must("event.list", `{"limit":1}`).(Events)
		if _, rows := list.Table(); len(rows) != 1 || rows[0][0] != "event/1" || list.Next() != "1" {
			t.Errorf("list %+v", list)
		}
		text := w.must("event.show", `{"number":"event/1"}`).(EventOut).Text()
		if !strings.Contains(text, "event/1  service.down on service/checkout") || !strings.Contains(text, "3 times") || !strings.Contains(text, `"code": 503`) {
			t.Errorf("shown\n%s", text)
		}
	})
}
