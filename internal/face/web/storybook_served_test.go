package web

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"testing"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

// With PRENTICE_STORYBOOK=1 this serves the storybook on loopback until its standard input ends: one line of JSON says
// where. stories/browser looks at it in a browser, and anyone who works on a page can.
func TestTheStorybookIsServed(t *testing.T) {
	if os.Getenv("PRENTICE_STORYBOOK") == "" {
		t.Log("set PRENTICE_STORYBOOK=1 to have the storybook served on loopback")
		return
	}
	m := &mending{run: someRun(41, prentice.Waiting, "changes need one approver"), moments: make(chan run.Moment)}
	book := struct {
		Full, Empty, Live string // addresses: all there is, lists that are empty, and run 41 that is told what to do
		Stories           []told
	}{}
	for at, site := range map[*string]http.Handler{&book.Full: storybook(t, true).site, &book.Empty: storybook(t, false).site, &book.Live: m.beside(newWorld(t, storyPages(), m.ops()...).site)} {
		server := httptest.NewServer(site)
		defer server.Close()
		defer server.CloseClientConnections()
		*at = server.URL
	}
	for _, s := range allStories() {
		book.Stories = append(book.Stories, told{s.name, s.path, s.who, s.lists})
	}
	if err := json.NewEncoder(os.Stdout).Encode(book); err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, os.Stdin) //nolint:errcheck // it ends with who reads
}

// told is a story as those outside of this package know it.
type told struct {
	Name, Path, Who string
	Lists           bool
}

// mending is a run that waits, is approved, prints lines when it is told to, and
// ends when it is told to.
type mending struct {
	mu      sync.Mutex // guards the rest
	run     prentice.Run
	lines   []log.Line
	moments chan run.Moment
}

func (m *mending) set(state prentice.State, says string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.run.State, m.run.Says, m.run.Started = state, says, ago(0)
	if state.Ended() {
		m.run.Ended = noon
	}
}

func (m *mending) show(_ context.Context, c op.Call, _ numberIn) (runOut, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := someDetail(m.run)
	out.Log = slices.Clone(m.lines)
	out.Yours = yoursOf(m.run, c.Actor)
	return out, nil
}

func (m *mending) approve(_ context.Context, _ op.Call, in answerIn) (prentice.Run, error) {
	if in.Reason == "" {
		return prentice.Run{}, prentice.Errorf(prentice.Invalid, "the reason is empty").Try("say in one sentence why")
	}
	m.set(prentice.Running, "restarting")
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.run, nil
}

func (m *mending) watch(ctx context.Context, _ op.Call, _ numberIn, emit func(run.Moment) error) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case moment := <-m.moments:
			if err := emit(moment); err != nil || moment.State.Ended() {
				return err
			}
		}
	}
}

func (m *mending) print(text string) {
	m.mu.Lock()
	line := log.Line{Offset: int64(len(m.lines) + 1), Time: noon, Step: "restart", Target: "host/web-1", Text: text}
	m.lines = append(m.lines, line)
	m.mu.Unlock()
	m.moments <- run.Moment{Run: 41, Time: noon, State: prentice.Running, Log: &line}
}

// beside is a site beside which the run is told what to do.
func (m *mending) beside(site http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", site)
	mux.HandleFunc("POST /-/print", func(_ http.ResponseWriter, r *http.Request) { m.print(r.FormValue("text")) })
	mux.HandleFunc("POST /-/state", func(_ http.ResponseWriter, r *http.Request) {
		state := prentice.State(r.FormValue("state"))
		m.set(state, r.FormValue("says"))
		m.moments <- run.Moment{Run: 41, Time: noon, State: state, Says: r.FormValue("says")}
	})
	return mux
}

func (m *mending) ops() []op.Op {
	kept := slices.DeleteFunc(storyOps(true), func(o op.Op) bool { return slices.Contains([]string{"run.show", "run.approve", "run.watch"}, o.Name) })
	return append(kept,
		op.New("run.show", prentice.Look, prentice.Viewer, "Show a run.", m.show),
		op.New("run.approve", prentice.Change, prentice.Approver, "Approve a run.", m.approve),
		op.NewWatch("run.watch", prentice.Viewer, "Watch a run.", m.watch))
}
