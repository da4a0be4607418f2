package notice

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

var olga = prentice.Actor{Kind: prentice.Person, Name: "olga", Role: prentice.Owner}

func TestANoticeGoesWhereTheRoutesLead(t *testing.T) {
	for _, c := range []struct {
		name  string
		event prentice.Event
		run   func(*run.View)
		want  []string
	}{
		{"a question goes to the chat", waiting(), nil, []string{"chat: run/7 waits for an approver: restart on service/shop, on 1 host"}},
		{"a dangerous one to the pager too, and to the chat once", waiting(), func(r *run.View) { r.Risk = prentice.Danger },
			[]string{"chat: run/7 waits for an approver: restart on service/shop, on 1 host", "pager: run/7 waits for an approver: restart on service/shop, on 1 host"}},
		{"a question that was answered meanwhile is not asked", waiting(), func(r *run.View) { r.State = prentice.Running }, nil},
		{"a run that did not help", ended("failed"), nil, []string{"pager: run/7 ended failed: restart on service/shop"}},
		{"a run that was put back did not help", ended("undone"), nil, []string{"pager: run/7 ended undone: restart on service/shop"}},
		{"a run of which no one knows", ended("uncertain"), nil, []string{"pager: run/7 ended uncertain: restart on service/shop"}},
		{"a run that helped is no news", ended("verified"), nil, nil},
		{"an incident", prentice.Event{ID: "incident/3 incident.opened", Source: "prentice/support", Type: "incident.opened", Subject: "service/shop", Data: []byte(`{"incident":"incident/3","summary":"get http://shop:80/: connection refused","called":"shop is down: connection refused"}`)}, nil,
			[]string{"mail: Incident 3: shop is down: connection refused"}},
		{"an event without an incident", prentice.Event{ID: "person.called event/9", Source: "prentice/support", Type: "person.called",
			Data: []byte(`{"event":"event/9","summary":"NodeDiskFull","why":"it names no subject"}`)}, nil, []string{"mail: A person must look at event 9: NodeDiskFull"}},
		{"an event without an incident, of before", prentice.Event{ID: "person.called sha256:1", Source: "prentice/support", Type: "person.called", Data: []byte(`{"why":"it names no subject"}`)}, nil,
			[]string{"mail: A person must look at event 12"}},
		{"an incident that ends, of which no one was told", closed(), nil, nil},
		{"a schedule that was missed", prentice.Event{ID: "1", Source: "prentice/schedule", Type: "schedule.missed", Subject: "procedure/backup", Data: []byte(`{"procedure":"backup","count":5}`)}, nil,
			[]string{"mail: backup was due and not begun, 5 times"}},
		{"using break-glass is told, and asks for a review", prentice.Event{ID: "1", Source: "prentice/runner", Type: "prentice.break-glass", Subject: "run/7", Data: []byte(`{"run":7,"by":"person/ann","reason":"it burns"}`)}, nil,
			[]string{"mail: person/ann used break-glass on run/7, and another person must review it", "mail: person/ann used break-glass: run/7 goes on without approval"}},
		{"what someone outside says in our name", prentice.Event{ID: "1", Source: "mallory", Type: "run.waiting", Subject: "run/7", Data: []byte(`{"run":7}`)}, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, dbtest.SQLite(t))
			if c.run != nil {
				c.run(&w.run)
			}
			w.hear(c.event)
			w.round()
			w.round()
			slices.Sort(w.sent)
			if !slices.Equal(w.sent, c.want) {
				t.Errorf("sent %q, want %q", w.sent, c.want)
			}
		})
	}
}

func TestANoticeIsKeptOnceAndSentOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.hear(waiting())
		w.hear(waiting()) // as after a crash
		if list := w.all(Waiting); len(list) != 1 || list[0].Channel != "chat" || list[0].About != "run/7" {
			t.Fatalf("kept %+v", list)
		}
		w.round()
		w.round()
		if list := w.all(Sent); len(list) != 1 || list[0].Attempts != 1 || len(w.sent) != 1 || !slices.Equal(w.notes, []string{"notice.sent"}) {
			t.Errorf("sent %q, kept %+v, evidence %q", w.sent, list, w.notes)
		}
		w.hear(waiting())
		w.round()
		if len(w.sent) != 1 {
			t.Errorf("sent %d times", len(w.sent))
		}
	})
}

