package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// world is a runner with everything outside it made small and visible.
type world struct {
	t         *testing.T
	r         *Runner
	db        *db.DB
	effect    *effect
	plan      prentice.Plan
	verdict   prentice.Decision
	mover     prentice.Ref // who sent every event
	letIn     prentice.Ref // who let everyone in, or ""
	letInBy   map[prentice.Ref][]prentice.Ref
	incidents map[prentice.Ref]Incident
	frozen    atomic.Pointer[string]
	stop      atomic.Bool
	sick      atomic.Int64 // other services that are unhealthy, of ten
	reaped    atomic.Int64
	now       atomic.Int64 // added to the clock, in nanoseconds

	limits    atomic.Pointer[gate.Limits]
	system    prentice.Ref
	unmanaged prentice.Ref
	owners    []prentice.Ref // of what every plan acts on, if not that of the procedure
	flaps     string

	mu     sync.Mutex
	events []string            // guarded by mu
	notes  []prentice.Note     // guarded by mu
	team   []approval.Standing // guarded by mu
}

// Team is ann, bob, cat and anyone who a test adds.
func (w *world) Team(context.Context, prentice.Plan) ([]approval.Standing, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.team), nil
}

// Ways are how approvers come in: with anyone who let them in behind them.
func (w *world) Ways(context.Context, prentice.Plan, ...string) (list []prentice.Way, _ error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.team {
		if s.Role.Includes(prentice.Approver) {
			list = append(list, prentice.Way{Person: s.Person, People: prentice.JoinPeople([]prentice.Ref{s.Person, w.letIn}, w.letInBy[s.Person])})
		}
	}
	return list, nil
}

func (w *world) RoleOn(by prentice.Actor, _ prentice.Plan) prentice.Role { return by.Role }

func (w *world) Owners(p prentice.Plan) []prentice.Ref {
	if w.owners != nil || p.Owner == "" {
		return w.owners
	}
	return []prentice.Ref{p.Owner}
}

// is changes what someone is, or takes them off the team with the role "".
func (w *world) is(person prentice.Ref, role prentice.Role, groups ...prentice.Ref) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.team = slices.DeleteFunc(w.team, func(s approval.Standing) bool { return s.Person == person })
	if role != "" {
		w.team = append(w.team, approval.Standing{Person: person, Role: role, Groups: groups})
	}
}

var (
	ann = prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Approver, Door: "api"}
	bob = prentice.Actor{Kind: prentice.Person, Name: "bob", Role: prentice.Operator, Door: "cli"}
	cat = prentice.Actor{Kind: prentice.Person, Name: "cat", Role: prentice.Owner, Door: "web"}
)

// effect is a step kind that remembers how often it was done, and can be told how
// to come out.
type effect struct {
	mu     sync.Mutex
	done   map[string]int // guarded by mu
	sick   map[string]bool
	truth  map[string]prentice.Answer
	shut   map[prentice.Ref]bool // hosts on which nothing can be begun
	block  chan struct{}         // when set, Apply waits for it or for its context
	began  chan string
	most   atomic.Int64 // how many were under way at once, at most
	busy   atomic.Int64
	words  string        // that it says beside
	unable string        // the step that cannot even be begun
	heard  bool          // it tells when it has begun
	asked  prentice.Work // the last that was asked about; guarded by mu

	makings []string // what each was told by from the others; guarded by mu
	better  int      // from which time on what is sick comes out well; 0 is never
}

func (*effect) Name() string                              { return "effect" }
func (*effect) Needs() prentice.StepNeeds                 { return prentice.StepNeeds{} }
func (*effect) Lint(prentice.StepSpec) []prentice.Finding { return nil }
func (*effect) Says(s prentice.PlannedStep) string        { return s.ID }
func (d *effect) key(w prentice.Work) string              { return w.Step.ID + string(w.Target.Ref) }
func (d *effect) times(step string, target prentice.Ref) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.done[step+string(target)]
}
func (d *effect) Done(_ context.Context, w prentice.Work) (prentice.Answer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = w
	if a := d.truth[w.Step.ID]; a != "" {
		return a, nil
	}
	return prentice.Unknown, nil
}

