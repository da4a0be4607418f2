package support

import (
	"context"
	"crypto/rand"
	"embed"
	"log/slog"
	"slices"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/engine/heartbeat"
	"prentice/internal/engine/inbox"
	"prentice/internal/engine/ledger"
	"prentice/internal/engine/outgoing"
	"prentice/internal/engine/run"
	"prentice/internal/engine/webhook"
	"prentice/internal/kit/db"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/team"
	"prentice/internal/team/calendar"
)

//go:embed schema/*.sql pages/*.html
var files embed.FS

//go:embed explain.md
var explain string

// Inbox takes events in and shows them.
type Inbox interface {
	Receive(context.Context, prentice.Event) (inbox.Receipt, error)
	ReceiveFrom(context.Context, prentice.Actor, prentice.Event) (inbox.Receipt, error)
	ReceiveIn(*db.Tx, prentice.Actor, prentice.Event) (inbox.Receipt, error)
	List(context.Context, inbox.Filter) ([]prentice.EventRecord, error)
	Show(ctx context.Context, number int64) (prentice.EventRecord, error)
	Find(ctx context.Context, source, id string) (prentice.EventRecord, error)
	Seen(ctx context.Context, numbers []int64) (map[int64]prentice.EventRecord, error)
}

// Matcher finds the procedures that an event proposes, sorted by name, and says
// of which it could not be worked out.
type Matcher interface {
	Match(prentice.Event) ([]prentice.Procedure, []prentice.Finding)
}

// Diagnoser asks the Check section of a procedure whether this is its fault. It
// changes nothing.
type Diagnoser interface {
	Diagnose(context.Context, prentice.RunRequest) (run.Diagnosis, error)
}

// Runs asks for runs, as prentice and through the door: they are decided about as
// anyone's are.
type Runs interface {
	Start(context.Context, prentice.RunRequest) (prentice.Run, error)
	Retry(ctx context.Context, run int64, by prentice.Actor, reason string) (prentice.Run, error)
}

// Deps is what the skill uses. None is needed to describe it. The door may be
// one that is filled in later, since it is made of all skills.
type Deps struct {
	DB          *db.DB
	Clock       func() time.Time
	Runs        Runs
	Inbox       Inbox
	Matcher     Matcher
	Router      Router // nil: every alert is told to people
	Diagnoser   Diagnoser
	Recorder    db.Recorder[prentice.Note]
	Depends     Depends                                                                                  // nil: nothing depends on anything
	Around      func(prentice.Ref) []Neighbour                                                           // what a fault of it may have come from; nil: it stands alone
	Evidence    func(context.Context, ledger.Filter) ([]prentice.Evidence, error)                        // nil: there is none
	RiskOf      func(ctx context.Context, run int64) (prentice.Risk, error)                              // of a run; nil: any may have changed something
	Spent       func(ctx context.Context, subject prentice.Ref, from, until time.Time) ([]string, error) // of the budgets of its objectives; nil: none are counted
	OnCall      func(context.Context, time.Time) ([]OnDuty, error)                                       // nil: no rota is kept
	Silences    Silences                                                                                 // nil: nothing is ever silenced
	Maintenance func(ctx context.Context, now time.Time, about prentice.Ref, days int) []calendar.Listed // in force, or within some days; of everything with ""; nil: there is none
	Still       func(ctx context.Context, run int64) (prentice.HoldBack, error)                          // what would hold back a run that was refused, now; nil: its time alone tells
	Rest        func(tx *db.Tx, run int64, h *prentice.HoldBack) error                                   // a run that was refused is held by this, or with nil no more; nil: no one shows it
	Scheduled   func(procedure, inputs string) bool                                                      // whether it still has a schedule that gives it inputs of that key; nil: all have
	Holders     func(context.Context) ([]prentice.Ref, error)                                            // the people and groups to whom an incident can be assigned
	Log         *slog.Logger
	Quiet       time.Duration        // 0 is DefaultQuiet
	Patience    time.Duration        // 0 is DefaultPatience
	Lag         time.Duration        // 0 is DefaultLag
	Settle      time.Duration        // 0 is DefaultSettle
	Elapsed     func() time.Duration // since some moment, whatever becomes of the clock; nil is since Make
	NewID       func() string        // of an event that is sent without one; nil is random
	Hooks       HookDeps
	Outgoing    *outgoing.Post    // tells programs outside; nil tells none
	Jobs        *heartbeat.Keeper // listens for jobs that ping; nil listens for none
}

// Support keeps incidents.
type Support struct {
	Deps
	wake chan struct{}

	looked time.Time // when what is held back was last looked at; of Run alone

	mu   sync.Mutex      // guards busy
	busy map[string]bool // the incidents that someone works on
	hand sync.WaitGroup  // those who work

	turn struct { // of Run alone: what was silent when it last looked
		mark     string
		at, next time.Time
	}

	heard map[string]listening // of Run alone: heartbeats, by name

	unsent sync.Map // what of the outbox is not sent, and was told of

	rates   webhook.Rates // what the hooks took
	secrets heldSecrets   // of the hooks
}

