package supervision

import (
	"context"
	"embed"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/log"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/replica"
	"prentice/internal/engine/run"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/team"
	"prentice/internal/team/calendar"
)

//go:embed pages/*.html
var files embed.FS

//go:embed explain.md
var explain string

// Runner performs runs.
type Runner interface {
	Start(context.Context, prentice.RunRequest) (prentice.Run, error)
	Answer(context.Context, run.Reply) (prentice.Run, error)
	Confirm(context.Context, run.Reply) (prentice.Run, error)
	Cancel(ctx context.Context, number int64, actor prentice.Actor, reason string) (prentice.Run, error)
	Retry(ctx context.Context, number int64, actor prentice.Actor, reason string) (prentice.Run, error)
	List(context.Context, run.Filter) ([]prentice.Run, error)
	Find(context.Context, run.Filter) (run.Page, error)
	Count(context.Context, run.Filter) (int, error)
	Show(ctx context.Context, number int64) (run.View, error)
	Watch(ctx context.Context, number int64, emit func(run.Moment) error) error
	Drain(context.Context) error
	Draining() bool
	ShowTo(ctx context.Context, number int64, by prentice.Actor) (run.View, error)
	Questions(ctx context.Context, by prentice.Actor, after string, limit int) (run.Questions, error)
	Waiting(ctx context.Context, limit int) ([]prentice.Run, error)
	BreakGlass(ctx context.Context, run int64, plan string, by prentice.Actor, reason string) (prentice.Run, error)
	Reviews(ctx context.Context, open bool, before int64) ([]run.Review, error)
	OpenReviews(context.Context) (int, error)
	ReviewsTo(ctx context.Context, by prentice.Actor) ([]run.Review, error)
	CloseReview(ctx context.Context, run int64, by prentice.Actor, says string) error
	Away(ctx context.Context, a run.Absence, by prentice.Actor) (run.Absence, error)
	Back(ctx context.Context, person prentice.Ref, by prentice.Actor) error
	Absences(context.Context) ([]run.Absence, error)
}

// Logs are what steps printed.
type Logs interface {
	Page(context.Context, log.Query) (log.Page, error)
}

// Switch is the kill switch.
type Switch interface {
	Stop(reason string) error
	Resume() error
	Stopped() bool
	Says() string
}

// Limits are those in force, and what holds back.
type Limits interface {
	LimitState(context.Context) (run.LimitState, error)
	Locks(context.Context) ([]run.TargetLock, error)
	Pause(context.Context) (*run.Pause, error)
	Override(ctx context.Context, code prentice.HoldCode, name string, actor prentice.Actor, reason string) error
	Resume(ctx context.Context, actor prentice.Actor, reason string) ([]prentice.Run, error)
}

// Deps is what the skill needs. The zero Deps is enough to describe it.
type Deps struct {
	Runner   Runner
	Logs     Logs
	Switch   Switch
	Touches  func(context.Context, prentice.RunRequest) ([]prentice.Ref, error)    // what a run would act on
	Event    func(ctx context.Context, number int64) (prentice.EventRecord, error) // from the inbox
	Limits   Limits
	Needs    func(prentice.Ref) []prentice.Ref                         // the services that need a service
	Broken   func(context.Context) (list []Broken, all int, err error) // the open incidents that matter most, and how many there are
	Silenced func(context.Context) ([]Silenced, error)                 // what is silenced and has no incident; nil is nothing
	Open     func(context.Context) (int, error)                        // how many incidents are open
	Services func(context.Context) ([]ServiceState, error)

	Version string // of the program
	Serving bool   // it works, and does not only answer

	Policy PolicyDesk
	Tester PolicyTester

	Troubles    func() []prentice.Finding                                         // why not all of the team folder is in force
	Damage      func(context.Context) ([]prentice.Finding, error)                 // what is wrong with the evidence
	Maintenance func(ctx context.Context, now time.Time) []calendar.Listed        // that is in force; nil: there is none
	Days        func(now time.Time, days int) (calendar.Days, []prentice.Finding) // of the calendar in force
	Notices     Notices
	Replicas    func(context.Context) ([]replica.Replica, error)
	Kept        Keeper
}

