package api_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/app"
	"prentice/internal/face/api"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

type in struct {
	Name  string            `json:"name" doc:"what to call it" maxLength:"20"`
	State string            `json:"state,omitempty" enum:"open,closed" default:"open"`
	Limit int               `json:"limit,omitempty" minimum:"1" maximum:"5000000" default:"3"`
	Env   map[string]string `json:"env,omitempty"`
}

// out has what is easily lost on the way.
type out struct {
	Name  string            `json:"name"`
	State string            `json:"state"`
	Who   prentice.Ref      `json:"who"`
	Risk  prentice.Risk     `json:"risk"`
	Wait  time.Duration     `json:"wait"`
	Time  time.Time         `json:"time"`
	Nil   []string          `json:"nil"`
	Empty []string          `json:"empty"`
	Env   map[string]string `json:"env"`
	Self  *out              `json:"self,omitempty"`
	Big   int64             `json:"big"`
	Count int64             `json:"count"`
}

// world is a near door and a server in front of it.
type world struct {
	near   *app.App
	server *httptest.Server
	done   atomic.Int64
	ready  error
	config api.Config
}

func (w *world) Decide(_ context.Context, m prentice.Moment) prentice.Decision {
	if m.Op == "thing.frozen" {
		return prentice.Decision{Rules: []string{"freeze"}, Reasons: []string{"It is a holiday."}}
	}
	return prentice.Decision{Verdict: prentice.Allow}
}

func (w *world) Append(_ *db.Tx, _ time.Time, notes ...prentice.Note) error {
	return nil
}

// people and their tokens.
var people = map[string]prentice.Actor{
	"t-ann": {Kind: prentice.Person, Name: "ann", Role: prentice.Owner, Door: "api"},
	"t-bob": {Kind: prentice.Person, Name: "bob", Role: prentice.Viewer, Door: "api"},
}

func authenticate(r *http.Request) (prentice.Actor, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return prentice.Actor{}, nil
	}
	if token == "t-broken" {
		return prentice.Actor{}, errors.New("the table of tokens is at /secret/place")
	}
	actor, ok := people[token]
	if !ok {
		return prentice.Actor{}, prentice.Errorf(prentice.Unauthenticated, "unknown token")
	}
	return actor, nil
}

