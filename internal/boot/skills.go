package boot

import (
	"context"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/book"
	"prentice/internal/adapter/alertmanager"
	"prentice/internal/adapter/git"
	"prentice/internal/adapter/probe"
	"prentice/internal/adapter/shell"
	"prentice/internal/engine/check"
	"prentice/internal/engine/flag"
	"prentice/internal/engine/identity"
	"prentice/internal/engine/ledger"
	"prentice/internal/engine/log"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/prototype"
	"prentice/internal/engine/run"
	"prentice/internal/engine/silence"
	"prentice/internal/engine/webhook"
	"prentice/internal/kit/db"
	"prentice/internal/kit/proc"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/skill/all"
	"prentice/internal/skill/automation"
	"prentice/internal/skill/availability"
	"prentice/internal/skill/codecontrol"
	"prentice/internal/skill/design"
	"prentice/internal/skill/learning"
	"prentice/internal/skill/prototyping"
	"prentice/internal/skill/security"
	"prentice/internal/skill/supervision"
	"prentice/internal/skill/support"
	"prentice/internal/team"
	"prentice/internal/team/calendar"
)

// Describe is every skill without a data folder behind it: enough to draw
// commands, documents and forms, and to perform what needs no state.
func Describe() []skill.Skill {
	here := func() string { return "." }
	return describe(here, here)
}

// describe is Describe for anyone who knows where the team folder and the data folder are.
func describe(dir, data func() string) (list []skill.Skill) {
	list = all.Skills(all.Deps{
		Availability: availability.Deps{Kinds: probe.New().Kinds},
		Learning:     learning.Deps{Glossary: book.Glossary, Chapters: func() []learning.Chapter { return explained(list) }, Explainers: func() []op.Explainer { return skill.Explainers(list) }},
		Automation:   automation.Deps{Schema: procedure.Schema, Tester: procedureTester{dir}, Mine: mineIn(dir), Read: readProcedure},
		Security:     security.Deps{Verify: ledger.VerifyFile, Supply: supplyHere(askedIn(dir))},
		CodeControl:  codecontrol.Deps{Clone: func(ctx context.Context, dir string) (codecontrol.Git, error) { return git.Open(ctx, dir) }, Team: codecontrol.Team{Linter: linter{}}},
		Standards:    checksHere(dir, data, func() []check.Kind { return skill.Checks(list) }),
		Prototyping:  prototyping.Deps{WriteNew: writeFolder},
		Supervision:  supervision.Deps{Tester: offlineDesk{dir}},
		Tools:        toolsHere(),
		Support:      support.Deps{Hooks: support.HookDeps{File: func() (*webhook.Rules, error) { return webhook.File.Read(dir()) }}},
	})
	return list
}

