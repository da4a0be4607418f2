package standard

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"prentice/internal/engine/check"
	"prentice/internal/kit/expr"
)

// celTime is how long one expression may take over a tree, mostAsked how often it may
// look something up.
const (
	celTime   = 5 * time.Second
	mostAsked = 5_000
)

var (
	commitType = expr.Record("commit", map[string]expr.Type{"id": expr.String, "author": expr.String, "email": expr.String, "subject": expr.String, "message": expr.String,
		"time": expr.Time, "signed": expr.Bool, "parents": expr.Int})
	changeType = expr.Record("change", map[string]expr.Type{"added": expr.ListOf(expr.String), "changed": expr.ListOf(expr.String), "removed": expr.ListOf(expr.String)})
	celVars    = expr.Vars{"commits": expr.ListOf(commitType), "change": changeType, "catalog": expr.ListOf(expr.Any), "today": expr.Time}
)

// compileCEL makes an expression ready. It is true where the rule holds, or it gives a
// list of texts, each of which is a finding.
func (q question) compileCEL(covers func(string) bool) (judge, error) {
	env, err := celEnv(nil)
	if err != nil {
		return judge{}, err
	}
	if _, err := env.Compile(q.CEL, expr.Bool, expr.ListOf(expr.String)); err != nil {
		return judge{}, hinted{fmt.Errorf("cel: %w", err),
			"known are files(GLOB), exists(PATH), text(PATH), parsed(PATH), owners(PATH), commits, change, catalog and today"}
	}
	return judge{covers: covers, whole: func(ctx context.Context, v *View) ([]check.Finding, error) { return q.askCEL(ctx, v) }}, nil
}

func (q question) askCEL(ctx context.Context, v *View) ([]check.Finding, error) {
	ctx, cancel := context.WithTimeout(ctx, celTime)
	defer cancel()
	env, err := celEnv(&lookup{v: v, left: mostAsked, ctx: ctx})
	if err != nil {
		return nil, err
	}
	program, err := env.Compile(q.CEL, expr.Bool, expr.ListOf(expr.String))
	if err != nil {
		return nil, err
	}
	result, err := program.Eval(ctx, celFacts(v))
	if err != nil {
		return nil, err
	}
	return celFindings(result)
}

func celFindings(result any) ([]check.Finding, error) {
	switch r := result.(type) {
	case bool:
		if r {
			return nil, nil
		}
		return []check.Finding{{Says: "it does not hold"}}, nil
	case []any:
		var list []check.Finding
		for _, one := range r {
			text, ok := one.(string)
			if !ok {
				return nil, fmt.Errorf("the expression gives a list with a %T in it, wanted texts", one)
			}
			list = append(list, check.Finding{Says: Shown(text)})
		}
		return list, nil
	}
	return nil, fmt.Errorf("the expression gives %T, wanted true, false or a list of texts", result)
}

func celFacts(v *View) map[string]any {
	commits := make([]any, 0, len(v.Commits))
	for _, c := range v.Commits {
		subject, _ := Subject(c.Message)
		commits = append(commits, map[string]any{"id": c.ID, "author": c.Author, "email": c.Email, "subject": subject, "message": c.Message,
			"time": c.Time, "signed": c.Signed, "parents": int64(len(c.Parents))})
	}
	change := v.Change()
	return map[string]any{"commits": commits, "today": v.Now, "catalog": catalogOf(v),
		"change": map[string]any{"added": anys(change.Added), "changed": anys(change.Changed), "removed": anys(change.Removed)}}
}

func anys(list []string) []any {
	all := make([]any, 0, len(list))
	for _, s := range list {
		all = append(all, s)
	}
	return all
}

// catalogOf are the entities that the repository declares.
func catalogOf(v *View) []any {
	f, found := v.First("catalog-info.yaml", "catalog-info.yml")
	if !found {
		return []any{}
	}
	t, err := v.Open(f)
	if err != nil || t.decode().err != nil {
		return []any{}
	}
	return t.decode().values
}

// lookup answers an expression's questions about a tree.
type lookup struct {
	v    *View
	left int
	ctx  context.Context // ends a look-up with the expression that asks
}

func (l *lookup) ask() error {
	if l.left--; l.left < 0 {
		return fmt.Errorf("the expression looks up more than %d things", mostAsked)
	}
	return l.ctx.Err()
}

// celEnv declares what an expression may speak of; nil is for reading it only.
func celEnv(l *lookup) (*expr.Env, error) {
	str := []expr.Type{expr.String}
	return expr.NewEnv(celVars,
		expr.Func{Name: "files", Takes: str, Gives: expr.ListOf(expr.String), Do: l.does(l.files)},
		expr.Func{Name: "exists", Takes: str, Gives: expr.Bool, Do: l.does(func(p string) (any, error) { return l.v.Has(p), nil })},
		expr.Func{Name: "text", Takes: str, Gives: expr.String, Do: l.does(l.text)},
		expr.Func{Name: "parsed", Takes: str, Gives: expr.Any, Do: l.does(l.parsed)},
		expr.Func{Name: "owners", Takes: str, Gives: expr.ListOf(expr.String), Do: l.does(func(p string) (any, error) { return anys(OwnersOf(l.v).Of(p)), nil })},
	)
}

func (l *lookup) does(do func(string) (any, error)) func(...any) (any, error) {
	return func(args ...any) (any, error) {
		text, ok := args[0].(string)
		if !ok {
			return nil, errors.New("it wants a text")
		}
		if err := l.ask(); err != nil {
			return nil, err
		}
		return do(text)
	}
}

func (l *lookup) files(glob string) (any, error) {
	is, err := Glob(glob)
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, f := range l.v.Named(is) {
		list = append(list, f.Path)
	}
	l.left -= len(l.v.Files) / 1000
	return list, nil
}

func (l *lookup) open(name string) (*Text, error) {
	f, found := l.v.File(name)
	if !found || f.Mode == check.Link || f.Mode == check.Submodule {
		return nil, fmt.Errorf("there is no file %q", Shown(path.Clean(name)))
	}
	return l.v.Open(f)
}

func (l *lookup) text(name string) (any, error) {
	t, err := l.open(name)
	if err != nil {
		return nil, err
	}
	return string(t.Bytes), nil
}

func (l *lookup) parsed(name string) (any, error) {
	t, err := l.open(name)
	if err != nil {
		return nil, err
	}
	if _, err := t.Fault(); err != nil {
		return nil, err
	}
	return t.Value(), nil
}
