package demo_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/adapter/httpstep"
	"prentice/internal/adapter/probe"
	"prentice/internal/adapter/shell"
	"prentice/internal/demo"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/runner"
	"prentice/internal/team"
	"prentice/internal/team/catalog"
)

// crew is the sample team with all that its procedures are performed with.
type crew struct {
	t       *testing.T
	where   demo.Where
	ports   demo.Ports
	cat     *team.Catalog
	library *procedure.Library
	kinds   map[string]prentice.StepKind
	run     int
}

func newCrew(t *testing.T, make func(*testing.T) (demo.Where, demo.Ports)) *crew {
	t.Helper()
	c := &crew{t: t}
	c.where, c.ports = make(t)
	var findings []prentice.Finding
	if c.cat, findings = catalog.Load(c.where.Team); len(findings) > 0 {
		t.Fatalf("findings in the catalog: %+v", findings)
	}
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	list := []prentice.StepKind{
		&shell.Kind{Scratch: t.TempDir(), Env: env}, &httpstep.Kind{}, runner.Wait{}, runner.Human{},
		&probe.Kind{Services: c.cat, Prober: probe.New(env...)},
	}
	c.kinds = map[string]prentice.StepKind{}
	for _, k := range list {
		c.kinds[k.Name()] = k
	}
	if c.library, findings = procedure.Load(c.where.Team, list); len(findings) > 0 {
		t.Fatalf("findings in the procedures: %+v", findings)
	}
	return c
}

// plan renders a procedure.
func (c *crew) plan(name string, inputs map[string]string) prentice.Plan {
	c.t.Helper()
	p, err := procedure.Render(c.library, c.cat, prentice.RunRequest{Procedure: name, Inputs: inputs, Actor: prentice.Prentice("probe")})
	if err != nil {
		c.t.Fatal(err)
	}
	c.run++
	return p
}

func (c *crew) work(p prentice.Plan, s prentice.PlannedStep) prentice.Work {
	w := prentice.Work{
		Run: prentice.NewRef("run", fmt.Sprint(c.run)), Plan: &p, Step: s, Target: p.Targets[0], Log: c.t.Output(),
		Env: append(c.where.Env(), fmt.Sprintf("PRENTICE_RUN=run/%d", c.run), "PRENTICE_STEP="+s.ID),
	}
	for name, value := range s.Env {
		w.Env = append(w.Env, name+"="+value)
	}
	return w
}

// perform applies a section step by step and names the first that does not come
// out as it should.
func (c *crew) perform(p prentice.Plan, section prentice.Section) string {
	c.t.Helper()
	for _, s := range p.In(section) {
		out, err := c.kinds[s.Kind].Apply(context.Background(), c.work(p, s))
		if err != nil {
			c.t.Fatalf("step %s: %v", s.ID, err)
		}
		if s.Expect != "any" && out.OK != (s.Expect != "fail") {
			return s.ID
		}
	}
	return ""
}

func (c *crew) done(p prentice.Plan, step string) prentice.Answer {
	c.t.Helper()
	i := slices.IndexFunc(p.Steps, func(s prentice.PlannedStep) bool { return s.ID == step })
	if i < 0 {
		c.t.Fatalf("there is no step %s", step)
	}
	answer, err := c.kinds[p.Steps[i].Kind].Done(context.Background(), c.work(p, p.Steps[i]))
	if err != nil {
		c.t.Fatal(err)
	}
	return answer
}

// mend checks, acts and verifies, and fails the test unless all goes well.
func (c *crew) mend(p prentice.Plan) {
	c.t.Helper()
	for _, section := range []prentice.Section{prentice.Check, prentice.Act, prentice.Verify} {
		if bad := c.perform(p, section); bad != "" {
			c.t.Fatalf("%s: step %s of %s did not come out as it should", p.Procedure, bad, section)
		}
	}
}

// fits names the procedures whose checks fit a service's fault.
func (c *crew) fits(service string) string {
	c.t.Helper()
	var names []string
	for _, name := range []string{"clear-stale-lock", "restart-dependency", "restart-service"} {
		if c.perform(c.plan(name, map[string]string{"service": service}), prentice.Check) == "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}
