package supervision

import (
	"context"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/policy"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

// PolicyDesk answers questions about the policy and brings another into force.
type PolicyDesk interface {
	State(ctx context.Context, asker prentice.Actor) (policy.State, error)
	Adopt(ctx context.Context, who prentice.Actor, digest, reason string) (policy.Adoption, error)
	AdoptGroups(ctx context.Context, who prentice.Actor, digest, reason string) (policy.Adoption, error)
	Why(context.Context, prentice.Moment) policy.Why
	WhyRun(ctx context.Context, number int64) (policy.Why, error)
	Table(context.Context) policy.Table
	Replay(ctx context.Context, since time.Time, policy *string) (policy.Replay, []prentice.Finding, error)
	Render(context.Context, prentice.RunRequest) (prentice.Plan, error)
	Record(ctx context.Context, procedure string, subject prentice.Ref) (prentice.Record, error)
}

// PolicyTester tries a team's cases. An empty file name stands for the team's
// own.
type PolicyTester interface {
	Test(ctx context.Context, file, text string) (policy.CaseResults, []prentice.Finding, error)
}

type adoptIn struct {
	Reason string `json:"reason" doc:"Why, in one sentence; it is kept as evidence." minLength:"1" maxLength:"2000"`
	Digest string `json:"digest,omitempty" doc:"The digest of the policy that you looked at; another one is refused." maxLength:"80"`
}

type replayIn struct {
	Since  string `json:"since,omitempty" doc:"How far back: 30d, 12h, or a day such as 2026-01-31." default:"30d" maxLength:"40"`
	Policy string `json:"policy,omitempty" file:"true" doc:"Judge by this policy.yaml; without it by the policy in force." maxLength:"1048577"`
}

type testIn struct {
	File string `json:"file,omitempty" arg:"1" file:"true" maxLength:"1048577" doc:"The table of cases; without it policy_test.yaml of the team folder."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

func (d Deps) policyOps() []op.Op {
	return []op.Op{
		op.New("policy.show", prentice.Look, prentice.Viewer, "Show which policy is in force, and which one waits to be adopted.", d.showPolicy).
			WithExample("prentice policy show").FromFiles(),
		op.New("policy.adopt", prentice.Change, prentice.Owner, "Bring the edited policy.yaml into force, if the policy in force agrees.", d.adopt).
			WithExample("prentice policy adopt --reason 'agents may restart staging'").
			WithHelp("An edited policy.yaml decides nothing until an owner adopts it. The policy in force judges that: a rule over op == \"policy.adopt\" may refuse it, or ask, and then so many different owners must adopt the very same file.\n\nWithout --digest it is the file as it is now."),
		op.New("policy.adopt-groups", prentice.Change, prentice.Owner, "Bring into force who is in which group and what belongs to whom, as the catalog and the procedures say it now.", d.adoptGroups).
			WithExample("prentice policy adopt-groups --reason 'carl is on call from today'").
			WithHelp("A member whom the catalog adds to a group approves nothing, and one whom it drops goes on approving, until an owner adopts it. The same holds for the owner and the system of a service or a host, and the owner of a procedure, as soon as a rule asks an owner or a role is held on a group or a system. The policy in force judges that as it judges a new policy: by the rules over op == \"policy.adopt\"."),
		op.New("policy.why", prentice.Look, prentice.Viewer, "Say which rules decide, and the smallest change that would change the verdict.", d.why).
			WithExample("prentice policy why restart-service service=checkout --kind agent --hour 23").FromFiles().
			WithHelp("Give a run, or a call that was not made: what is not said is as it would be for you, now. Every change that it names was tried: single facts first, then two at once; among equals the nearest."),
		op.New("policy.table", prentice.Look, prentice.Viewer, "Lay the policy out over every procedure, place, actor and hour; name holes and contradictions.", d.table).
			WithExample("prentice policy table").FromFiles(),
		op.New("policy.replay", prentice.Look, prentice.Viewer, "Judge past decisions again, by the policy in force or by another.", d.replay).
			WithExample("prentice policy replay --since 30d"),
		op.New("policy.test", prentice.Look, prentice.Viewer, "Try the team's own table of cases against its policy.yaml.", d.testPolicy).
			WithExample("prentice policy test --team ./team").WithoutState().
			WithHelp("Reads policy.yaml, the catalog and the procedures of the team folder, adopted or not, and needs neither server nor data folder: it is for the pipeline that the policy goes through before anybody adopts it. Ends with exit code 9 when a case fails. Rules that no case reached are named: no one has seen them decide."),
	}
}

func (d Deps) desk() (PolicyDesk, error) {
	if d.Policy == nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the policy cannot be looked at here").Try("ask a server, or name a data folder with --data")
	}
	return d.Policy, nil
}

func (d Deps) showPolicy(ctx context.Context, c op.Call, _ nothing) (PolicyShown, error) {
	desk, err := d.desk()
	if err != nil {
		return PolicyShown{}, err
	}
	state, err := desk.State(ctx, c.Actor)
	return PolicyShown{State: state, Table: summary(desk.Table(ctx))}, err
}

// waitingPolicy says that an edited policy waits, or "".
func (d Deps) waitingPolicy(ctx context.Context) (string, error) {
	if d.Policy == nil {
		return "", nil
	}
	state, err := d.Policy.State(ctx, prentice.Actor{})
	switch {
	case err == nil && state.Pending == nil && state.PendingGroups != nil:
		return "Who is in which group, or what belongs to whom, was edited in the catalog and waits for an owner to adopt it; who was adopted before goes on approving.", nil
	case err != nil || state.Pending == nil:
		return "", err
	case state.Pending.Digest == "":
		return "policy.yaml was edited and has errors; what was adopted before stays in force.", nil
	}
	return "policy.yaml was edited and waits for an owner to adopt it; what was adopted before stays in force.", nil
}

func (d Deps) adopt(ctx context.Context, c op.Call, in adoptIn) (Adopted, error) {
	desk, err := d.desk()
	if err != nil {
		return Adopted{}, err
	}
	if strings.TrimSpace(in.Reason) == "" {
		return Adopted{}, prentice.Errorf(prentice.Invalid, "a policy is not adopted without a reason").Try("say why with --reason '…'")
	}
	a, err := desk.Adopt(ctx, c.Actor, in.Digest, in.Reason)
	return Adopted{a}, err
}

func (d Deps) adoptGroups(ctx context.Context, c op.Call, in adoptIn) (Adopted, error) {
	desk, err := d.desk()
	if err != nil {
		return Adopted{}, err
	}
	if strings.TrimSpace(in.Reason) == "" {
		return Adopted{}, prentice.Errorf(prentice.Invalid, "groups are not adopted without a reason").Try("say why with --reason '…'")
	}
	a, err := desk.AdoptGroups(ctx, c.Actor, in.Digest, in.Reason)
	return Adopted{a}, err
}

func (d Deps) table(ctx context.Context, _ op.Call, _ nothing) (Table, error) {
	desk, err := d.desk()
	if err != nil {
		return Table{}, err
	}
	return Table{desk.Table(ctx)}, nil
}

func (d Deps) replay(ctx context.Context, c op.Call, in replayIn) (Replayed, error) {
	desk, err := d.desk()
	if err != nil {
		return Replayed{}, err
	}
	since, err := sinceOf(in.Since, c.Now)
	if err != nil {
		return Replayed{}, err
	}
	var text *string
	if in.Policy != "" {
		text = &in.Policy
	}
	r, findings, err := desk.Replay(ctx, since, text)
	return Replayed{r, op.Found(findings)}, err
}

// sinceOf reads 30d, 12h or a day.
func sinceOf(text string, now time.Time) (time.Time, error) {
	if text == "" {
		text = "30d"
	}
	if length, err := span.Parse(text); err == nil && length > 0 {
		return now.Add(-length), nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, prentice.Errorf(prentice.Invalid, "%q is not how far back", text).Try("write 30d, 12h or 2026-01-31")
}

func (d Deps) testPolicy(ctx context.Context, _ op.Call, in testIn) (Tested, error) {
	if d.Tester == nil {
		return Tested{}, prentice.Errorf(prentice.Unavailable, "there is no team folder here").Try("name one with --team")
	}
	if in.File != "" && in.Name == "" {
		in.Name = "policy_test.yaml"
	}
	t, findings, err := d.Tester.Test(ctx, in.Name, in.File)
	return Tested{t, op.Found(findings)}, err
}
