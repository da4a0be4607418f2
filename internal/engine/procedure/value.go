package procedure

import (
	"errors"
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/expr"
	"prentice/internal/kit/nearest"
)

// value is an expression of the file that is compiled when all inputs are
// known. at turns a place within it into one of the file.
type value struct {
	source string
	in     scope
	want   []expr.Type
	what   string
	at     func(line, column int) prentice.Pos
	rounds func() bool              // whether it may speak of each; nil means no
	of     func() prentice.StepSpec // the step that it belongs to; nil is none
}

func (r *reading) later(v value) { r.values = append(r.values, v) }

// compileAll finds what is wrong with the file's expressions.
func (r *reading) compileAll() {
	if len(r.values) == 0 {
		return
	}
	only, err := eventEnv()
	if err != nil {
		r.fail(r.at(1, 1), "report this", "%v", err)
		return
	}
	target, err := targetEnv(r.proc.Inputs, nil, nil)
	if err != nil {
		r.fail(r.at(1, 1), "report this", "%v", err)
		return
	}
	chosen, err := targetEnv(r.proc.Inputs, nil, ownChecks(r.proc.Steps))
	if err != nil {
		r.fail(r.at(1, 1), "report this", "%v", err)
		return
	}
	catalog, err := catalogEnv(nil, nil)
	if err != nil {
		r.fail(r.at(1, 1), "report this", "%v", err)
		return
	}
	type kind struct{ round, steps bool }
	checks, envs := handing(r.proc.Steps), map[kind]*expr.Env{}
	for _, v := range r.values {
		if !r.judged && r.speaksOfCall(v) {
			r.late = append(r.late, v)
			continue
		}
		env := only
		switch v.in {
		case onlyCatalog:
			env = catalog
		case eachTarget:
			env = target
		case choosing:
			env = chosen
		}
		if v.in == wholeCase {
			k := kind{v.rounds != nil && v.rounds(), r.sees(v)}
			if envs[k] == nil {
				may := checks
				if !k.steps {
					may = nil
				}
				if envs[k], err = caseEnv(r.proc.Inputs, nil, k.round, may); err != nil {
					r.fail(r.at(1, 1), "report this", "%v", err)
					return
				}
			}
			env = envs[k]
		}
		program, err := env.Compile(v.source, v.want...)
		if err != nil {
			r.badValue(v, err)
			continue
		}
		r.asksRightly(v, program)
	}
}

func (r *reading) badValue(v value, err error) {
	e, ok := errors.AsType[*expr.Error](err)
	if !ok {
		r.fail(v.at(1, 1), "report this", "%s: %v", v.what, err)
		return
	}
	r.failOnce(v.at(max(e.Line, 1), max(e.Column, 1)), r.unknownHint(v, e), "%s: %s", v.what, e.Text)
}

func (r *reading) unknownHint(v value, e *expr.Error) string {
	if near := nearest.Of(e.Unknown, append(words(r.proc.Inputs), r.stepWords(v)...)); near != "" && near != e.Unknown {
		return "did you mean " + near + "?"
	}
	if hint := r.stepsHint(v, e.Unknown); hint != "" {
		return hint
	}
	switch {
	case v.in == onlyCatalog:
		return "use hosts(), group(…).hosts, service(…), system(…), except(…), both(…) and file(\"files/zones.txt\"); see https://cel.dev for the language"
	case v.in == onlyEvent:
		return "use event.id, source, type, subject, time and data; see https://cel.dev for the language"
	case e.Unknown == "each":
		return "give the step each=${a list}: each is then the value of the round"
	case v.in == choosing:
		return "use steps.ID.out.NAME of a check, target.name, target.facts.NAME and the like; see https://cel.dev for the language"
	case v.in == eachTarget:
		return "use target.name, target.facts.NAME, target.local and the like; see https://cel.dev for the language"
	case e.Unknown == "service":
		return "give the procedure an input of type service"
	default:
		return "use inputs, event, service(…), host(…), hosts(), group(…), except(…), both(…) and system(…); see https://cel.dev for the language"
	}
}

// inside turns places within a YAML value into places of the file. In a folded
// value they cannot be told, and the value's own place is given.
func (r *reading) inside(n *yaml.Node) func(line, column int) prentice.Pos {
	return func(line, column int) prentice.Pos {
		switch {
		case n.Style&yaml.LiteralStyle != 0 && n.Line+line <= len(r.lines):
			return r.at(n.Line+line, r.indent(n.Line)+column)
		case line > 1 || n.Style&yaml.FoldedStyle != 0 || strings.Contains(n.Value, "\n"):
			return r.place(n)
		case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
			return r.at(n.Line, n.Column+column)
		default:
			return r.at(n.Line, n.Column+column-1)
		}
	}
}

// indent is how far the text of a literal block stands in, judged by the first
// line that has any; the block begins behind the given line.
func (r *reading) indent(line int) int {
	for _, text := range r.lines[min(line, len(r.lines)):] {
		if rest := strings.TrimLeft(text, " "); rest != "" {
			return len(text) - len(rest)
		}
	}
	return 0
}
