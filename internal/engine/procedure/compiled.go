package procedure

import (
	"strings"
	"sync"

	"prentice"
	"prentice/internal/kit/expr"
	"prentice/internal/team"
)

// compiled keeps a library's expressions as they were compiled for one catalog,
// whose lookups are part of them: compiling one costs more than all else of a plan.
type compiled struct {
	mu       sync.Mutex
	catalog  *team.Catalog                // guarded by mu
	programs map[expression]*expr.Program // guarded by mu
}

// expression is all that decides how an expression is compiled, but for the
// catalog.
type expression struct {
	source string
	inputs string     // that it may speak of, with their types
	want   *expr.Type // the first of scalarTypes, targetTypes, ruleTypes or listTypes
	round  bool       // it may speak of each
	target bool       // it may speak of one target
	checks string     // of which it may speak, with what they capture
}

// mostCompiled bounds what is kept: commands that are given directly have
// expressions of their own.
const mostCompiled = 500

func (c *compiled) find(cat *team.Catalog, e expression) *expr.Program {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.catalog != cat {
		return nil
	}
	return c.programs[e]
}

func (c *compiled) keep(cat *team.Catalog, e expression, p *expr.Program) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.catalog != cat || len(c.programs) >= mostCompiled {
		c.catalog, c.programs = cat, map[expression]*expr.Program{}
	}
	c.programs[e] = p
}

// compile is an expression over the whole case of a procedure.
func (s *scene) compile(source string, want []expr.Type) (*expr.Program, error) {
	_, round := s.values["each"]
	_, target := s.values["target"]
	checks := handing(s.proc.Steps)
	e := expression{source, signature(s.proc.Inputs), &want[0], round, target, checksSignature(checks)}
	if p := s.library.compiled.find(s.catalog, e); p != nil {
		return p, nil
	}
	env, err := caseEnv(s.proc.Inputs, s.catalog, round, checks)
	switch {
	case target && s.choosing:
		env, err = targetEnv(s.proc.Inputs, s.catalog, ownChecks(s.proc.Steps))
	case target:
		env, err = targetEnv(s.proc.Inputs, s.catalog, nil)
	}
	if err != nil {
		return nil, err
	}
	p, err := env.Compile(source, want...)
	if err != nil {
		return nil, err
	}
	s.library.compiled.keep(s.catalog, e, &p)
	return &p, nil
}

// checksSignature is what of the checks decides what an expression may say of them.
func checksSignature(checks []prentice.StepSpec) string {
	var b strings.Builder
	for _, s := range checks {
		b.WriteString(s.ID + "\x1e")
		for _, c := range s.Out {
			b.WriteString(c.Name + "\x1f" + c.Type + "\x1e")
		}
	}
	return b.String()
}

// signature is what of the inputs decides what an expression may say of them.
func signature(inputs []prentice.Input) string {
	var b strings.Builder
	for _, in := range inputs {
		b.WriteString(in.Name + "\x1f" + in.Type + "\x1e")
	}
	return b.String()
}