// skills is every skill with what it needs.
func (s *System) skills(logs *log.Logs) []skill.Skill {
	desk := &policyDesk{Team: s.Team, s: s}
	return all.Skills(all.Deps{
		Environments: s.environments(),

		Automation:  s.automation(),
		Standards:   s.checks(),
		CodeControl: s.code(),
		Learning:    s.learning(),
		Tools:       s.tools(),
		Objectives:  s.objectives(),
		Metrics:     s.metrics(),
		Previews:    s.previewDeps(),
		Prototyping: prototyping.Deps{DB: s.db, Set: func() *flag.Set { return s.Team.now.Load().flags() }, Wrong: s.wrongFlags, Clock: time.Now, Record: s.ledger.Append, URL: s.url,
			Tell: s.inbox.SendIn, Files: func() ([]prototype.Declared, []prentice.Finding, error) { return prototype.InFolder(s.Team.dir()) }, Claims: s.claimed, Places: placesOf{s}, Code: prototyping.Code{At: s.codeAt, MayLand: s.mayLand}, Propose: s.proposeScaffold, Removals: s.removals(), Log: s.log},
		Availability: availability.Deps{DB: s.db, Catalog: s.Team.Catalog, Prober: s.prober, Kinds: s.prober.Kinds, Send: s.inbox.Send, Clock: time.Now, Log: s.log, Lead: s.lead(), Others: s.measure, Seen: s.seen, Alive: s.alive(), Claims: s.claimed, Tool: "probe@" + s.Settings.build.Version},
		Build:        s.releases(),
		Oncall:       s.onCall(),
		Maintenance:  s.maintenance(),
		Capacity:     s.capacity(),
		Statuspage:   s.statuspage(),
		Design: design.Deps{
			Catalog: s.Team.Catalog,
			Team: func(context.Context) (*team.Catalog, []prentice.Finding, error) {
				c, _, _, findings := readCatalogAsking(s.Team.dir(), s.Team.ask)
				return c, s.Team.notInForce(findings), nil
			},
			File: s.Team.checkFile,
		},
		Security: security.Deps{Supply: supplyHere(s.asked), Ledger: s.ledger, People: s.Identity, Views: s.Identity, Clock: time.Now, Record: s.record, Verify: ledger.VerifyFile, Borne: func(ctx context.Context) ([]ledger.Fault, error) { return s.runner.Borne(ctx, s.ledger.List) }, AcceptKey: s.acceptKey, Hosts: s.hosts, CheckHosts: s.checkHosts,
			Catalog: s.Team.Catalog, Operations: func() []string { return s.App.Names() }, Trusts: s.trusts,
			Secrets: s.secrets, Procedures: func() []prentice.Procedure { return s.Team.Library().All() },
			Absences: func(ctx context.Context) ([]run.Absence, error) { return s.runner.Absences(ctx) },
			Hook:     func(name string) error { _, err := s.Team.now.Load().hooks().Hook(name); return err },
			Hooks:    func(secret string) []string { return s.Team.now.Load().hooks().Using(secret) },
			Channels: func(secret string) []string { return s.Team.now.Load().notices().Using(secret) },
			Webhooks: func(secret string) []string { return s.Team.now.Load().webhooks().Using(secret) },
			Anew:     s.outbox.Anew, AnewOut: s.outgoing.Anew,
			Mirrors: s.mirrorsUsing,
			Page:    func(path string) string { return s.url() + path },
			Address: func(code string) string { return s.url() + "/sign-in/" + code }},
		Supervision: supervision.Deps{Runner: s.runner, Logs: logs, Switch: s.stop, Limits: s.runner, Broken: s.broken, Silenced: s.silenced, Open: func(ctx context.Context) (int, error) { return s.desk.OpenCount(ctx) }, Services: s.serviceStates, Touches: s.touches, Event: s.inbox.Show,
			Needs:  func(ref prentice.Ref) []prentice.Ref { return s.Team.Catalog().Dependants(ref) },
			Policy: desk, Tester: desk, Version: s.Settings.build.Version, Serving: s.acts,
			Days: s.Team.Days, Maintenance: func(ctx context.Context, now time.Time) []calendar.Listed { return s.maintained(ctx, now, "", 0) }, Troubles: s.Team.Troubles, Damage: s.damage, Notices: s.outbox, Replicas: s.listReplicas,
			Kept: supervision.Keeper{Show: s.showRetention, Resume: func(ctx context.Context, by prentice.Actor, reason string) error {
				return s.retention.Resume(ctx, by, reason)
			}}},
		Support: support.Deps{DB: s.db, Clock: time.Now, Runs: supervision.Through{Door: door{s}}, Inbox: s.inbox, Matcher: matcher{s.Team}, Router: router{s.Team}, Diagnoser: diagnoser{s}, Still: diagnoser{s}.still, Rest: diagnoser{s}.rest, Scheduled: s.Team.scheduled, Recorder: s.ledger, Log: s.log, Holders: s.holders, Depends: depends{s.Team}, Around: depends{s.Team}.around, Evidence: s.ledger.List, RiskOf: s.riskOf, Spent: s.spent, OnCall: s.onDuty, Silences: &muting{Silences: s.silences, team: s.Team}, Maintenance: s.maintained, Hooks: s.hookDeps(), Outgoing: s.outgoing, Jobs: s.jobs},
	})
}

