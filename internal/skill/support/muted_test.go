package support

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/silence"
	"prentice/internal/kit/db"
	"prentice/internal/team"
)

// quiet is a world with silences.
func quiet(t *testing.T, test func(*world)) {
	routed(t, func(w *world) {
		if err := w.db.Migrate(t.Context(), "silence", silence.Schema()); err != nil {
			t.Fatal(err)
		}
		w.silences()
		test(w)
	})
}

func (w *world) silences() {
	w.s.Router, w.s.Silences = routes{}, &silence.Silences{DB: w.db}
}

func (w *world) open() (n int) {
	w.t.Helper()
	n, err := w.s.OpenCount(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// labelled is an alert of a service with labels.
func (w *world) fires(kind, name, service, more string) {
	w.t.Helper()
	e := w.event("alert."+kind, fmt.Sprintf(`{"alertname":%q,"fingerprint":"%s-%s","severity":"critical","labels":{"alertname":%q,"service":"liar"%s}}`, name, name, service, name, more))
	e.Source, e.Subject = "alertmanager/eu", prentice.NewRef("service", service)
	w.hears(e)
}

func TestASilencedAlertOpensNoIncidentUntilTheSilenceEnds(t *testing.T) {
	quiet(t, func(w *world) {
		w.matches = map[string][]string{"alert.firing": {"restart"}}
		w.must("silence.add", `{"matcher":["alertname=High","service=~we.*"],"for":7200000000000,"reason":"disks"}`)
		w.fires("firing", "High", "web", "")
		w.fires("firing", "High", "web", "")
		if w.open() != 0 || len(w.asked) != 0 || w.told("incident.opened") != 0 {
			t.Fatalf("%d incidents, asked for %v", w.open(), w.asked)
		}
		list := w.must("silence.list", `{}`).(SilenceList)
		if text := list.Text(); !strings.Contains(text, "◇ alert High on service/web") || !strings.Contains(text, "silence/1 by person/ann until 2026-03-02 14:00:00 UTC: disks") {
			t.Errorf("listed\n%s", text)
		}
		w.restart()
		w.silences()
		w.pass(2*time.Hour - time.Microsecond)
		w.settle()
		if w.open() != 0 {
			t.Fatal("it ended before its time")
		}
		w.pass(time.Microsecond)
		w.settle()
		if w.open() != 1 || len(w.asked) != 1 || w.told("incident.opened") != 1 {
			t.Fatalf("at the very moment of its end: %d incidents, asked for %v", w.open(), w.asked)
		}
		w.pass(time.Hour)
		w.settle()
		if w.open() != 1 || len(w.asked) != 1 {
			t.Errorf("later: %d incidents, asked for %v", w.open(), w.asked)
		}
		if text := w.show(1).Text(); !strings.Contains(text, "it was silenced before: silence/1") {
			t.Errorf("shown\n%s", text)
		}
	})
}

func TestASilencedAlertThatIsResolvedWasNothing(t *testing.T) {
	quiet(t, func(w *world) {
		w.must("silence.add", `{"matcher":["alertname=High"],"for":7200000000000,"reason":"disks"}`)
		w.fires("firing", "High", "web", "")
		w.fires("resolved", "High", "web", "")
		w.must("silence.end", `{"silence":"silence/1"}`)
		w.settle()
		if w.open() != 0 || w.told("incident.opened") != 0 {
			t.Errorf("%d incidents", w.open())
		}
	})
}

func TestASilenceHidesNothingElse(t *testing.T) {
	quiet(t, func(w *world) {
		w.must("silence.add", `{"matcher":["service=liar"],"for":7200000000000,"reason":"its sender says so"}`)
		w.fires("firing", "High", "web", "") // its label says liar, and it is about web
		if w.open() != 1 {
			t.Error("what a label claims silences another service")
		}
		host := w.event("alert.firing", `{"alertname":"Disk","fingerprint":"d","severity":"critical","labels":{"service":"liar"}}`)
		host.Source, host.Subject = "alertmanager/eu", "host/web-1"
		w.hears(host)
		if w.open() != 2 {
			t.Error("what a label claims silences a host")
		}
		w.must("silence.add", `{"matcher":["service=web"],"for":7200000000000,"reason":"disks"}`)
		w.fires("firing", "Other", "db", "")
		w.hears(prentice.Event{ID: "u", Source: "alertmanager/eu", Type: "alert.unread", Subject: "service/web", Time: w.clock()})
		if w.open() != 3 {
			t.Errorf("%d incidents are open", w.open())
		}
		w.must("incident.open", `{"subject":"service/gate","summary":"by hand"}`)
		w.must("silence.add", `{"matcher":["service=gate"],"for":7200000000000,"reason":"disks"}`)
		w.settle()
		if w.show(4).Muted != nil {
			t.Error("what a person has opened is silenced")
		}
	})
}

func TestAnIncidentWhoseSymptomsAreSilencedStaysOpenAndCallsNobody(t *testing.T) {
	quiet(t, func(w *world) {
		w.matches = map[string][]string{"alert.firing": {"restart"}}
		w.fires("firing", "High", "web", "")
		w.must("silence.add", `{"matcher":["service=web"],"for":3600000000000,"reason":"disks"}`)
		w.settle()
		d := w.show(1)
		if d.Muted == nil || d.Muted.Of != "silence/1" || !d.Closed.IsZero() {
			t.Fatalf("muted %+v", d.Muted)
		}
		w.hears(w.moves(1, "restart", prentice.Failed, "it did not help"))
		if w.told("person.called") != 0 {
			t.Error("a person is called for what is silenced")
		}
		w.fires("firing", "High", "web", "") // again
		if len(w.asked) != 1 {
			t.Errorf("asked for %v", w.asked)
		}
		w.pass(time.Hour)
		w.settle()
		if d := w.show(1); d.Muted != nil || w.told("person.called") != 1 {
			t.Errorf("after its end: muted %+v, called %d times", d.Muted, w.told("person.called"))
		}
	})
}

func TestAnotherSymptomBreaksTheSilenceOfAnIncident(t *testing.T) {
	quiet(t, func(w *world) {
		w.fires("firing", "High", "web", "")
		w.must("silence.add", `{"matcher":["alertname=High"],"for":3600000000000,"reason":"disks"}`)
		w.settle()
		w.fires("firing", "Other", "web", "")
		if w.show(1).Muted != nil {
			t.Error("it is silent although one symptom is not")
		}
		w.fires("resolved", "Other", "web", "")
		if w.show(1).Muted == nil {
			t.Error("only what is silenced is left")
		}
	})
}

func TestAProbeIsSilencedByItsName(t *testing.T) {
	quiet(t, func(w *world) {
		w.must("silence.add", `{"matcher":["probe=http","service=checkout"],"for":3600000000000,"reason":"disks"}`)
		e := w.event("probe.failed", `{"probe":"http","consecutive":3,"down":true}`)
		e.Source = "prentice/probe"
		w.hears(e)
		if w.open() != 0 {
			t.Error("it opened an incident")
		}
		w.pass(time.Hour)
		w.settle()
		if w.open() != 1 {
			t.Error("it opens none after the silence")
		}
	})
}

func TestWhatASilenceMustHave(t *testing.T) {
	quiet(t, func(w *world) {
		for in, says := range map[string]string{
			`{"matcher":["alertname=~.*"],"for":3600000000000,"reason":"x"}`:                                      "would match everything",
			`{"matcher":["alertname!=x","a=~.+"],"for":3600000000000,"reason":"x"}`:                               "would match everything",
			`{"matcher":["alertname=x"],"reason":"x"}`:                                                            "has no end",
			`{"matcher":["alertname=x"],"for":2595600000000000,"reason":"x"}`:                                     "the longest is 30 days",
			`{"matcher":["alertname=x"],"until":"2026-03-02T12:00:00Z","reason":"x"}`:                             "before it begins",
			`{"matcher":["alertname=x"],"for":3600000000000,"reason":" "}`:                                        "has no reason",
			`{"matcher":["alertname=~("],"for":3600000000000,"reason":"x"}`:                                       "is not a pattern of RE2",
			`{"matcher":["nonsense"],"for":3600000000000,"reason":"x"}`:                                           "is not a matcher",
			`{"matcher":["a=x"],"for":3600000000000,"until":"2026-03-02T13:00:00Z","reason":"x"}`:                 "both how long and until when",
			`{"matcher":["a=x"],"starts":"2026-05-02T13:00:00Z","for":3600000000000,"reason":"after two months"}`: "the longest is 30 days",
		} {
			if _, err := w.do("silence.add", in); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %v", in, err)
			}
		}
		bot := prentice.Actor{Kind: prentice.Agent, Name: "bot", Role: prentice.Operator}
		if _, err := w.doAs(bot, "silence.add", `{"matcher":["a=x"],"for":18000000000000,"reason":"x"}`); kindOf(err) != prentice.Denied {
			t.Errorf("an agent for five hours: %v", err)
		}
	})
}

// A clock that was set back makes a silence last longer, and loses nothing.
func TestAClockThatMovesLosesNoSilencedAlert(t *testing.T) {
	quiet(t, func(w *world) {
		w.must("silence.add", `{"matcher":["alertname=High"],"for":3600000000000,"reason":"disks"}`)
		w.fires("firing", "High", "web", "")
		w.pass(-30 * time.Minute)
		w.settle() // before it begins: it is not silent
		if w.open() != 1 {
			t.Errorf("%d are open", w.open())
		}
	})
}

// upkeep is silences beside maintenance of a thing until a time.
type upkeep struct {
	*silence.Silences
	of    prentice.Ref
	until time.Time
}

func (u *upkeep) Muting(tx *db.Tx, now time.Time, about prentice.Ref, labels map[string]string) (*team.Mute, error) {
	if about == u.of && now.Before(u.until) {
		return &team.Mute{Of: "calendar/upkeep", Why: "disks", Until: u.until}, nil
	}
	return u.Silences.Muting(tx, now, about, labels)
}

func (u *upkeep) Turn(ctx context.Context, now time.Time) (string, time.Time, error) {
	mark, next, err := u.Silences.Turn(ctx, now)
	if now.Before(u.until) {
		return mark + "upkeep", u.until, err
	}
	return mark, next, err
}

func TestWhatStillFiresWhenMaintenanceEndsIsAnnouncedThen(t *testing.T) {
	quiet(t, func(w *world) {
		u := &upkeep{&silence.Silences{DB: w.db}, "service/web", noon.Add(time.Hour)}
		w.s.Silences = u
		w.fires("firing", "High", "web", "")
		w.fires("firing", "Brief", "web", "")
		w.fires("firing", "Other", "db", "")
		if w.open() != 1 || w.told("incident.opened") != 1 {
			t.Fatalf("%d incidents are open", w.open())
		}
		w.fires("resolved", "Brief", "web", "")
		w.restart()
		w.silences()
		w.s.Silences = u
		w.pass(time.Hour - time.Microsecond)
		w.settle()
		if w.open() != 1 {
			t.Fatal("it ended before its time")
		}
		w.pass(time.Microsecond)
		w.settle()
		if w.open() != 2 || w.told("incident.opened") != 2 {
			t.Fatalf("at its end %d incidents are open", w.open())
		}
		if text := w.show(2).Text(); !strings.Contains(text, "it was silenced before: calendar/upkeep until") || strings.Contains(text, "Brief") {
			t.Errorf("shown\n%s", text)
		}
		if list := w.must("silence.list", `{"subject":"service/web"}`).(SilenceList); len(list.Muted) != 0 {
			t.Errorf("still silenced: %+v", list.Muted)
		}
	})
}

func TestMaintenanceMutesTheOpenIncidentOfWhatItIsAbout(t *testing.T) {
	quiet(t, func(w *world) {
		u := &upkeep{&silence.Silences{DB: w.db}, "service/web", noon}
		w.s.Silences = u
		w.fires("firing", "High", "web", "")
		w.fires("firing", "Other", "db", "")
		u.until = noon.Add(time.Hour)
		w.settle()
		if m := w.show(1).Muted; m == nil || m.Of != "calendar/upkeep" || w.show(2).Muted != nil {
			t.Fatalf("muted %+v and %+v", m, w.show(2).Muted)
		}
		w.pass(time.Hour)
		w.settle()
		if w.show(1).Muted != nil || !has(w.lines(1), "it is silenced no more") {
			t.Errorf("after it: %+v, %v", w.show(1).Muted, w.lines(1))
		}
	})
}