func (d *effect) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	if w.Step.Section == prentice.Act {
		d.most.Store(max(d.most.Load(), d.busy.Add(1)))
		defer d.busy.Add(-1)
	}
	d.mu.Lock()
	block, heard := d.block, d.heard
	d.mu.Unlock()
	if block != nil && w.Step.Section == prentice.Act {
		if heard {
			w.Heard()
		}
		d.began <- w.Step.ID
		select {
		case <-block:
		case <-ctx.Done():
			return prentice.Outcome{}, prentice.Errorf(prentice.Canceled, "interrupted")
		}
	}
	if w.Step.ID == d.unable {
		return prentice.Outcome{}, prentice.Errorf(prentice.Unavailable, "there is no room for the script")
	}
	if d.shut[w.Target.Ref] {
		return prentice.Outcome{}, prentice.NothingDone(prentice.Errorf(prentice.Unavailable, "%s does not answer", w.Target.Ref))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done[d.key(w)]++
	d.makings = append(d.makings, w.Once)
	io.WriteString(w.Log, "did "+w.Step.ID+"\n") //nolint:errcheck // a test's log
	return prentice.Outcome{OK: !d.sick[w.Step.ID] && !d.sick[d.key(w)] || d.better > 0 && d.done[d.key(w)] >= d.better, Says: "did " + w.Step.ID + d.words}, nil
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Close() error                { return nil }

func (w *world) Writer(int64, string, prentice.Ref, []string) io.WriteCloser { return discard{} }
func (w *world) Render(_ context.Context, req prentice.RunRequest) (prentice.Plan, error) {
	p := w.plan
	p.Procedure = req.Procedure
	if req.Inputs != nil {
		p.Inputs = req.Inputs
	}
	return p, nil
}
func (w *world) Decide(context.Context, prentice.Moment) prentice.Decision { return w.verdict }

// Append is as strict about time as the ledger is.
func (w *world) Append(tx *db.Tx, at time.Time, notes ...prentice.Note) error {
	if at.IsZero() {
		return errors.New("evidence without a time")
	}
	for _, n := range notes {
		data, _ := n.Data.(map[string]any)
		state, _ := data["state"].(prentice.State)
		about := ""
		if len(n.Refs) > 0 {
			about = string(n.Refs[0])
		}
		ends := 0
		if state.Ended() {
			ends = 1
		}
		if _, err := tx.Exec(`INSERT INTO test_notes (run, kind, ends) VALUES (?, ?, ?)`, about, n.Kind, ends); err != nil {
			return err
		}
	}
	tx.After(func() { w.mu.Lock(); defer w.mu.Unlock(); w.notes = append(w.notes, notes...) })
	return nil
}
func (w *world) Unhealthy(context.Context, []prentice.Ref) (int, int, error) {
	return int(w.sick.Load()), 10, nil
}
func (w *world) Hold(context.Context, prentice.Plan, time.Time) (string, time.Time, error) {
	if says := w.frozen.Load(); says != nil {
		return *says, time.Time{}, nil
	}
	return "", time.Time{}, nil
}

// Limits are so wide that only those tests meet them that set their own.
func (w *world) Limits() gate.Limits {
	if l := w.limits.Load(); l != nil {
		return *l
	}
	l := gate.Default()
	l.PerHour = map[string]int{gate.Installation: 1000, gate.Procedure: 1000, gate.Service: 1000, gate.Target: 1000}
	l.AtOnce = map[string]int{gate.Installation: 100, gate.System: 100, gate.Service: 100}
	l.Fixed = 1000
	return l
}
func (w *world) System(prentice.Ref) prentice.Ref { return w.system }
func (w *world) Unmanaged(ref prentice.Ref) string {
	if ref == w.unmanaged {
		return string(ref) + " is not in the catalog"
	}
	return ""
}
func (w *world) Flapping(context.Context, prentice.Ref) (string, error) { return w.flaps, nil }
func (w *world) UnhealthyIn(context.Context, prentice.Ref, []prentice.Ref) (int, int, error) {
	return int(w.sick.Load()), 10, nil
}
func (w *world) Value(context.Context, string) (string, error) {
	return "", errors.New("no secrets here")
}
func (w *world) Reap(context.Context, string, int) (int, error) { w.reaped.Add(1); return 0, nil }
func (w *world) send(_ context.Context, e prentice.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, e.Type)
	return nil
}

func (w *world) sendIn(tx *db.Tx, e prentice.Event) error {
	tx.After(func() { w.send(context.Background(), e) }) //nolint:errcheck // it never fails
	return nil
}

func step(id string, section prentice.Section, where string) prentice.PlannedStep {
	risk := prentice.Change
	if section == prentice.Check || section == prentice.Verify {
		risk = prentice.Look
	}
	return prentice.PlannedStep{ID: id, Section: section, Kind: "effect", Where: where, Risk: risk, Attrs: map[string]string{}, Env: map[string]string{}, Says: id}
}

func planOf(targets int, steps ...prentice.PlannedStep) prentice.Plan {
	p := prentice.Plan{Format: prentice.PlanFormat, Procedure: "fix", Subject: "service/shop", Risk: prentice.Change, Inputs: map[string]string{}, Event: map[string]string{},
		Limits: prentice.PlanLimits{MaxTargets: 10, Parallel: 2, MaxUnhealthy: 20, Cooldown: "0s", Timeout: "10s", ApprovalExpires: "1h0m0s"}, Secrets: []string{}, Steps: steps}
	for i := range targets {
		p.Targets = append(p.Targets, prentice.Target{Ref: prentice.NewRef("host", string(rune('a'+i))), Local: true})
	}
	return p
}

