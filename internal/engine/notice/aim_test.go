package notice

import (
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// A receiver was down while the run was answered: once it is there again, it is not
// asked what no one asks any more.
func TestAQuestionThatWasAnsweredMeanwhileIsNotSent(t *testing.T) {
	for name, answer := range map[string]func(*world){
		"it runs":                     func(w *world) { w.run.State = prentice.Running },
		"it has ended":                func(w *world) { w.run.State = prentice.Expired },
		"it waits for something else": func(w *world) { w.run.Waits, w.run.Expires = "climb", w.run.Expires.Add(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := newWorld(t, d)
				w.fails["chat"] = errDown
				w.hear(waiting())
				w.round()
				delete(w.fails, "chat")
				answer(w)
				w.now = w.now.Add(time.Minute)
				w.round()
				if gone := w.all(Dropped); len(w.sent) != 1 || len(gone) != 1 || !strings.Contains(gone[0].Says, "does not ask this any more") || !slices.Equal(w.notes, []string{"notice.dropped"}) {
					t.Errorf("sent %q, dropped %+v, evidence %q", w.sent, gone, w.notes)
				}
			})
		})
	}
}

const aimed = `channels:
  - {name: ann, kind: chat, url_secret: u, people: [ann]}
  - {name: ben, kind: chat, url_secret: u, people: [person/ben]}
  - {name: both, kind: chat, url_secret: u, people: [ann, ben]}
  - {name: gone, kind: chat, url_secret: u, people: [zoe]}
  - {name: shared, kind: chat, url_secret: u}
routes:
  - {on: [asked, review, failed], to: [ann, ben, both, gone, shared]}
`

func aimedWorld(t *testing.T, d *db.DB) *world {
	w := newWorld(t, d)
	s, findings := Load("notices.yaml", []byte(aimed))
	if s == nil {
		t.Fatal(findings)
	}
	w.Settings = func() *Settings { return s }
	return w
}

// told are the channels that were sent something since the last time.
func (w *world) told() (list []string) {
	for range 10 {
		w.round()
	}
	for _, sent := range w.sent {
		channel, _, _ := strings.Cut(sent, ":")
		list = append(list, channel)
	}
	slices.Sort(list)
	w.sent = nil
	return list
}

// Ann caused the run, has approved it, lacks the role or is away: her channel is not
// asked, one that she shares is, and so is one that is for no one who is here.
func TestAQuestionGoesToThosePeopleWhoCanAnswerIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := aimedWorld(t, d)
		w.hear(waiting())
		if to := w.told(); !slices.Equal(to, []string{"ben", "both", "gone", "shared"}) {
			t.Errorf("asked %q", to)
		}
		w.hear(prentice.Event{ID: "1", Source: "prentice/runner", Type: "prentice.break-glass", Subject: "run/7", Data: []byte(`{"run":7,"by":"person/ann","reason":"it burns"}`)})
		if to := w.told(); !slices.Equal(to, []string{"ben", "both", "gone", "shared"}) {
			t.Errorf("asked for a review: %q", to)
		}
		w.hear(ended("failed"))
		if to := w.told(); !slices.Equal(to, []string{"ann", "ben", "both", "gone", "shared"}) {
			t.Errorf("told that it failed: %q", to)
		}
		w.able = nil
		w.run.Expires = w.run.Expires.Add(time.Hour)
		w.hear(waiting())
		if to := w.told(); !slices.Equal(to, []string{"ann", "ben", "both", "gone", "shared"}) {
			t.Errorf("no one can answer, and it was told to %q", to)
		}
		w.unsure = errDown
		w.run.Expires = w.run.Expires.Add(time.Hour)
		w.hear(waiting())
		if to := w.told(); len(to) != 5 {
			t.Errorf("no one can tell who can answer, and it was told to %q", to)
		}
	})
}

func TestAQuestionNamesWhoCanAnswerIt(t *testing.T) {
	w := aimedWorld(t, dbtest.SQLite(t))
	w.hear(waiting())
	one, err := w.Find(t.Context(), 1)
	if err != nil || !strings.Contains(one.Text, "Can answer person/ben, person/carl") {
		t.Errorf("%v\n%s", err, one.Text)
	}
	w.able = nil
	w.run.Expires = w.run.Expires.Add(time.Hour)
	w.hear(waiting())
	if list := w.all(""); len(list) > 0 {
		if one, err = w.Find(t.Context(), list[0].Number); err != nil || !strings.Contains(one.Text, "no one on the team can answer it as things are") {
			t.Errorf("%v\n%s", err, one.Text)
		}
	}
}

// The receiver of Ben's channel was down while he approved: it is not asked again.
func TestWhoseTurnIsOverIsNotAskedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := aimedWorld(t, d)
		w.fails["ben"] = errDown
		w.hear(waiting())
		w.told()
		delete(w.fails, "ben")
		w.able = []prentice.Ref{"person/carl"}
		w.now = w.now.Add(time.Minute)
		if to := w.told(); len(to) != 0 {
			t.Errorf("asked %q again", to)
		}
		if gone := w.all(Dropped); len(gone) != 1 || gone[0].Channel != "ben" || !strings.Contains(gone[0].Says, "no one whom the channel is for can answer run/7 any more") {
			t.Errorf("%+v", gone)
		}
	})
}

func TestThePeopleOfAChannelAreNames(t *testing.T) {
	for text, says := range map[string]string{"people: []": "not a list", "people: ['a b']": "cannot be the name of a person", "person: ann": `no key "person"`} {
		s, findings := Load("notices.yaml", []byte("channels:\n  - {name: a, kind: chat, url_secret: u, "+text+"}\n"))
		if s != nil || len(findings) == 0 || !strings.Contains(findings[0].Text, says) {
			t.Errorf("%s: %+v", text, findings)
		}
	}
}