// Make is the skill at work.
func Make(d Deps) *Support {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Quiet == 0 {
		d.Quiet = DefaultQuiet
	}
	if d.Patience == 0 {
		d.Patience = DefaultPatience
	}
	if d.Lag == 0 {
		d.Lag = DefaultLag
	}
	if d.Settle == 0 {
		d.Settle = DefaultSettle
	}
	if d.Elapsed == nil {
		begun := time.Now()
		d.Elapsed = func() time.Duration { return time.Since(begun) }
	}
	if d.NewID == nil {
		d.NewID = rand.Text
	}
	s := &Support{Deps: d, wake: make(chan struct{}, 1), busy: map[string]bool{}, heard: map[string]listening{}}
	if s.Jobs != nil {
		s.Jobs.Tell = s.tellJob
	}
	return s
}

// New is the skill's one registration.
func New(d Deps) skill.Skill { return Make(d).chapter() }

func (s *Support) chapter() skill.Skill {
	return skill.Skill{
		Name:     "support",
		Sentence: "service support: fix faults by agreed procedures, maintenance",
		Ops:      nouns.Of(slices.Concat(s.eventOps(), s.incidentOps(), s.changeOps(), s.reportOps(), s.followupOps(), s.holderOps(), s.silenceOps(), s.alertOps(), s.heartbeatOps(), s.jobOps(), s.hookOps(), s.webhookOps())),
		Pages: []op.Page{
			{Path: "/incidents", Op: "incident.list", Template: "incidents.html", Title: "Incidents", Nav: "Incidents", Key: "i", Order: 3},
			{Path: "/incidents/{number}", Op: "incident.show", Template: "incident.html", Title: "Incident", Explain: "incident/{number}"},
			{Path: "/incidents/{number}/report", Op: "incident.report", Template: "report.html", Title: "Report", Explain: "incident/{number}"},
			{Path: "/followups", Op: "followup.list", Template: "followups.html", Title: "Follow-ups", Nav: "Follow-ups", Order: 44, Group: op.Governance},
			{Path: "/handover", Op: "incident.handover", Template: "handover.html", Title: "Hand-over"},
			{Path: "/silences", Op: "silence.list", Template: "silences.html", Title: "Silences", Nav: "Silences", Key: "m", Order: 4},
			{Path: "/silences/preview", Op: "silence.preview", Template: "silence-preview.html", Title: "Silence"},
			{Path: "/silences/{silence}", Op: "silence.show", Template: "silence.html", Title: "Silence", Explain: "silence/{silence}"},
			{Path: "/heartbeats", Op: "heartbeat.list", Template: "heartbeats.html", Title: "Heartbeats", Nav: "Heartbeats", Order: 43, Group: op.Governance},
			{Path: "/heartbeats/{name}", Op: "heartbeat.show", Template: "heartbeat.html", Title: "Heartbeat", Explain: "heartbeat/{name}"},
			{Path: "/events", Op: "event.list", Template: "events.html", Title: "Events", Nav: "Events", Key: "v", Order: 65, Group: op.Governance},
			{Path: "/events/{number}", Op: "event.show", Template: "event.html", Title: "Event", Explain: "event/{number}"},
			{Path: "/hooks", Op: "hook.list", Template: "hooks.html", Title: "Webhooks", Nav: "Webhooks", Order: 66, Group: op.Governance},
			{Path: "/hooks/{name}", Op: "hook.show", Template: "hook.html", Title: "Webhook", Explain: "hook/{name}"},
			{Path: "/webhooks", Op: "webhook.list", Template: "webhooks.html", Title: "Webhooks out", Nav: "Webhooks out", Order: 67, Group: op.Governance},
			{Path: "/webhooks/{name}", Op: "webhook.show", Template: "webhook.html", Title: "Webhook", Explain: "webhook/{name}"},
			{Path: "/webhook-deliveries/{number}", Op: "webhook.delivery", Template: "webhook-delivery.html", Title: "Delivery"},
			{Path: "/deliveries/{number}", Op: "hook.delivery", Template: "delivery.html", Title: "Delivery"},
		},
		Refs:     refs,
		Explains: explains(),
		States:   states,
		Files:    files,
		Explain:  explain,
		Facts:    s.facts,
		Listen:   s.Listen,
		Ring:     s.Ring, // what is muted may be another
		Work:     []skill.Work{{Name: "support", Run: s.Run}, {Name: "holders of webhooks", Run: s.noteHolders}, {Name: "jobs that ping", Run: s.listenToJobs}},
		Kinds:    []prentice.StepKind{&AlertKind{Firing: s.Firing}},
		Team:     []team.Part{alert.File.Part(nil), heartbeat.File.Part(nil), webhook.File.Part(nil), outgoing.File.Part(nil)},
		Self:     s,
	}
}

// ready refuses what needs a store when the skill was made only to be described.
func (s *Support) ready() error {
	if s.DB == nil || s.Inbox == nil || s.Recorder == nil || s.Runs == nil {
		return prentice.Errorf(prentice.Unavailable, "there are no incidents here").Try("start the server with: prentice up")
	}
	return nil
}