// trusts says what tells an agent of a name from others, or "".
func (s *System) trusts(agent string) string {
	if slices.ContainsFunc(namesIn(s.Settings.Monitors), func(m string) bool { return strings.EqualFold(m, agent) }) {
		return "the setting monitors"
	}
	if rule := s.Team.now.Load().policy.NamesAgent(agent); rule != "" {
		return "rule " + rule + " of the policy"
	}
	return ""
}

// openSilences makes what knows of silences, here and in an Alertmanager.
func (s *System) openSilences() {
	s.silences = &silence.Silences{DB: s.db, Longest: s.Team.longestSilence}
	if set := s.Settings.Alertmanager; set != nil {
		s.mirror = silence.NewMirror(s.silences, alertmanager.New(set.URL, set.TokenFile), time.Now, s.log)
		s.mirror.Windows = s.Team.windows
	}
}

// unwell counts the services that are not well, as the skill that looks at them does.
type unwell struct{ s *System }

func (u unwell) Unhealthy(ctx context.Context, except []prentice.Ref) (int, int, error) {
	return u.s.lookout.Unhealthy(ctx, except)
}

func (s *System) automation() automation.Deps {
	return automation.Deps{
		Library: func() automation.Library { return s.Team.Library() },
		Team: func(_ context.Context, now time.Time) (int, []prentice.Finding, error) {
			n, findings := procedure.Survey(s.Team.dir(), s.Team.kinds, now)
			return n, findings, nil
		},
		File: func(file string, text []byte, now time.Time) []prentice.Finding {
			return s.Team.Library().Check(procedure.File{Name: file, Text: text}, now)
		},
		Read: func(file string, text []byte) (prentice.Procedure, []prentice.Finding) {
			return procedure.Parse(file, text, s.Team.kinds)
		},
		History:     history{s},
		Files:       func(name string) []string { return s.Team.Library().Files(name) },
		Ran:         s.runner.Ran,
		Choices:     chooser{s},
		ReadChoices: s.choices.Run,
		Timed: func(ctx context.Context, procedure string, most int) ([]run.Timed, []run.OnTarget, error) {
			runs, err := s.runner.Timed(ctx, procedure, most)
			if err != nil || len(runs) == 0 {
				return nil, nil, err
			}
			on, err := s.runner.OnTargets(ctx, procedure, most)
			return runs, on, err
		},
		Render:    s.Team.Render,
		Tester:    procedureTester{s.Team.dir},
		Record:    func(ctx context.Context, name string) (prentice.Record, error) { return s.runner.Record(ctx, name, "") },
		Schedules: s.scheduled,
		Schema:    procedure.Schema,
		Mine:      func() []prentice.Procedure { return s.Team.Library().Known() },
		Foresee:   s.runner.Foresee,
	}
}

// record writes one line of evidence that is about nothing else that is kept.
func (s *System) record(ctx context.Context, note prentice.Note) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		err := s.ledger.Append(tx, time.Now(), note)
		return err
	})
}

// url is where people find the pages: under the name that the settings give, or
// where the process that serves this folder listens.
func (s *System) url() string {
	at := "http://" + s.Settings.Listen
	if here, ok := serving(context.Background(), s.Settings.Data); ok {
		at = here.URL
	}
	return s.Settings.forPeople(at)
}

// door is the door before it is there: skills are made first, and it is made of
// them.
type door struct{ s *System }

func (d door) Invoke(ctx context.Context, r op.Request) (any, error) { return d.s.App.Invoke(ctx, r) }

func (d door) Watch(ctx context.Context, r op.Request, emit func(any) error) error {
	return d.s.App.Watch(ctx, r, emit)
}

// diagnoser is the runner before it is there.
type diagnoser struct{ s *System }

func (d diagnoser) Diagnose(ctx context.Context, r prentice.RunRequest) (run.Diagnosis, error) {
	return d.s.runner.Diagnose(ctx, r)
}

// still is what would hold a refused run back now.
func (d diagnoser) still(ctx context.Context, run int64) (prentice.HoldBack, error) {
	return d.s.runner.Still(ctx, run)
}

// rest shows a run that was refused as held.
func (d diagnoser) rest(tx *db.Tx, run int64, h *prentice.HoldBack) error {
	return d.s.runner.Rest(tx, run, h)
}

