package outgoing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const teamText = `webhooks:
  - {name: deployer, url: "https://deploy.example.com/landed", secret: deployer-key, events: [change.landed, "queue.*"]}
  - {name: store, url_secret: store-url, secret: store-key, events: ["*"], about: [service/shop], disable_after: 2d}
`

// world is a post with everything outside it made small and visible.
type world struct {
	*Post
	now   time.Time
	mu    sync.Mutex // guards the rest
	sent  []string   // endpoint, type and id
	says  map[string]Answer
	fails error
	told  []string
	notes []string
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	if err := d.Migrate(t.Context(), "outgoing", Schema()); err != nil {
		t.Fatal(err)
	}
	rules, findings := Load("webhooks.yaml", []byte(teamText))
	if rules == nil {
		t.Fatalf("findings %+v", findings)
	}
	w := &world{now: time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC), says: map[string]Answer{}}
	w.Post = New(Deps{DB: d, Recorder: w, Sender: w, Rules: func() *Rules { return rules }, Clock: func() time.Time { return w.now }, Chance: func() float64 { return 0 }, Log: slog.New(slog.DiscardHandler),
		Tell: func(_ *db.Tx, e prentice.Event) error {
			w.told = append(w.told, e.Type+" "+string(e.Subject))
			return e.Check()
		}})
	return w
}

func (w *world) Append(_ *db.Tx, _ time.Time, notes ...prentice.Note) error {
	for _, n := range notes {
		w.notes = append(w.notes, n.Kind)
	}
	return nil
}

func (w *world) Deliver(_ context.Context, e Endpoint, l Letter) (Answer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fails != nil {
		return Answer{}, w.fails
	}
	w.sent = append(w.sent, e.Name+" "+l.ID)
	return w.says[e.Name], nil
}

func (w *world) hear(t *testing.T, number int64, kind string, about prentice.Ref) {
	t.Helper()
	if err := w.Listen(t.Context(), prentice.EventRecord{Number: number, Event: prentice.Event{ID: fmt.Sprint("e", number), Source: "prentice/queue", Type: kind, Subject: about, Time: w.now, Data: []byte(`{"title":"\u001b[31m"}`), Causes: []prentice.Ref{"person/ann"}}}); err != nil {
		t.Fatal(err)
	}
}

// round sends once all that is due.
func (w *world) round(t *testing.T) {
	t.Helper()
	for again := true; again; {
		again = false
		for _, e := range w.Rules().Endpoints {
			more, err := w.sendNext(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			again = again || more
		}
	}
}

func (w *world) list(t *testing.T) (list []string) {
	t.Helper()
	all, err := w.List(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		list = append(list, fmt.Sprintf("%d %s %s %s %d", d.Number, d.Endpoint, d.Type, d.State, d.Attempts))
	}
	return list
}

func TestAnEndpointHearsOfWhatItNamesOnceForEachTelling(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for range 2 { // the inbox may tell of an event again
			w.hear(t, 1, "change.landed", "change/1")
			w.hear(t, 2, "queue.ejected", "change/2")
			w.hear(t, 3, "queued.elsewhere", "change/2")
			w.hear(t, 4, "incident.opened", "service/shop")
			w.hear(t, 5, "incident.opened", "service/other")
		}
		w.round(t)
		if got, want := w.list(t), []string{"3 store incident.opened sent 1", "2 deployer queue.ejected sent 1", "1 deployer change.landed sent 1"}; !slices.Equal(got, want) {
			t.Errorf("kept %q", got)
		}
		one, err := w.Find(t.Context(), 1)
		if err != nil || !strings.Contains(one.Body, `"specversion":"1.0","id":"e1","source":"prentice/queue","type":"change.landed","subject":"change/1"`) || !strings.Contains(one.Body, `"sequence":"1"`) {
			t.Errorf("%s %v", one.Body, err)
		}
		if strings.Contains(one.Body, "person/ann") || strings.ContainsRune(one.Body, '\x1b') {
			t.Errorf("it tells who is behind it, or steers a terminal: %s", one.Body)
		}
		if len(w.sent) != 3 || w.sent[0] != "deployer "+one.ID && w.sent[1] != "deployer "+one.ID {
			t.Errorf("sent %q, and the delivery has the id %s", w.sent, one.ID)
		}
	})
}

