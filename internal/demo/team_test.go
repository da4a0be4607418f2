package demo_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/demo"
	"prentice/internal/engine/policy"
)

func TestTheTeamsFilesAreWithoutAnyFinding(t *testing.T) {
	c := newCrew(t, shop)
	var names []string
	for _, p := range c.library.All() {
		names = append(names, p.Name)
		if advice := c.library.Lint(p, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)); len(advice) > 0 {
			t.Errorf("advice about %s: %+v", p.Name, advice)
		}
	}
	if want := "clear-stale-lock nightly-backup restart-dependency restart-service"; strings.Join(names, " ") != want {
		t.Errorf("procedures are %v, want %s", names, want)
	}
	if got := len(c.cat.Services); got != 3 {
		t.Errorf("%d services", got)
	}
	err := filepath.WalkDir(c.where.Team, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if strings.Contains(string(text), "PORT_OF_") {
			t.Errorf("%s has a port that was not filled in", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTheTeamsPolicyDecidesAsItSays(t *testing.T) {
	c := newCrew(t, shop)
	text, err := os.ReadFile(filepath.Join(c.where.Team, "policy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p, findings := policy.Load("policy.yaml", text)
	if len(findings) > 0 {
		t.Fatalf("findings in the policy: %+v", findings)
	}
	ann := prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Operator, Door: "cli"}
	for _, x := range []struct {
		name      string
		actor     prentice.Actor
		procedure string
		risk      prentice.Risk
		verdict   prentice.Verdict
		approvers int
	}{
		{"looking is free", ann, "look-around", prentice.Look, prentice.Allow, 0},
		{"a change asks one", ann, "restart-service", prentice.Change, prentice.Ask, 1},
		{"a change that a probe moved asks one", prentice.Prentice("probe"), "restart-service", prentice.Change, prentice.Ask, 1},
		{"danger asks two", ann, "drop-orders", prentice.Danger, prentice.Ask, 2},
		{"the backup by schedule may run alone", prentice.Prentice("schedule"), "nightly-backup", prentice.Change, prentice.Allow, 0},
		{"the backup by hand asks", ann, "nightly-backup", prentice.Change, prentice.Ask, 1},
		{"another procedure by schedule asks", prentice.Prentice("schedule"), "restart-service", prentice.Change, prentice.Ask, 1},
		{"what no one has classified is refused", ann, "restart-service", prentice.Risk(9), prentice.Refuse, 0},
	} {
		t.Run(x.name, func(t *testing.T) {
			plan := &prentice.Plan{Procedure: x.procedure, Risk: x.risk}
			d := p.Decide(context.Background(), prentice.Moment{Now: time.Now(), Actor: x.actor, Op: "run.start", Plan: plan})
			if d.Verdict != x.verdict || d.Approvers != x.approvers {
				t.Errorf("%s with %d approvers by %v, want %s with %d", d.Verdict, d.Approvers, d.Rules, x.verdict, x.approvers)
			}
		})
	}
}

func TestEachFaultFitsOneProcedureWhichMendsIt(t *testing.T) {
	for _, x := range []struct {
		name, killed, failing, fits string
	}{
		{"payments died", demo.Payments, demo.Payments, "restart-service"},
		{"checkout died", demo.Checkout, demo.Checkout, "restart-service"},
		{"orders died and left its lock", demo.Orders, demo.Orders, "clear-stale-lock"},
		{"checkout fails because payments died", demo.Payments, demo.Checkout, "restart-dependency"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c := newCrew(t, open)
			for _, name := range demo.Names() {
				if got := c.fits(name); got != "" {
					t.Fatalf("while all is well, %s fits %s", got, name)
				}
			}
			kill(t, c.where, x.killed)
			if got := c.fits(x.failing); got != x.fits {
				t.Fatalf("%q fits, want %s", got, x.fits)
			}
			c.mend(c.plan(x.fits, map[string]string{"service": x.failing}))
			if status, says := ask(t, "POST", c.ports[demo.Checkout], "/checkout", `"tea"`); status != 201 {
				t.Errorf("the shop does not sell: %d %s", status, says)
			}
		})
	}
}

func TestCheckoutThatFailsBecauseOfOrdersFitsNothing(t *testing.T) {
	t.Parallel()
	c := newCrew(t, open)
	kill(t, c.where, demo.Orders)
	if got := c.fits(demo.Checkout); got != "" {
		t.Errorf("%s fits", got)
	}
}

func TestADoneQuestionTellsWhetherAServiceWasStarted(t *testing.T) {
	t.Parallel()
	c := newCrew(t, open)
	kill(t, c.where, demo.Payments)
	p := c.plan("restart-service", map[string]string{"service": demo.Payments})
	if got := c.done(p, "start"); got != prentice.No {
		t.Errorf("before: %s", got)
	}
	if bad := c.perform(p, prentice.Act); bad != "" {
		t.Fatal(bad)
	}
	if got := c.done(p, "start"); got != prentice.Yes {
		t.Errorf("after: %s", got)
	}
}

func TestWhatALockWasClearedForCanBePutBack(t *testing.T) {
	t.Parallel()
	c := newCrew(t, open)
	kill(t, c.where, demo.Orders)
	left, err := os.ReadFile(demo.LockFile(c.where.State))
	if err != nil {
		t.Fatal(err)
	}
	p := c.plan("clear-stale-lock", map[string]string{"service": demo.Orders})
	c.mend(p)
	if bad := c.perform(p, prentice.Undo); bad != "" {
		t.Fatal(bad)
	}
	if again, err := os.ReadFile(demo.LockFile(c.where.State)); err != nil || string(again) != string(left) {
		t.Errorf("the lock is %q, was %q, %v", again, left, err)
	}
}

func TestALockIsNotClearedUnderALivingService(t *testing.T) {
	t.Parallel()
	c := newCrew(t, open)
	p := c.plan("clear-stale-lock", map[string]string{"service": demo.Orders})
	if bad := c.perform(p, prentice.Act); bad != "set-aside" {
		t.Errorf("it was refused at %q", bad)
	}
	if _, err := os.Stat(demo.LockFile(c.where.State)); err != nil {
		t.Error(err)
	}
}

func TestABackupIsKeptOnceAndIsWhole(t *testing.T) {
	t.Parallel()
	c := newCrew(t, open)
	if bad := c.perform(c.plan("nightly-backup", nil), prentice.Check); bad != "something-to-copy" {
		t.Errorf("without orders the check comes out at %q", bad)
	}
	for range 3 {
		ask(t, "POST", c.ports[demo.Orders], "/orders", `"tea"`)
	}
	journal := filepath.Join(c.where.State, "backup", "journal")
	first := c.plan("nightly-backup", nil)
	if bad := c.perform(first, prentice.Check); bad != "" {
		t.Fatal(bad)
	}
	if bad := c.perform(first, prentice.Act); bad != "" {
		t.Fatal(bad)
	}
	if got := c.done(first, "keep"); got != prentice.Yes {
		t.Errorf("after it was kept: %s", got)
	}
	ask(t, "POST", c.ports[demo.Orders], "/orders", `"bread"`)
	if bad := c.perform(first, prentice.Verify); bad != "" {
		t.Errorf("a true copy does not verify after another order came: %s", bad)
	}
	second := c.plan("nightly-backup", nil)
	c.mend(second)
	if text, err := os.ReadFile(journal); err != nil || strings.Count(string(text), "\n") != 2 {
		t.Errorf("the journal is\n%s%v", text, err)
	}
	if bad := c.perform(second, prentice.Undo); bad != "" {
		t.Fatal(bad)
	}
	if got := c.done(second, "keep"); got != prentice.No {
		t.Errorf("after it was undone: %s", got)
	}
	copies, _ := filepath.Glob(filepath.Join(c.where.State, "backup", "orders-*.jsonl"))
	if text, _ := os.ReadFile(journal); strings.Count(string(text), "\n") != 1 || len(copies) != 1 {
		t.Errorf("after the undo there are %v and the journal is\n%s", copies, text)
	}
	if err := os.WriteFile(copies[0], []byte("rotten\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(copies[0]), "orders-"), ".jsonl")
	if err := os.WriteFile(filepath.Join(c.where.State, "backup", "name"), []byte(name+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if bad := c.perform(first, prentice.Verify); bad != "whole" {
		t.Errorf("a rotten copy verifies: %q", bad)
	}
}
