package supervision

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

// which names a run, as run/7 or 7.
type which struct {
	Number string `json:"number" arg:"1" doc:"The run, such as run/7 or 7." example:"run/7" maxLength:"30"`
}

func (w which) number() (int64, error) { return numbered("run", w.Number) }

// numbered reads the number of a thing of a kind, which may be written as a ref.
func numbered(kind, text string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(text, kind+"/"), 10, 64)
	if err != nil || n < 1 {
		return 0, prentice.Errorf(prentice.Invalid, "%q is not the number of a %s", text, kind).Try("write %s/7 or 7; list them with: prentice %s list", kind, kind)
	}
	return n, nil
}

type startIn struct {
	Procedure string            `json:"procedure" arg:"1" of:"procedure" doc:"The procedure to run." example:"restart-service" maxLength:"100"`
	Input     map[string]string `json:"input,omitempty" arg:"2" doc:"A value for one of its inputs, as NAME=VALUE."`
	Reason    string            `json:"reason,omitempty" doc:"Why, in one sentence, for the approver." maxLength:"2000"`
	Incident  string            `json:"incident,omitempty" doc:"The incident that this is for, such as incident/3." maxLength:"200"`
	When      string            `json:"when,omitempty" enum:"now,window" doc:"With window it waits until the calendar lets it begin; otherwise a freeze refuses it."`
	Event     string            `json:"event,omitempty" doc:"The event that it answers, such as event/12." maxLength:"30"`
}

type answerIn struct {
	which
	Also   []string `json:"also,omitempty" arg:"2" doc:"Further runs with plans that are equal but for subject and targets, as run/8, or run/8@HASH for the plan that you looked at."`
	Plan   string   `json:"plan,omitempty" doc:"The hash of the plan that you looked at; another plan is refused." maxLength:"80"`
	Reason string   `json:"reason,omitempty" doc:"Why, in one sentence; it is kept as evidence." maxLength:"2000"`
}

type approveIn struct {
	answerIn
	When string `json:"when,omitempty" enum:"now,window" doc:"With window the run begins when the calendar lets it."`
}

type confirmIn struct {
	which
	Step   string `json:"step,omitempty" doc:"The step that you did." maxLength:"200"`
	Failed bool   `json:"failed,omitempty" doc:"It could not be done."`
	Reason string `json:"reason,omitempty" doc:"What you did, in one sentence." maxLength:"2000"`
}

type cancelIn struct {
	which
	Reason string `json:"reason,omitempty" doc:"Why, in one sentence." maxLength:"2000"`
}

type listIn struct {
	State     string    `json:"state,omitempty" doc:"Only runs in this state." maxLength:"20"`
	Open      bool      `json:"open,omitempty" doc:"Only runs that are not over."`
	Procedure string    `json:"procedure,omitempty" of:"procedure" doc:"Only runs of this procedure." maxLength:"100"`
	Subject   string    `json:"subject,omitempty" of:"ref" doc:"Only runs about this, such as service/checkout." maxLength:"200"`
	Incident  string    `json:"incident,omitempty" doc:"Only runs for this incident." maxLength:"200"`
	Host      string    `json:"host,omitempty" of:"host" doc:"Only runs that act on this host or other target, such as web-1, host/web-1 or resource/orders-db." maxLength:"200"`
	Text      string    `json:"text,omitempty" doc:"Only runs that have all of these words, or parts of them, in their procedure, subject, reason, requester, command or outcome." maxLength:"200"`
	Since     time.Time `json:"since,omitzero" ago:"true" doc:"Only runs that were requested then or later, such as 2h, 30d or 2030-08-31."`
	Until     time.Time `json:"until,omitzero" ago:"true" doc:"Only runs that were requested before."`
	Before    int64     `json:"before,omitempty" doc:"A cursor: only runs with a smaller number." minimum:"1"`
	Limit     int       `json:"limit,omitempty" doc:"How many at most." minimum:"1" maximum:"500"`
}

type watchIn struct {
	Number  string `json:"number,omitempty" arg:"1" doc:"The run, such as run/7; without it, all runs." maxLength:"30"`
	Printed bool   `json:"printed,omitempty" doc:"Begin with what it has printed already; of one run."`
}