func (w *world) ops() []op.Op {
	fail := func(name string, err error) op.Op {
		return op.New(name, prentice.Look, prentice.Viewer, "Always fails", func(context.Context, op.Call, in) (out, error) { return out{}, err })
	}
	return []op.Op{
		op.New("thing.make", prentice.Change, prentice.Viewer, "Make a thing", func(_ context.Context, c op.Call, i in) (out, error) {
			return out{
				Name: i.Name, State: i.State, Who: c.Actor.Ref(), Risk: prentice.Look, Wait: 90 * time.Second, Time: c.Now,
				Empty: []string{}, Env: i.Env, Self: &out{Name: "inner <&>"}, Big: 1<<53 + 1, Count: w.done.Add(1),
			}, nil
		}).WithHelp("It is made of nothing.").WithExample("prentice thing make --name x"),
		op.New("thing.rule", prentice.Look, prentice.Owner, "For owners", func(context.Context, op.Call, struct{}) (struct{}, error) { return struct{}{}, nil }),
		op.New("thing.frozen", prentice.Change, prentice.Viewer, "Refused by policy", func(context.Context, op.Call, struct{}) (struct{}, error) { return struct{}{}, nil }),
		op.New("thing.list", prentice.Look, prentice.Viewer, "List", func(_ context.Context, _ op.Call, i in) ([]prentice.Run, error) {
			return []prentice.Run{{Number: 7, State: prentice.Verified, Created: start}}, nil
		}),
		op.NewWatch("thing.follow", prentice.Viewer, "Follow a thing", func(ctx context.Context, _ op.Call, i in, emit func(out) error) error {
			for n := range i.Limit {
				if err := emit(out{Name: i.Name, Count: int64(n), Time: start, Empty: []string{}}); err != nil {
					return err
				}
			}
			switch i.Name {
			case "breaks":
				return prentice.Errorf(prentice.Conflict, "the thing has gone").Try("look again")
			case "waits":
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}),
		op.NewWatch("thing.quiet", prentice.Viewer, "Say nothing", func(ctx context.Context, _ op.Call, _ struct{}, _ func(out) error) error {
			<-ctx.Done()
			return ctx.Err()
		}),
		op.NewWatch("thing.long", prentice.Viewer, "One long line", func(_ context.Context, _ op.Call, i in, emit func(string) error) error {
			return emit(strings.Repeat("x", i.Limit))
		}),
		op.NewWatch("thing.fails", prentice.Viewer, "Fails at once", func(context.Context, op.Call, struct{}, func(out) error) error {
			return prentice.Errorf(prentice.NotFound, "no such thing").Try("list them")
		}),
		op.NewAttended("thing.attend", prentice.Change, prentice.Viewer, "Say at a terminal what is typed", func(ctx context.Context, c op.Call, i in) (out, error) {
			w.done.Add(1)
			if i.Name == "waits" {
				fmt.Fprint(c.Terminal.Out, "begun") //nolint:errcheck // it is looked for
				<-ctx.Done()
				return out{}, context.Cause(ctx)
			}
			size := <-c.Terminal.Sizes
			fmt.Fprintf(c.Terminal.Out, "%s %dx%d\n", c.Terminal.Name, size.Rows, size.Columns) //nolint:errcheck // it is looked for
			typed := bufio.NewReader(c.Terminal.In)
			for {
				line, err := typed.ReadString('\n')
				if err != nil || line == "bye\n" {
					return out{Name: "left", Who: c.Actor.Ref()}, err
				}
				io.WriteString(c.Terminal.Out, strings.ToUpper(line)) //nolint:errcheck // it is looked for
			}
		}).WithExample("prentice thing attend --name x"),
		fail("fail.internal", errors.New("the password is hunter2")),
		fail("fail.invalid", prentice.Errorf(prentice.Invalid, "line is odd").Try("make it even").In(prentice.Pos{File: "a.md", Line: 3, Column: 7})),
		fail("fail.not-found", prentice.Errorf(prentice.NotFound, "no run 7").Try("list them")),
		fail("fail.denied", prentice.Errorf(prentice.Denied, "no one approves their own request")),
		fail("fail.refused", prentice.Errorf(prentice.Refused, "limit reached")),
		fail("fail.conflict", prentice.Errorf(prentice.Conflict, "the plan has drifted")),
		fail("fail.limited", prentice.Errorf(prentice.Limited, "too many events")),
		fail("fail.unavailable", fmt.Errorf("keep: %w", db.ErrFull)),
		fail("fail.cancelled", prentice.Errorf(prentice.Canceled, "given up")),
	}
}

func build(t *testing.T, change ...func(*api.Config)) *world {
	t.Helper()
	w := &world{}
	d := dbtest.SQLite(t)
	if err := d.Migrate(t.Context(), "app", app.Schema()); err != nil {
		t.Fatal(err)
	}
	var err error
	w.near, err = app.New(app.Deps{
		Ops: w.ops(), DB: d, Policy: w, Recorder: w,
		Clock: func() time.Time { return start }, ID: func() string { return "id-1" },
	})
	if err != nil {
		t.Fatal(err)
	}
	w.config = api.Config{
		Door: w.near, Ops: w.near.Ops(), Authenticate: authenticate, Version: "1.2.3",
		Ready: func(context.Context) error { return w.ready }, Clock: func() time.Time { return start },
		Limits: api.Limits{Actor: 10, ActorBurst: 1000, Stranger: 1, StrangerBurst: 5},
	}
	for _, c := range change {
		c(&w.config)
	}
	handler, err := api.New(w.config)
	if err != nil {
		t.Fatal(err)
	}
	w.server = httptest.NewServer(handler)
	t.Cleanup(w.server.Close)
	return w
}

func (w *world) client(token string) *api.Client {
	return &api.Client{Base: w.server.URL, Token: token, Ops: w.near.Ops()}
}