// scheduled says whether a procedure has a schedule that gives it inputs of a key.
func (t *Team) scheduled(procedure, inputs string) bool {
	return slices.ContainsFunc(t.Library().Known(), func(p prentice.Procedure) bool {
		return p.Name == procedure && slices.ContainsFunc(p.On, func(on prentice.Trigger) bool { return on.Schedule != "" && prentice.GivenKey(on.With) == inputs })
	})
}

// matcher finds procedures in the library in force.
type matcher struct{ team *Team }

func (m matcher) Match(e prentice.Event) ([]prentice.Procedure, []prentice.Finding) {
	return m.team.Library().Match(e)
}

// bearer says whose token it is.
func (s *System) bearer(ctx context.Context, token string) (prentice.Actor, error) {
	actor, _, err := s.Identity.Identify(ctx, identity.Credential{Bearer: strings.TrimSpace(token)})
	return actor, err
}

// broken is the open incidents. What the catalog has comes first: no one can
// hide the fault of a service behind those of things that they made up.
func (s *System) broken(ctx context.Context) ([]supervision.Broken, int, error) {
	open, all, err := s.desk.Broken(ctx)
	if err != nil {
		return nil, 0, err
	}
	held, err := s.desk.Held(ctx)
	list := []supervision.Broken{}
	for _, i := range open {
		waits := ""
		for _, h := range held[i.Ref] {
			waits = h.String()
		}
		list = append(list, supervision.Broken{Severity: i.Severity, Waits: waits, Ref: i.Ref, Title: i.Title, Raw: i.Raw(), Subject: i.Subject, State: string(i.State), Opened: i.FirstSymptom, Unknown: !s.knows(i.Subject), Assignee: i.Assignee, Acknowledged: i.Acknowledged, Muted: i.Muted})
	}
	slices.SortStableFunc(list, func(a, b supervision.Broken) int {
		switch {
		case a.Unknown == b.Unknown:
			return 0
		case b.Unknown:
			return -1
		}
		return 1
	})
	return list, all, err
}

// silenced is what is silenced and has no incident.
func (s *System) silenced(ctx context.Context) ([]supervision.Silenced, error) {
	muted, err := s.desk.Muteds(ctx)
	var list []supervision.Silenced
	for _, m := range muted {
		list = append(list, supervision.Silenced{What: m.What, Title: m.Summary, Subject: m.Subject, Since: m.Since, Mute: m.Mute})
	}
	return list, err
}

// holders is everyone to whom an incident can be assigned.
func (s *System) holders(ctx context.Context) ([]prentice.Ref, error) {
	people, err := s.Identity.People(ctx)
	var list []prentice.Ref
	for _, p := range people {
		list = append(list, prentice.NewRef(string(prentice.Person), p.Name))
	}
	for _, e := range s.Team.Catalog().Entities {
		if e.Ref.Kind() == "group" {
			list = append(list, e.Ref)
		}
	}
	return list, err
}

// knows says whether the catalog has a thing.
func (s *System) knows(ref prentice.Ref) bool { return s.Team.now.Load().knows(ref) }

func (s *System) serviceStates(ctx context.Context) ([]supervision.ServiceState, error) {
	standings, err := s.lookout.Services(ctx)
	list := []supervision.ServiceState{}
	for _, st := range standings {
		list = append(list, supervision.ServiceState{Ref: st.Ref, State: string(st.State), Says: st.Says})
	}
	return list, err
}

// kinds is the kinds of step there are.
func (s *System) kinds() []prentice.StepKind {
	sh := &shell.Kind{
		Scratch: s.own("scratch"), Dir: s.path("work"), Env: []string{"PATH=" + proc.DefaultPath}, Here: s.onlyHere(), Grace: proc.DefaultGrace,
		Remote: s.reach, Claims: s.claims, Sandbox: enclose(s.own("scratch")),
	}
	if proc.Has("setsid", sh.Env) {
		sh.Home = s.path("claims")
	} else {
		s.log.Warn("there is no setsid on this machine: steps that run here end when prentice is killed", "try", "install util-linux")
	}
	return kindsWith(s.Team, sh, s.prober, s.Skills)
}