func (d Deps) runOps() []op.Op {
	return []op.Op{
		op.About(op.New("run.start", prentice.Change, prentice.Operator, "Request a run of a procedure.", d.start), d.wouldTouch).
			WithExample("prentice run start restart-service service=checkout --reason 'it does not answer'").
			DryRunBy(op.Turn{Op: "procedure.plan", Fields: []string{"procedure", "input"}, Not: []string{"event"}}).
			WithHelp("The procedure is rendered into a plan, checked, and decided on by policy. It may be refused, allowed, or wait for approval by another person."),
		d.adhocOp(),
		op.New("run.approve", prentice.Change, prentice.Approver, "Approve exactly the plan of a run.", d.approve).
			WithExample("prentice run approve run/1 --reason 'the probe is right'").
			WithHelp("Several runs may be named whose plans are equal but for subject and targets. Each approval is for its own plan, and each result is told."),
		op.New("run.refuse", prentice.Change, prentice.Operator, "Refuse the plan of a run; the requester may withdraw it.", d.refuse).
			WithExample("prentice run refuse run/1 --reason 'not during the sale'"),
		op.New("run.confirm", prentice.Change, prentice.Operator, "Say that a step for people is done, or could not be.", d.confirm).
			WithExample("prentice run confirm run/1 --reason 'told the on-call engineer'"),
		op.New("run.cancel", prentice.Change, prentice.Operator, "Stop a run, also in the middle of a step.", d.cancel).
			WithExample("prentice run cancel run/1 --reason 'wrong host'"),
		op.New("run.retry", prentice.Change, prentice.Operator, "Ask for a run again, on the hosts alone where it did not do everything.", d.retry).
			WithExample("prentice run retry run/1 --reason 'the disk was full'").
			WithHelp("It is a new run with a plan and an approval of its own. A host that has gone from the procedure's targets in the meantime is refused."),
		op.New("run.list", prentice.Look, prentice.Viewer, "List runs, newest first.", d.list).WithExample("prentice run list --open").AlsoTyped("ls", "ps --open"),
		op.New("run.show", prentice.Look, prentice.Viewer, "Show what exactly a run will do or did, who approved it, and whether it helped.", d.show).
			WithExample("prentice run show run/1"),
		op.New("run.log", prentice.Look, prentice.Viewer, "Show what the steps of a run printed.", d.log).WithExample("prentice run log run/1 --find error").AlsoTyped("log", "logs").
			FollowedBy(op.Turn{Op: "run.watch", Fields: []string{"number"}, Yes: []string{"printed"}, Not: []string{"find", "offset", "line", "tail", "target"}}).
			WithHelp("An answer holds at most 5,000 lines and says where the next begins. A search looks for exactly that text within a line; a very long line is kept in pieces of 16 KiB, each with a number of its own."),
		op.NewWatch("run.watch", prentice.Viewer, "Follow a run, or all, as it happens.", d.watch).WithExample("prentice run watch run/1").
			WithHelp("One run is followed to its end, and then the exit code is 0 if it ended well and 9 if not: see prentice help exit-codes."),
	}
}

func (d Deps) start(ctx context.Context, c op.Call, in startIn) (Asked, error) {
	req, err := in.request(c.Actor)
	if err != nil {
		return Asked{}, err
	}
	run, err := d.Runner.Start(ctx, req)
	return Asked{RunOut{run}}, err
}

func (in startIn) request(by prentice.Actor) (prentice.RunRequest, error) {
	req := prentice.RunRequest{Procedure: in.Procedure, Inputs: in.Input, Reason: in.Reason, Actor: by, Window: in.When == window}
	if in.Incident != "" {
		ref, err := prentice.ParseRef(in.Incident)
		if err != nil {
			return req, err
		}
		req.Incident = ref
	}
	var err error
	if in.Event != "" {
		req.EventNumber, err = numbered("event", in.Event)
	}
	return req, err
}

func (d Deps) confirm(ctx context.Context, c op.Call, in confirmIn) (RunOut, error) {
	n, err := in.number()
	if err != nil {
		return RunOut{}, err
	}
	run, err := d.Runner.Confirm(ctx, run.Reply{Run: n, Actor: c.Actor, Step: in.Step, Yes: !in.Failed, Reason: in.Reason})
	return RunOut{run}, err
}

