// Package expr compiles and evaluates CEL, the Common Expression Language
// (https://cel.dev), for files that people write and strangers may send.
//
// An Env says which variables and functions an expression may use, and of which
// types; compiling against it finds misspelt names and wrong types before
// anything runs, with line and column. A Program is a compiled expression. Both
// may be used from many goroutines.
//
// It refuses to run on: an expression has a largest size and depth, and each
// evaluation a cost that it may not pass, so that a hostile one ends. It
// refuses to reach anything: no clock, no file, no network, unless a Func that
// the caller declares does.
package expr

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
)

// Bounds on what an expression may be and what one evaluation may cost.
const (
	MaxSize  = 10_000  // characters of source
	MaxDepth = 60      // nested brackets and operators
	MaxCost  = 500_000 // CEL's cost units; about as many list elements or tens of characters looked at
)

// Vars are the variables of an expression and their types.
type Vars map[string]Type

// Env is what an expression may speak of.
type Env struct {
	env    *cel.Env
	vars   map[string]bool
	charge []cost.TrackerOption
}

// Program is a compiled expression.
type Program struct {
	source string
	result Type
	run    cel.Program
	about  []Mention
}

// Error is what is wrong with an expression. Line and Column count from 1 within
// the expression; zero means unknown. Unknown is the name that is not declared,
// when that is what is wrong.
type Error struct {
	Text         string
	Line, Column int
	Unknown      string
}

// Error is the sentence.
func (e *Error) Error() string { return e.Text }

// NewEnv declares variables and functions. An error is a fault of the program
// that declares them, never of the one who writes expressions.
func NewEnv(vars Vars, funcs ...Func) (*Env, error) {
	known, err := newProvider()
	if err != nil {
		return nil, err
	}
	options := []cel.EnvOption{
		cel.CustomTypeProvider(known), cel.CustomTypeAdapter(known),
		cel.ParserExpressionSizeLimit(MaxSize), cel.ParserRecursionLimit(MaxDepth),
		cel.CrossTypeNumericComparisons(true), cel.DefaultUTCTimeZone(true),
		cel.EnableHiddenAccumulatorName(true),
	}
	declare, charge := texts()
	options = append(options, declare...)
	for name, t := range vars {
		known.learn(t)
		options = append(options, cel.Variable(name, t.cel))
	}
	for _, f := range funcs {
		known.learn(f.Gives)
		options = append(options, f.option(known))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("declare variables of expressions: %w", err)
	}
	names := map[string]bool{}
	for name := range vars {
		names[name] = true
	}
	return &Env{env, names, charge}, nil
}

// Compile reads an expression whose result must be of one of the wanted types;
// with none wanted any will do. What is wrong is an *Error.
func (e *Env) Compile(source string, want ...Type) (Program, error) {
	if len(source) > MaxSize {
		return Program{}, &Error{Text: fmt.Sprintf("expression has %d characters; at most %d are read", len(source), MaxSize)}
	}
	ast, issues := e.env.Compile(source)
	if issues.Err() != nil {
		return Program{}, firstOf(issues)
	}
	result := Type{cel: ast.OutputType()}
	if !result.oneOf(want) {
		return Program{}, &Error{Text: fmt.Sprintf("expression gives %s, wanted %s", result, names(want)), Line: 1, Column: 1}
	}
	run, err := e.env.Program(ast, cel.CostLimit(MaxCost), cel.CostTrackerOptions(e.charge...), cel.InterruptCheckFrequency(100),
		cel.EvalOptions(cel.OptOptimize), cel.CustomDecoratorV2(inOrder))
	if err != nil {
		return Program{}, &Error{Text: err.Error()}
	}
	return Program{source: source, result: result, run: run, about: e.aboutOf(ast.NativeRep().Expr())}, nil
}

// Compile reads an expression over plain variables. For many expressions over
// the same variables make one Env and keep it.
func Compile(source string, vars Vars) (Program, error) {
	env, err := NewEnv(vars)
	if err != nil {
		return Program{}, err
	}
	return env.Compile(source)
}

// Source is the expression as it was written.
func (p Program) Source() string { return p.source }

// Gives is the type of the result; Any when only running it can tell.
func (p Program) Gives() Type { return p.result }

// Eval works the expression out. The result is a string, int64, uint64,
// float64, bool, []byte, time.Time, time.Duration, nil, []any or
// map[string]any. It ends with an *Error when a value is missing or of a wrong
// type, when it costs too much, or when the context ends.
func (p Program) Eval(ctx context.Context, values map[string]any) (any, error) {
	if p.run == nil {
		return nil, &Error{Text: "expression was never compiled"}
	}
	value, _, err := p.run.ContextEval(ctx, values)
	if err != nil {
		return nil, &Error{Text: plain(err)}
	}
	return native(value)
}

// Is works a condition out. Anything but true or false is an *Error.
func (p Program) Is(ctx context.Context, values map[string]any) (bool, error) {
	value, err := p.Eval(ctx, values)
	if err != nil {
		return false, err
	}
	yes, ok := value.(bool)
	if !ok {
		return false, &Error{Text: fmt.Sprintf("condition gives %T, wanted true or false", value)}
	}
	return yes, nil
}

var unknownName = regexp.MustCompile(`undeclared reference to '([^']*)'|undefined field '([^']*)'`)

// firstOf keeps the first complaint: the others mostly follow from it.
func firstOf(issues *cel.Issues) *Error {
	all := issues.Errors()
	if len(all) == 0 {
		return &Error{Text: plain(issues.Err())}
	}
	first := all[0]
	e := &Error{Text: plain(errors.New(first.Message))}
	if first.Location != nil && first.Location.Line() > 0 {
		e.Line, e.Column = first.Location.Line(), max(first.Location.Column(), 0)+1
	}
	if m := unknownName.FindStringSubmatch(first.Message); m != nil {
		e.Unknown = m[1] + m[2]
		e.Text = fmt.Sprintf("there is no %q here", e.Unknown)
	}
	return e
}

var containerNote = regexp.MustCompile(` \(in container '[^']*'\)`)

// plain turns CEL's words into ours where ours are plainer.
func plain(err error) string {
	text := containerNote.ReplaceAllString(err.Error(), "")
	switch text {
	case "operation cancelled: actual cost limit exceeded":
		return "expression costs too much to work out"
	case "operation interrupted: context deadline exceeded":
		return "expression takes too long to work out"
	}
	return text
}