func TestWhatNobodyTakesIsTriedAgainAndThenDead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.fails["chat"] = errDown
		w.hear(waiting())
		for range 5 {
			w.round() // nothing is tried again before its time
		}
		if len(w.sent) != 1 {
			t.Fatalf("tried %d times at once", len(w.sent))
		}
		for range 2 * mostTries {
			w.now = w.now.Add(mostPause)
			w.round()
		}
		dead := w.all(Dead)
		if len(w.sent) != mostTries || len(dead) != 1 || dead[0].Attempts != mostTries || dead[0].Says != "it answered 500" || !slices.Equal(w.notes, []string{"notice.dead"}) {
			t.Fatalf("tried %d times, dead %+v, evidence %q", len(w.sent), dead, w.notes)
		}
		if ids := slices.Compact(slices.Clone(w.ids)); len(ids) != 1 {
			t.Errorf("the tries have ids %q", ids)
		}

		delete(w.fails, "chat")
		if err := w.Retry(t.Context(), dead[0].Number, olga); err != nil {
			t.Fatal(err)
		}
		w.round()
		if list := w.all(Sent); len(list) != 1 {
			t.Errorf("after the retry: %+v", w.all(""))
		}
		if err := w.Retry(t.Context(), dead[0].Number, olga); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("what was sent is sent again: %v", err)
		}
		if err := w.Retry(t.Context(), 99, olga); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("got %v", err)
		}
	})
}

func TestWhatWaitsForAChannelIsDueOnceItHasWhatItNeeds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.fails["chat"] = errors.New("secret chat-url is not set")
		w.hear(waiting())
		w.round()
		if list := w.all(Waiting); len(list) != 1 || list[0].Says != "secret chat-url is not set" {
			t.Fatalf("%+v", list)
		}
		if err := w.Anew(t.Context(), []string{"pager"}); err != nil || w.all(Waiting)[0].Says == "" {
			t.Errorf("another channel: %+v, %v", w.all(Waiting), err)
		}
		delete(w.fails, "chat")
		if err := w.Anew(t.Context(), []string{"chat", "mail"}); err != nil || w.all(Waiting)[0].Says != "" {
			t.Errorf("it is still said: %+v, %v", w.all(Waiting), err)
		}
		w.round()
		if list := w.all(Sent); len(list) != 1 {
			t.Errorf("%+v", w.all(""))
		}
		if err := w.Anew(t.Context(), []string{"chat"}); err != nil || len(w.all(Sent)) != 1 {
			t.Errorf("what was sent: %+v, %v", w.all(""), err)
		}
	})
}