func (d Deps) cancel(ctx context.Context, c op.Call, in cancelIn) (RunOut, error) {
	n, err := in.number()
	if err != nil {
		return RunOut{}, err
	}
	run, err := d.Runner.Cancel(ctx, n, c.Actor, in.Reason)
	return RunOut{run}, err
}

func (d Deps) retry(ctx context.Context, c op.Call, in cancelIn) (Asked, error) {
	n, err := in.number()
	if err != nil {
		return Asked{}, err
	}
	run, err := d.Runner.Retry(ctx, n, c.Actor, in.Reason)
	return Asked{RunOut{run}}, err
}

func (d Deps) list(ctx context.Context, _ op.Call, in listIn) (Runs, error) {
	f := run.Filter{State: prentice.State(in.State), Open: in.Open, Procedure: in.Procedure, Subject: prentice.Ref(in.Subject), Host: hostNamed(in.Host), Text: in.Text,
		Since: in.Since, Until: in.Until, Incident: prentice.Ref(in.Incident), Before: in.Before, Limit: in.Limit}
	if in.State != "" && !f.State.Known() {
		return Runs{}, prentice.Errorf(prentice.Invalid, "%q is not a state of a run", in.State).Try("use one of %v, or held, waiting, running, queued, checking, undoing", prentice.EndStates())
	}
	page, err := d.Runner.Find(ctx, f)
	every := listIn{Before: in.Before, Limit: in.Limit}
	out := Runs{Runs: page.Runs, Down: page.Down, Filtered: in != every}
	if page.Next > 0 {
		out.Next_ = strconv.FormatInt(page.Next, 10)
	}
	return out, err
}

// hostNamed is a target by its ref, or a host by its bare name.
func hostNamed(name string) prentice.Ref {
	if name == "" || strings.Contains(name, "/") {
		return prentice.Ref(name)
	}
	return prentice.NewRef("host", name)
}

// shown is how much of a log stands on a run's page; run log has all of it.
const shown = 500

func (d Deps) show(ctx context.Context, c op.Call, in which) (Detail, error) {
	n, err := in.number()
	if err != nil {
		return Detail{}, err
	}
	detail, err := d.Runner.ShowTo(ctx, n, c.Actor)
	if err != nil {
		return Detail{}, err
	}
	page, err := d.Logs.Page(ctx, log.Query{Run: n, Limit: shown})
	return Detail{View: detail, Log: page.Lines, LogNext: page.Next, LogTotal: page.Total, LogRemoved: page.Removed, LogTrouble: page.Trouble}, err
}

func (d Deps) watch(ctx context.Context, _ op.Call, in watchIn, emit func(Moment) error) error {
	var n int64
	if in.Number != "" {
		var err error
		if n, err = (which{in.Number}).number(); err != nil {
			return err
		}
	}
	if n == 0 {
		return d.Runner.Watch(ctx, n, func(m run.Moment) error { return emit(Moment{m}) })
	}
	l := &listener{logs: d.Logs, run: n, emit: emit}
	if !in.Printed {
		l.begin(ctx)
	}
	return d.Runner.Watch(ctx, n, func(m run.Moment) error { return l.hear(ctx, m) })
}

type nothing struct{}

type stopIn struct {
	Reason string `json:"reason,omitempty" doc:"Why, in one sentence, for those who find it stopped." maxLength:"2000"`
}

func (d Deps) stopAll(_ context.Context, c op.Call, in stopIn) (Said, error) {
	reason := fmt.Sprintf("%s at %s%s", c.Actor.Ref(), c.Now.UTC().Format(time.RFC3339), after(": ", strings.Join(strings.Fields(in.Reason), " ")))
	return Said{"Stopped. Nothing begins its next step until: prentice resume-all"}, d.Switch.Stop(reason)
}

func (d Deps) resumeAll(context.Context, op.Call, nothing) (Said, error) {
	return Said{"Work goes on."}, d.Switch.Resume()
}

func (d Deps) drain(ctx context.Context, _ op.Call, _ nothing) (Said, error) {
	return Said{"Drained: no step is under way and none will begin. Stop or upgrade now."}, d.Runner.Drain(ctx)
}
