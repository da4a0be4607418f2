package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/app"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ann   = prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Owner, Door: "cli"}
	bob   = prentice.Actor{Kind: prentice.Person, Name: "bob", Role: prentice.Viewer, Door: "api"}
	start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

// in and out are what the operations of these tests take and give.
type in struct {
	Service prentice.Ref `json:"service,omitempty"`
	Text    string       `json:"text,omitempty"`
	Limit   int          `json:"limit,omitempty" default:"50" minimum:"1" maximum:"500"`
}

type out struct {
	Text  string `json:"text"`
	Limit int    `json:"limit"`
	Key   string `json:"key"`
	Count int    `json:"count"`
}

// world is a door with what stands behind it.
type world struct {
	*app.App
	t     *testing.T
	mu    sync.Mutex // guards the fields below
	notes []prentice.Note
	rule  func(prentice.Moment) prentice.Decision
	full  error // what the recorder says
	now   time.Time
	log   strings.Builder
	done  int // how often echo.do was done
}

func (w *world) Decide(_ context.Context, m prentice.Moment) prentice.Decision {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.rule != nil {
		return w.rule(m)
	}
	return prentice.Decision{Verdict: prentice.Allow}
}

func (w *world) Append(_ *db.Tx, _ time.Time, notes ...prentice.Note) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.full != nil {
		return w.full
	}
	w.notes = append(w.notes, notes...)
	return nil
}

func (w *world) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(p)
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// told is the evidence so far, a line each.
func (w *world) told() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var lines []string
	for _, n := range w.notes {
		raw, _ := json.Marshal(n.Data)
		lines = append(lines, fmt.Sprintf("%s %s %v %s", n.Kind, n.Actor, n.Refs, raw))
	}
	return strings.Join(lines, "\n")
}

func (w *world) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done++
	return w.done
}