func TestASlowReceiverHoldsUpNobodyElse(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.run.Risk = prentice.Danger
	w.hang["pager"] = make(chan struct{})
	w.hear(waiting())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	for len(w.all(Sent)) == 0 {
		time.Sleep(time.Millisecond)
	}
	w.mu.Lock()
	w.run.Number = 8
	w.mu.Unlock()
	second := waiting()
	second.ID = "run/8 waiting 1"
	w.hear(second)
	for len(w.all(Sent)) < 2 {
		time.Sleep(time.Millisecond)
	}
	if list := w.all(Waiting); len(list) != 2 {
		t.Errorf("the pager still hangs, and %+v waits", list)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if list := w.all(Waiting); len(list) != 2 || list[1].Attempts != 0 {
		t.Errorf("what was under way at the stop is not to be sent again: %+v", list)
	}
}

func TestAStopIsToldOnce(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for _, stop := range []string{"", "ann at 12:00: fire", "ann at 12:00: fire", "", "ann at 14:00: again"} {
		w.stop = stop
		w.toldStop = "" // as after a restart
		if err := w.watchStop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	w.round()
	w.round()
	if len(w.sent) != 2 || !strings.HasPrefix(w.sent[0], "mail: Everything is stopped") {
		t.Errorf("sent %q", w.sent)
	}
}

func TestTheNoticesOfAChannelThatIsGoneEnd(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.hear(waiting())
	w.Settings = func() *Settings { return &Settings{} }
	if err := w.dropGone(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.round()
	if gone := w.all(Dropped); len(gone) != 1 || !strings.Contains(gone[0].Says, "no channel chat") || len(w.sent) != 0 {
		t.Errorf("dropped %+v, sent %q", gone, w.sent)
	}
	if err := w.Test(t.Context(), "chat", olga); prentice.KindOf(err) != prentice.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestAMessageHoldsWhatAPersonNeedsAndNoLog(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.run.Reason = "look\x1b[31m\nBcc: x\r\nhere " + strings.Repeat("é", 500)
	m := compose(Asked, prentice.EventRecord{Event: waiting()}, read(waiting()), &w.run, "https://prentice.example.com")
	for _, want := range []string{"Risk       change", "Targets    host/web", "Requester  person/ann", "Until      2026-11-02 13:00 UTC", "Link       https://prentice.example.com/runs/7", "prentice run show run/7"} {
		if !strings.Contains(m.Text(), want) {
			t.Errorf("no %q in\n%s", want, m.Text())
		}
	}
	if strings.ContainsAny(m.Reason, "\x1b\r\n") || len([]rune(m.Reason)) > 201 {
		t.Errorf("reason %q", m.Reason)
	}
	for _, said := range []string{ended("failed").Type, "hunter2"} {
		if text := compose(Failed, prentice.EventRecord{Event: ended("failed")}, read(ended("failed")), &w.run, "").Text(); strings.Contains(text, said) {
			t.Errorf("%q stands in\n%s", said, text)
		}
	}
}

func TestPausesGrowUpToAnHour(t *testing.T) {
	before := time.Duration(0)
	for n := 1; n < 100; n++ {
		p := Pause(n, 0)
		if p < before || p > time.Hour || Pause(n, 0.999) < p/2 || Pause(n, 0.5) >= p {
			t.Errorf("after %d tries %s", n, p)
		}
		before = p
	}
	if Pause(1, 0) != 5*time.Second || Pause(2, 0) != 10*time.Second || before != time.Hour {
		t.Errorf("%s, %s, %s", Pause(1, 0), Pause(2, 0), before)
	}
}

func TestAMistakeInTheNoticesIsFoundWithItsPlace(t *testing.T) {
	channel := func(rest string) string { return "channels:\n  - {name: a, " + rest + "}\n" }
	const chat = "kind: chat, url_secret: u"
	for _, c := range []struct{ name, text, says, hint string }{
		{"a misspelt key", "chanels: []\n", `no key "chanels"`, `"channels"`},
		{"a kind that is none", channel("kind: chta, url_secret: u"), `"chta" is not a kind`, `"chat"`},
		{"nowhere to send to", channel("kind: chat"), "does not say where", "url"},
		{"two places", channel("kind: chat, url: 'https://a.b/', url_secret: u"), "either url or url_secret", "one of them"},
		{"an address that can be read on the way", channel("kind: chat, url: 'http://chat.example.com/x'"), "read what is sent by http", "https"},
		{"a password in an address", channel("kind: smtp, url: 'smtp://a:b@mail', from: a@b.c, to: [a@b.c]"), "holds a password", "secret"},
		{"mail to a web address", channel("kind: smtp, url: 'https://mail', from: a@b.c, to: [a@b.c]"), `begins with "https"`, "smtp://"},
		{"a web address that is a file", channel("kind: chat, url: 'file://host/etc/passwd'"), `begins with "file"`, "https"},
		{"an unsigned webhook", channel("kind: webhook, url: 'https://a.b/'"), "no secret", "signs"},
		{"a chat with a signature", channel(chat + ", secret: s"), "nothing for a chat", "url_secret"},
		{"a secret that is written out", channel("kind: webhook, url: 'https://a.b/', secret: 'p@ss w0rd!'"), "secret is not a name", "never written out"},
		{"mail to no one", channel("kind: smtp, url: 'smtp://mail', from: a@b.c"), "to whom", "ops@example.com"},
		{"mail with a header in an address", channel(`kind: smtp, url: 'smtp://mail', from: "a@b.c\r\nBcc: x@y.z", to: [a@b.c]`), "from is", "ops@example.com"},
		{"a chat with an address for mail", channel(chat + ", to: [a@b.c]"), "smtp only", "leave it out"},
		{"two of one name", "channels:\n  - {name: a, " + chat + "}\n  - {name: a, " + chat + "}\n", `another channel "a"`, "another name"},
		{"a topic that is none", channel(chat) + "routes: [{on: [askd], to: [a]}]\n", `no "askd"`, `"asked"`},
		{"a channel that is not declared", channel(chat) + "routes: [{on: [asked], to: [b]}]\n", `no "b"`, "use a"},
		{"a route to nowhere", channel(chat) + "routes: [{on: [asked]}]\n", "no to", "empty is never all"},
		{"a route of nothing", channel(chat) + "routes: [{to: [a]}]\n", "no on", "empty is never all"},
		{"an empty list of systems", channel(chat) + "routes: [{on: [asked], systems: [], to: [a]}]\n", "not a list", "leave the key out"},
		{"routes and no channel", "routes: [{on: [asked], to: [a]}]\n", "no channels", "declare"},
		{"a link that is none", "link: prentice.example.com\n", "link is", "https://"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, findings := Load("notices.yaml", []byte(c.text))
			if s != nil || len(findings) == 0 {
				t.Fatal("was read")
			}
			if f := findings[0]; !f.Error || f.At.Line == 0 || !strings.Contains(f.Text, c.says) || !strings.Contains(f.Hint, c.hint) {
				t.Errorf("got %+v, want %q, hint %q", f, c.says, c.hint)
			}
		})
	}
}

func TestTheExampleOfTheHowToIsRight(t *testing.T) {
	text, err := os.ReadFile("../../../book/how-to/notices.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "```yaml\n")
	example, _, _ := strings.Cut(after, "```")
	if s, findings := Load("notices.yaml", []byte(example)); s == nil || len(s.Channels) != 4 {
		t.Errorf("findings %+v", findings)
	}
	for _, topic := range Topics() {
		if !strings.Contains(string(text), "`"+topic+"`") {
			t.Errorf("it does not speak of %s", topic)
		}
	}
}