func fixing() prentice.Plan {
	return planOf(1, step("down", prentice.Check, "here"), step("restart", prentice.Act, "target"), step("well", prentice.Verify, "here"), step("halt", prentice.Undo, "target"))
}

// newWorld is a world on a database, with the runner launched.
func newWorld(t *testing.T, d *db.DB, plan prentice.Plan, verdict prentice.Decision) *world {
	plan.Steps = slices.Clone(plan.Steps)
	w := &world{t: t, db: d, plan: plan, verdict: verdict, effect: &effect{done: map[string]int{}, sick: map[string]bool{}, truth: map[string]prentice.Answer{}, began: make(chan string, 100)}}
	migrate(t, d)
	for _, a := range []prentice.Actor{ann, bob, cat} {
		w.is(a.Ref(), a.Role)
	}
	w.r = w.runner()
	if err := w.r.Launch(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.r.Stop(5 * time.Second) }) //nolint:errcheck // the test is over
	return w
}

// migrate makes the tables, and one for the evidence that is kept.
func migrate(t *testing.T, d *db.DB) {
	t.Helper()
	if err := d.Migrate(t.Context(), "runner", run.Schema()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Straight(t.Context(), `CREATE TABLE test_notes (run TEXT NOT NULL, kind TEXT NOT NULL, ends BIGINT NOT NULL)`); err != nil {
		t.Fatal(err)
	}
}

func (w *world) runner() *Runner {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	if os.Getenv("RUNNER_LOG") != "" {
		quiet = slog.Default()
	}
	return New(Deps{
		Store:      &run.Store{DB: w.db, Ledger: w, Clock: func() time.Time { return time.Now().Add(time.Duration(w.now.Load())) }},
		Judging:    Judging{Planner: w, Policy: w, People: w, Health: w, Calendar: w, Estate: w},
		Performing: Performing{Kinds: []prentice.StepKind{w.effect, Wait{}, Human{}}, Secrets: w, Logs: w, Reaper: w},
		Switch:     Switch{Stopped: w.stop.Load, StopSays: func() string { return "person/oz: a test" }},
		Inbox: Inbox{Send: w.send, SendIn: w.sendIn, Event: func(_ context.Context, number int64) (prentice.EventRecord, error) {
			return prentice.EventRecord{Number: number, Sender: w.mover, Event: prentice.Event{ID: fmt.Sprint(number), Source: "test", Type: "probe.failed", Causes: prentice.JoinPeople([]prentice.Ref{w.mover})}}, nil
		}},
		Incidents: Incidents{
			Over: func(_ context.Context, _ int64, incident prentice.Ref) (bool, error) {
				return !w.incidents[incident].Open, nil
			},
			Incident: func(_ context.Context, ref, about prentice.Ref) (Incident, error) { return w.incidents[ref], nil },
		},
		Log: quiet,
	})
}

// each runs a test on every sort of database.
func each(t *testing.T, plan prentice.Plan, verdict prentice.Decision, test func(t *testing.T, w *world)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newWorld(t, d, plan, verdict)) })
}

func (w *world) start(actor prentice.Actor, procedure string) prentice.Run {
	w.t.Helper()
	run, err := w.r.Start(w.t.Context(), prentice.RunRequest{Procedure: procedure, Actor: actor, Reason: "test"})
	if err != nil {
		w.t.Fatal(err)
	}
	return run
}

// until waits for a run to reach a state.
func (w *world) until(number int64, states ...prentice.State) run.View {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	for {
		d, err := w.r.Show(ctx, number)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, s := range states {
			if d.State == s {
				return d
			}
		}
		if d.State.Ended() {
			w.t.Fatalf("run %d ended as %s (%s), want %v", number, d.State, d.Says, states)
		}
		select {
		case <-ctx.Done():
			w.t.Fatalf("run %d is still %s (%s), want %v", number, d.State, d.Says, states)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

var (
	allow  = prentice.Decision{Verdict: prentice.Allow, Rules: []string{"test"}, Reasons: []string{"a test"}}
	askOne = prentice.Decision{Verdict: prentice.Ask, Approvers: 1, Role: prentice.Approver, Expires: time.Hour, Rules: []string{"test"}, Reasons: []string{"a test"}}
	askTwo = prentice.Decision{Verdict: prentice.Ask, Approvers: 2, Role: prentice.Approver, Expires: time.Hour, Rules: []string{"test"}, Reasons: []string{"a test"}}
	refuse = prentice.Decision{Verdict: prentice.Refuse, Rules: []string{"never"}, Reasons: []string{"never on Fridays"}}
)