// open is a door for these operations and, always, echo.do.
func open(t *testing.T, d *db.DB, ops ...op.Op) *world {
	t.Helper()
	w := &world{t: t, now: start}
	echo := op.New("echo.do", prentice.Change, prentice.Viewer, "Say it again", func(_ context.Context, c op.Call, i in) (out, error) {
		return out{Text: i.Text, Limit: i.Limit, Key: c.Key, Count: w.count()}, nil
	})
	if d != nil {
		if err := d.Migrate(t.Context(), "app", app.Schema()); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	w.App, err = app.New(app.Deps{
		Ops: append(ops, echo), DB: d, Policy: w, Recorder: w, Clock: w.clock,
		Log: slog.New(slog.NewTextHandler(w, nil)), ID: func() string { return "id-1" },
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) ask(actor prentice.Actor, name string, input any, key ...string) (any, error) {
	r := op.Request{Actor: actor, Op: name, In: input}
	if len(key) > 0 {
		r.Key = key[0]
	}
	return w.Invoke(w.t.Context(), r)
}

// wants checks an error's kind and words.
func wants(t *testing.T, err error, kind prentice.Kind, words ...string) {
	t.Helper()
	var e *prentice.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an error of kind %s", err, kind)
	}
	if e.Kind != kind {
		t.Errorf("kind %s, want %s: %v", e.Kind, kind, err)
	}
	for _, word := range words {
		if !strings.Contains(e.Error(), word) {
			t.Errorf("%q lacks %q", e.Error(), word)
		}
	}
}

func fails(name string, risk prentice.Risk, err error) op.Op {
	return op.New(name, risk, prentice.Viewer, "Always fails", func(context.Context, op.Call, in) (out, error) { return out{}, err })
}

func TestADoorThatIsBuiltWrongDoesNotOpen(t *testing.T) {
	good := fails("a.b", prentice.Look, nil)
	type truth struct {
		Yes bool `json:"yes" default:"true"`
	}
	type bound struct {
		N int `json:"n" minimum:"few"`
	}
	type choice struct {
		S string `json:"s" enum:"a,b" default:"c"`
	}
	now := time.Now
	odd := func(o op.Op) app.Deps { return app.Deps{Clock: now, Ops: []op.Op{o}} }
	for name, d := range map[string]app.Deps{
		"no clock":                  {},
		"no policy":                 {Clock: now, DB: &db.DB{}},
		"a name twice":              {Clock: now, Ops: []op.Op{good, good}},
		"a name that is not one":    odd(fails("a b", prentice.Look, nil)),
		"no role":                   odd(op.New("a.b", prentice.Look, "", "", func(context.Context, op.Call, in) (out, error) { return out{}, nil })),
		"an input that is a text":   odd(op.New("a.b", prentice.Look, prentice.Viewer, "", func(context.Context, op.Call, string) (out, error) { return out{}, nil })),
		"a bool that is true":       odd(op.New("a.b", prentice.Look, prentice.Viewer, "", func(context.Context, op.Call, truth) (out, error) { return out{}, nil })),
		"a bound that is a word":    odd(op.New("a.b", prentice.Look, prentice.Viewer, "", func(context.Context, op.Call, bound) (out, error) { return out{}, nil })),
		"a default no one may give": odd(op.New("a.b", prentice.Look, prentice.Viewer, "", func(context.Context, op.Call, choice) (out, error) { return out{}, nil })),
	} {
		if _, err := app.New(d); err == nil {
			t.Errorf("%s: it opened", name)
		}
	}
}

func TestEveryRoleMayWhatItIncludesAndNothingElse(t *testing.T) {
	roles := []prentice.Role{prentice.Viewer, prentice.Operator, prentice.Approver, prentice.Owner}
	risks := []prentice.Risk{prentice.Look, prentice.Change, prentice.Danger}
	var ops []op.Op
	for _, role := range roles {
		for _, risk := range risks {
			ops = append(ops, op.New("do."+string(role)+"."+risk.String(), risk, role, "", func(context.Context, op.Call, in) (out, error) { return out{}, nil }))
		}
		ops = append(ops, op.NewWatch("watch."+string(role), role, "", func(context.Context, op.Call, in, func(out) error) error { return nil }))
	}
	w := open(t, dbtest.SQLite(t), ops...)
	may := map[prentice.Role]string{ // the specification, written out
		"":                "",
		"admin":           "",
		prentice.Viewer:   "viewer",
		prentice.Operator: "viewer operator",
		prentice.Approver: "viewer operator approver",
		prentice.Owner:    "viewer operator approver owner",
	}
	for role, allowed := range may {
		for _, kind := range []prentice.ActorKind{prentice.Person, prentice.Agent, prentice.Self} {
			for _, o := range ops {
				actor := prentice.Actor{Kind: kind, Name: "x", Role: role, Door: "api"}
				err := askAny(t, w, actor, o)
				if strings.Contains(" "+allowed+" ", " "+string(o.Role)+" ") {
					if err != nil {
						t.Errorf("%s as %q: %v", o.Name, role, err)
					}
					continue
				}
				wants(t, err, prentice.Denied, o.Name, string(o.Role))
			}
		}
	}
}

func askAny(t *testing.T, w *world, actor prentice.Actor, o op.Op) error {
	r := op.Request{Actor: actor, Op: o.Name}
	if o.Streams() {
		return w.Watch(t.Context(), r, func(any) error { return nil })
	}
	_, err := w.Invoke(t.Context(), r)
	return err
}

func TestNothingIsDoneForAnybodyUnknown(t *testing.T) {
	touched := 0
	ops := []op.Op{
		op.New("a.do", prentice.Look, prentice.Viewer, "", func(context.Context, op.Call, in) (out, error) { touched++; return out{}, nil }).WithoutState(),
		op.NewWatch("a.watch", prentice.Viewer, "", func(context.Context, op.Call, in, func(out) error) error { touched++; return nil }),
	}
	w := open(t, dbtest.SQLite(t), ops...)
	for _, nobody := range []prentice.Actor{{}, {Name: "ann", Role: prentice.Owner}, {Kind: prentice.Person, Role: prentice.Owner}} {
		for _, o := range ops {
			wants(t, askAny(t, w, nobody, o), prentice.Unauthenticated, "sign in")
		}
	}
	if touched != 0 || w.told() != "" {
		t.Errorf("touched %d times, evidence %q", touched, w.told())
	}
}

func TestAnUnknownOperationIsToldWithTheNearest(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	_, err := w.ask(ann, "echo.od", nil)
	wants(t, err, prentice.NotFound, `no operation "echo.od"`, `did you mean "echo.do"?`)
	_, err = w.ask(ann, strings.Repeat("x", 500), nil)
	wants(t, err, prentice.NotFound, "prentice --help")
	if len(err.Error()) > 200 {
		t.Errorf("a stranger's text fills the message: %q", err)
	}
}

func TestPolicyMayRefuseAnOperation(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	w.rule = func(m prentice.Moment) prentice.Decision {
		if m.Op != "echo.do" || m.Actor.Ref() != ann.Ref() || m.Plan != nil || !m.Now.Equal(start) {
			t.Errorf("policy saw %+v", m)
		}
		return prentice.Decision{Rules: []string{"freeze"}, Reasons: []string{"It is a holiday."}}
	}
	_, err := w.ask(ann, "echo.do", nil)
	wants(t, err, prentice.Refused, "It is a holiday.", "rule freeze")
	if w.done != 0 {
		t.Error("it was done")
	}
	if got := w.told(); !strings.HasPrefix(got, `op.denied person/ann [op/echo.do] {"op":"echo.do","door":"cli","error":"refused"`) {
		t.Errorf("evidence %s", got)
	}
	w.rule = func(prentice.Moment) prentice.Decision { return prentice.Decision{} } // the zero decision
	_, err = w.ask(ann, "echo.do", nil)
	wants(t, err, prentice.Refused)
}

func TestWhatHappenedIsWrittenDown(t *testing.T) {
	secret := op.New("token.new", prentice.Change, prentice.Viewer, "", func(_ context.Context, _ op.Call, i in) (out, error) {
		if i.Text == "fail" {
			return out{}, prentice.Errorf(prentice.Invalid, "hunter2 is weak")
		}
		return out{Text: "hunter2"}, nil
	}).WithSecretOutput()
	w := open(t, dbtest.SQLite(t), secret,
		fails("look.fails", prentice.Look, errors.New("x")),
		fails("change.fails", prentice.Change, prentice.Errorf(prentice.Conflict, "moved on")),
		fails("own.approval", prentice.Change, prentice.Errorf(prentice.Denied, "no one approves their own request")),
		op.New("look.well", prentice.Look, prentice.Viewer, "", func(context.Context, op.Call, in) (out, error) { return out{}, nil }),
		op.New("run.start", prentice.Change, prentice.Viewer, "", func(context.Context, op.Call, in) (prentice.Run, error) { return prentice.Run{Number: 7}, nil }),
		op.New("owner.only", prentice.Look, prentice.Owner, "", func(context.Context, op.Call, in) (out, error) { return out{}, nil }),
	)
	for _, c := range []struct {
		name, op string
		actor    prentice.Actor
		in       in
		want     string // "" is no evidence
	}{
		{"a reading leaves nothing", "look.well", ann, in{}, ""},
		{"nor does one that fails", "look.fails", ann, in{}, ""},
		{"a invocation is told with its refs", "run.start", ann, in{Service: "service/checkout"}, `op.done person/ann [op/run.start service/checkout run/7] {"op":"run.start","door":"cli","input":"sha256:`},
		{"a failed one with its reason", "change.fails", ann, in{}, `"error":"conflict","says":"moved on"}`},
		{"the operation's own no is a denial", "own.approval", ann, in{}, `op.denied person/ann [op/own.approval] `},
		{"someone turned away is told even for a reading", "owner.only", bob, in{}, `op.denied person/bob [op/owner.only] {"op":"owner.only","door":"api","error":"denied","says":"owner.only needs the role owner; bob has viewer"}`},
		{"a secret one tells neither input nor output", "token.new", ann, in{Text: "hunter2"}, `op.done person/ann [op/token.new] {"op":"token.new","door":"cli"}`},
		{"nor the words of its error", "token.new", ann, in{Text: "fail"}, `op.failed person/ann [op/token.new] {"op":"token.new","door":"cli","error":"invalid"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.notes = nil
			_, _ = w.ask(c.actor, c.op, c.in)
			got := w.told()
			if c.want == "" && got != "" || !strings.Contains(got, c.want) || strings.Contains(got, "hunter2") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestWhatWasAskedWithABodyThatWasNotReadIsWrittenDown(t *testing.T) {
	w := open(t, dbtest.SQLite(t), fails("change.it", prentice.Change, errors.New("x")), fails("look.at", prentice.Look, errors.New("x")))
	large := prentice.Errorf(prentice.Limited, "the body has more than 9 bytes")
	for _, c := range []struct {
		actor    prentice.Actor
		op, want string
	}{
		{ann, "change.it", `op.failed person/ann [op/change.it] {"op":"change.it","door":"cli","error":"limited","says":"the body has more than 9 bytes"}`},
		{ann, "look.at", ""},
		{ann, "no.such", ""},
		{prentice.Actor{}, "change.it", ""},
	} {
		w.notes = nil
		w.Unread(t.Context(), c.actor, c.op, large)
		if got := w.told(); strings.TrimSpace(got) != c.want {
			t.Errorf("%s: %q", c.op, got)
		}
	}
}

func TestADeedThatCannotBeWrittenDownSaysThatItWasDone(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	w.full = fmt.Errorf("append: %w", db.ErrFull)
	_, err := w.ask(ann, "echo.do", nil, "k1")
	wants(t, err, prentice.Unavailable, "echo.do was done", "disk is full", "look before you ask again", "free space")
	w.full = nil
	_, err = w.ask(ann, "echo.do", nil, "k1")
	wants(t, err, prentice.Conflict, "it is not known how it ended")
	if w.done != 1 {
		t.Errorf("done %d times", w.done)
	}
}

func TestADeedWhoseOwnWriteHoldsTheEvidenceIsAnsweredAsItIs(t *testing.T) {
	w := open(t, dbtest.SQLite(t), op.New("echo.kept", prentice.Change, prentice.Operator, "", func(context.Context, op.Call, in) (out, error) { return out{Text: "done"}, nil }).WithEvidence())
	w.full = fmt.Errorf("append: %w", db.ErrFull)
	if got, err := w.ask(ann, "echo.kept", nil); err != nil || got.(out).Text != "done" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestADeedWhoseOwnWriteHoldsTheEvidenceIsAnsweredAsItIsUnderAKeyToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		done := 0
		w := open(t, d, op.New("echo.kept", prentice.Change, prentice.Operator, "", func(context.Context, op.Call, in) (out, error) { done++; return out{Text: "done"}, nil }).WithEvidence())
		w.full = fmt.Errorf("append: %w", db.ErrFull)
		for _, full := range []bool{true, false, false} { // the second is answered from memory, the third by what was written
			if !full {
				w.full = nil
			}
			got, err := w.ask(ann, "echo.kept", nil, "k1")
			if o, ok := got.(out); err != nil || !ok || o.Text != "done" || done != 1 {
				t.Errorf("disk full %t: got %+v %v, done %d times", full, got, err, done)
			}
		}
	})
}

func TestWithoutADataFolderOnlyWhatNeedsNoneIsDone(t *testing.T) {
	w := open(t, nil, op.New("procedure.lint", prentice.Look, prentice.Viewer, "", func(context.Context, op.Call, in) (out, error) { return out{Text: "well"}, nil }).WithoutState())
	if got, err := w.ask(ann, "procedure.lint", nil); err != nil || got.(out).Text != "well" {
		t.Errorf("got %v, %v", got, err)
	}
	_, err := w.ask(ann, "echo.do", nil)
	wants(t, err, prentice.Unavailable, "prentice up")
}

func TestAWatchTellsUntilItsListenerHasEnough(t *testing.T) {
	enough := errors.New("enough")
	w := open(t, dbtest.SQLite(t), op.NewWatch("count.up", prentice.Viewer, "", func(_ context.Context, _ op.Call, i in, emit func(int) error) error {
		for n := range i.Limit {
			if err := emit(n); err != nil {
				return fmt.Errorf("tell: %w", err)
			}
		}
		return nil
	}))
	watch := func(ctx context.Context, limit, enoughAt int) (heard int, err error) {
		err = w.Watch(ctx, op.Request{Actor: bob, Op: "count.up", In: in{Limit: limit}}, func(any) error {
			if heard++; heard == enoughAt {
				return enough
			}
			return nil
		})
		return heard, err
	}
	if heard, err := watch(t.Context(), 5, 0); heard != 5 || err != nil {
		t.Errorf("heard %d, %v", heard, err)
	}
	if heard, err := watch(t.Context(), 5, 2); heard != 2 || err != enough {
		t.Errorf("heard %d, %v", heard, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := watch(gone, 5, 0)
	wants(t, err, prentice.Canceled)
}

func TestAWatchIsNotInvokedNorAnOperationWatched(t *testing.T) {
	w := open(t, dbtest.SQLite(t), op.NewWatch("a.watch", prentice.Viewer, "", func(context.Context, op.Call, in, func(out) error) error { return nil }))
	_, err := w.ask(ann, "a.watch", nil)
	wants(t, err, prentice.Invalid, "stream")
	wants(t, w.Watch(t.Context(), op.Request{Actor: ann, Op: "echo.do"}, nil), prentice.Invalid, "answers once")
}