// New is the skill.
func New(d Deps) skill.Skill {
	return skill.Skill{
		Name:     "supervision",
		Sentence: "works under supervision; learns on the job; implementation, not planning",
		Ops:      nouns.Of(slices.Concat(d.runOps(), d.askOps(), d.absenceOps(), d.otherOps(), d.limitOps(), d.policyOps(), d.calendarOps(), d.noticeOps(), d.replicaOps(), d.retentionOps())),
		Pages: []op.Page{
			{Path: "/{$}", Op: "now.show", Template: "now.html", Title: "Overview", Nav: "Overview", Key: "n", Order: 1},
			{Path: "/inbox", Op: "inbox.list", Template: "inbox.html", Title: "Approvals", Nav: "Approvals", Key: "x", Order: 2},
			{Path: "/runs", Op: "run.list", Template: "runs.html", Title: "Runs", Nav: "Runs", Key: "r", Order: 5},
			{Path: "/runs/{number}", Op: "run.show", Template: "run.html", Title: "Run", Explain: "run/{number}"},
			{Path: "/runs/{number}/log", Op: "run.log", Template: "log.html", Title: "Log", Explain: "run/{number}"},
			{Path: "/limits", Op: "limit.show", Template: "limits.html", Title: "Limits", Nav: "Limits", Key: "l", Order: 41, Group: op.Governance},
			{Path: "/policy", Op: "policy.show", Template: "policy.html", Title: "Policy", Nav: "Policy", Key: "y", Order: 40, Group: op.Governance},
			{Path: "/policy/why", Op: "policy.why", Template: "policy-why.html", Title: "Why", Explain: "decision/{run}"},
			{Path: "/replicas", Op: "replica.list", Template: "replicas.html", Title: "Replicas", Nav: "Replicas", Order: 74, Group: op.Setup},
			{Path: "/retention", Op: "retention.show", Template: "retention.html", Title: "Retention", Nav: "Retention", Order: 75, Group: op.Setup},
			{Path: "/notices", Op: "notice.list", Template: "notices.html", Title: "Notices", Nav: "Notices", Order: 73, Group: op.Setup},
			{Path: "/notices/{number}", Op: "notice.show", Template: "notice.html", Title: "Notice", Explain: "notice/{number}"},
			{Path: "/calendar", Op: "calendar.show", Template: "calendar.html", Title: "Calendar", Nav: "Calendar", Key: "d", Order: 42, Group: op.Governance},
		},
		Refs:     refs,
		Explains: explains(),
		States:   states(),
		Files:    files,
		Explain:  explain,
		Facts:    d.facts,
		Team:     []team.Part{calendar.File.Part(nil), gate.File.Part(nil), notice.File.Part(nil)},
	}
}

func (d Deps) otherOps() []op.Op {
	return []op.Op{
		op.New("inbox.count", prentice.Look, prentice.Viewer, "Count what is broken, what waits for people and what runs.", d.count).WithExample("prentice inbox count"),
		op.New("now.show", prentice.Look, prentice.Viewer, "What is broken, what waits for an answer, what is running.", d.now).WithExample("prentice now show"),
		d.statusOp(),
		op.New("stop-all", prentice.Change, prentice.Operator, "Stop everything at once, also while prentice is sick.", d.stopAll).
			WithExample("prentice stop-all --reason 'the load balancer is being replaced'").
			WithHelp("It creates the file STOP in the data folder, which is looked for before every step and every 50 ms while steps are under way: those are interrupted. Creating that file by hand does the same.").
			WithoutWaiting(),
		op.New("resume-all", prentice.Danger, prentice.Owner, "Let work go on after stop-all.", d.resumeAll).WithExample("prentice resume-all"),
		op.New("drain", prentice.Change, prentice.Owner, "Let the steps under way end and begin no other, before a stop or an upgrade.", d.drain).
			WithExample("prentice drain").
			WithHelp("Runs that are not over are taken up by the next start, where their journal ends."),
	}
}
