package boot

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"prentice"
	"prentice/internal/adapter/shell"
	"prentice/internal/engine/policy"
	"prentice/internal/engine/procedure"
	"prentice/internal/team"
)

// PolicyTestFile is the team's table of cases, beside the policy.
const PolicyTestFile = "policy_test.yaml"

// roleOf is what a person may do everywhere; someone who is gone may nothing.
func (s *System) roleOf(ctx context.Context, who prentice.Ref) (prentice.Role, error) {
	p, err := s.Identity.Person(ctx, who.Name())
	if prentice.KindOf(err) == prentice.NotFound {
		return "", nil
	}
	return p.Role, err
}

// policyDesk answers questions about the policy of a system.
type policyDesk struct {
	*Team
	s     *System
	mu    sync.Mutex
	table policy.Table // of laid; guarded by mu
	laid  *teamNow
}

// Why asks the policy in force about a moment.
func (d *policyDesk) Why(ctx context.Context, m prentice.Moment) policy.Why {
	return d.now.Load().policy.Why(ctx, m)
}

// WhyRun asks the policy in force about the moment in which a run was decided.
func (d *policyDesk) WhyRun(ctx context.Context, number int64) (policy.Why, error) {
	then, err := d.s.runner.Decided(ctx, number)
	if err != nil {
		return policy.Why{}, err
	}
	w := d.Why(ctx, then.Moment)
	w.Run = prentice.Run{Number: number}.Ref()
	if then.Decision.Policy != w.Decision.Policy {
		w.Was = &then.Decision
	}
	return w, nil
}

// Record is what a procedure has earned.
func (d *policyDesk) Record(ctx context.Context, procedure string, subject prentice.Ref) (prentice.Record, error) {
	return d.s.runner.Record(ctx, procedure, subject)
}

// Table lays out the policy in force over the team's procedures. It changes with
// the team's files alone, so it is made once for each reading of them.
func (d *policyDesk) Table(ctx context.Context) policy.Table {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now := d.now.Load(); d.laid != now {
		d.table, d.laid = now.policy.Table(ctx, surveyed(now), time.Now()), now
	}
	return d.table
}

// Replay judges past decisions by the policy in force, or by another text.
func (d *policyDesk) Replay(ctx context.Context, since time.Time, text *string) (policy.Replay, []prentice.Finding, error) {
	by := d.now.Load().policy
	if text != nil {
		var findings []prentice.Finding
		if by, findings = policy.Load(PolicyFile, []byte(*text)); by == nil {
			return policy.Replay{}, findings, nil
		}
	}
	r, err := by.Replay(ctx, since, func(emit func(prentice.Decided) error) error { return d.s.runner.Decisions(ctx, since, emit) })
	return r, nil, err
}

// Test runs the team's cases against the files of the team folder, adopted or not.
func (d *policyDesk) Test(ctx context.Context, file, text string) (policy.CaseResults, []prentice.Finding, error) {
	return testPolicy(ctx, d.dir(), file, text)
}

// offlineDesk tests the policy of a folder; it knows no other question.
type offlineDesk struct{ dir func() string }

func (d offlineDesk) Test(ctx context.Context, file, text string) (policy.CaseResults, []prentice.Finding, error) {
	return testPolicy(ctx, d.dir(), file, text)
}

// testPolicy reads policy.yaml, the catalog and the procedures of a folder, and
// tries the cases. Without a text they are those of policy_test.yaml there.
func testPolicy(ctx context.Context, dir, file, text string) (t policy.CaseResults, findings []prentice.Finding, err error) {
	if file == "" {
		file = PolicyTestFile
		if text, err = slurp(dir, file); err != nil {
			return t, nil, err
		}
	}
	rules, err := slurp(dir, PolicyFile)
	if err != nil && prentice.KindOf(err) != prentice.NotFound {
		return t, nil, err
	}
	p, findings := policy.Load(PolicyFile, []byte(rules))
	if p == nil {
		return t, findings, nil
	}
	cat, _, findings := readCatalog(dir)
	if team.FirstError(findings) != nil {
		return t, findings, nil
	}
	kinds := procedure.Kinds(stepKinds(cat, &shell.Kind{}))
	library, _ := procedure.Load(dir, kinds) // one with errors is refused where a case asks for it
	known := knownTo(cat, library, kinds)
	if findings = p.Misspelt(known); team.FirstError(findings) != nil {
		return t, findings, nil
	}
	cases, findings := p.Cases(file, []byte(text), known)
	t = p.Test(ctx, cases, func(_ context.Context, req prentice.RunRequest) (prentice.Plan, error) {
		return procedure.RenderWith(library, cat, req, procedure.Answers{Believed: true})
	})
	if team.FirstError(findings) != nil {
		t.Unreached = []string{} // a case that could not be read may be about any
	}
	return t, findings, nil
}

func slurp(dir, name string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", prentice.Errorf(prentice.NotFound, "there is no %s in %s", name, dir).Try("name the team folder with --team, or the file itself")
	}
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "%w", err).Try("name another with --team")
	}
	return string(raw), nil
}