func TestWhatIsNotTakenIsTriedAgainWithTheSameIdUntilItIsGivenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.says["deployer"] = Answer{Says: "it answered 500", Pause: time.Minute}
		w.hear(t, 1, "change.landed", "change/1")
		w.round(t)
		w.now = w.now.Add(59 * time.Second)
		w.round(t)
		if len(w.sent) != 1 {
			t.Fatalf("it asked to be left alone for a minute: %q", w.sent)
		}
		w.says["deployer"] = Answer{Says: "it answered 500"}
		for range 30 {
			w.now = w.now.Add(mostPause)
			w.hear(t, w.now.Unix(), "queue.frozen", "repository/shop") // what fails holds up nothing behind it
			if len(w.told) > 0 {
				break
			}
			w.round(t)
		}
		if len(w.told) != 1 || w.told[0] != "webhook.disabled webhook/deployer" || !slices.Contains(w.notes, "webhook.disabled") {
			t.Errorf("told %q, notes %q", w.told, w.notes)
		}
		if w.sent[0] != w.sent[1] {
			t.Errorf("another id at the next try: %q", w.sent[:2])
		}
	})
}

func TestADeliveryIsGivenUpAfterTwentyTries(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.says["deployer"] = Answer{Says: "it answered 500"}
	w.hear(t, 1, "change.landed", "change/1")
	for n := range mostTries + 5 {
		w.says["deployer"] = Answer{Says: "it answered 500"}
		w.now = w.now.Add(mostPause)
		w.round(t)
		// another is taken, so that the endpoint is not one that takes nothing
		w.says["deployer"] = Answer{}
		w.hear(t, int64(100+n), "queue.frozen", "repository/shop")
		if _, err := w.sendNext(t.Context(), w.Rules().Endpoints[0]); err != nil {
			t.Fatal(err)
		}
	}
	one, err := w.Find(t.Context(), 1)
	if err != nil || one.State != Dead || one.Attempts != mostTries || one.Says != "it answered 500" || !slices.Contains(w.notes, "webhook.dead") || len(w.told) > 0 {
		t.Errorf("%+v %v, notes %q, told %q", one, err, w.notes, w.told)
	}
	if n, err := w.Replay(t.Context(), 1, "", time.Time{}, prentice.Actor{Kind: prentice.Person, Name: "ann"}); n != 1 || err != nil {
		t.Errorf("replayed %d: %v", n, err)
	}
	w.round(t)
	if one, _ = w.Find(t.Context(), 1); one.State != Sent || one.Attempts != 1 {
		t.Errorf("after a replay: %+v", one)
	}
}

func TestADisabledEndpointIsSentNothingAndMissesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ann := prentice.Actor{Kind: prentice.Person, Name: "ann"}
		w := newWorld(t, d)
		w.says["deployer"] = Answer{Says: "it answered 410", Gone: true}
		w.hear(t, 1, "change.landed", "change/1")
		w.round(t)
		w.hear(t, 2, "change.landed", "change/2")
		w.now = w.now.Add(time.Hour)
		w.round(t)
		if got, want := w.list(t), []string{"2 deployer change.landed held 0", "1 deployer change.landed held 1"}; !slices.Equal(got, want) || len(w.sent) != 1 {
			t.Errorf("kept %q, sent %q", got, w.sent)
		}
		if _, err := w.Replay(t.Context(), 1, "", time.Time{}, ann); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("a replay to it: %v", err)
		}
		w.says["deployer"] = Answer{}
		if held, err := w.Enable(t.Context(), "deployer", ann); held != 2 || err != nil {
			t.Errorf("held %d, %v", held, err)
		}
		if _, err := w.Enable(t.Context(), "deployer", ann); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("enabled again: %v", err)
		}
		w.round(t)
		if len(w.sent) != 3 {
			t.Errorf("sent %q", w.sent)
		}
		if n, err := w.Replay(t.Context(), 0, "deployer", w.now.Add(-2*time.Hour), ann); n != 2 || err != nil {
			t.Errorf("replayed %d: %v", n, err)
		}
	})
}

func TestTwoProcessesMakeADeliveryOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		const deliveries = 20
		for n := range deliveries {
			w.hear(t, int64(n+1), "change.landed", "change/1")
		}
		other := New(w.Deps)
		var both sync.WaitGroup
		for _, p := range []*Post{w.Post, other} {
			both.Go(func() {
				for range 3 * deliveries {
					if _, err := p.sendNext(context.WithoutCancel(t.Context()), w.Rules().Endpoints[0]); err != nil && !errors.Is(err, db.ErrBusy) {
						t.Error(err)
					}
				}
			})
		}
		both.Wait()
		slices.Sort(w.sent)
		if n := len(w.sent); n != deliveries || len(slices.Compact(w.sent)) != deliveries {
			t.Errorf("%d were made of %d deliveries", n, deliveries)
		}
	})
}

func TestWhatCannotBeSentByUsWaits(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.fails = errors.New("there is no secret deployer-key")
	w.hear(t, 1, "change.landed", "change/1")
	w.round(t)
	if one, _ := w.Find(t.Context(), 1); one.State != Waiting || one.Says != "there is no secret deployer-key" {
		t.Errorf("%+v", one)
	}
	w.fails = nil
	if err := w.Anew(t.Context(), w.Rules().Using("deployer-key")); err != nil {
		t.Fatal(err)
	}
	w.round(t)
	if one, _ := w.Find(t.Context(), 1); one.State != Sent {
		t.Errorf("once the secret is there: %+v", one)
	}
}

func TestWhatIsWrongInTheFileIsSaidWithItsPlace(t *testing.T) {
	const good = `webhooks: [{name: a, url: "https://a.example.com/", secret: key, events: [change.landed]`
	cases := map[string]string{
		good + `}]`:                    "",
		good + `, disable_after: 1m}]`: `disable_after is "1m"`,
		good + `}, {name: a, url: "https://b.example.com", secret: key, events: ["*"]}]`: `another webhook "a"`,
		good + `, about: [shop]}]`: `"shop" is no ref`,
		good + `, evnts: [x]}]`:    `has no key "evnts"`,
		`webhooks: [{name: A/, url: "https://a.example.com/", secret: key, events: [x]}]`:       `cannot be the name`,
		`webhooks: [{name: a, url: "https://a.example.com/", secret: key}]`:                     "does not say which events",
		`webhooks: [{name: a, url: "https://a.example.com/", secret: key, events: ["ch*"]}]`:    `"ch*" is no type`,
		`webhooks: [{name: a, url: "https://a.example.com/", events: [x]}]`:                     "no secret",
		`webhooks: [{name: a, url: "http://a.example.com/", secret: key, events: [x]}]`:         "read what is sent by http",
		`webhooks: [{name: a, url: "http://169.254.169.254/", secret: key, events: [x]}]`:       "read what is sent by http",
		`webhooks: [{name: a, url: "https://169.254.169.254/", secret: key, events: [x]}]`:      "machines of a cloud",
		`webhooks: [{name: a, url: "https://ann:pw@a.example.com/", secret: key, events: [x]}]`: "holds a name or a password",
		`webhooks: [{name: a, url: "file:///etc/passwd", secret: key, events: [x]}]`:            "is not one",
		`webhooks: [{name: a, secret: key, events: [x]}]`:                                       "where it leads",
	}
	for text, want := range cases {
		_, findings := Load("webhooks.yaml", []byte(text))
		said := fmt.Sprint(findings)
		if want == "" && len(findings) > 0 || want != "" && !strings.Contains(said, want) {
			t.Errorf("%s\n%s", text, said)
		}
		if strings.Contains(said, "pw@") {
			t.Errorf("a password is shown: %s", said)
		}
	}
}
