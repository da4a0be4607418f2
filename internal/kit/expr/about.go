package expr

import (
	"slices"

	celast "cel.dev/cel-go/common/ast"
)

// Mention is a value that an expression looks at, by its path such as
// actor.kind, with the constants that it is held against. Compared says that
// nothing else is done with it than comparing it with those constants, so that
// two values which lie alike among them are the same to the expression.
type Mention struct {
	Path     string
	Values   []any
	Equals   []any // those of the constants that it is held to be equal to, or not
	Compared bool
}

// About lists what the expression looks at, each path once, in the order of the
// text. A variable of the expression's own, such as that of exists, is none.
func (p Program) About() []Mention { return p.about }

// survey collects the mentions of one expression.
type survey struct {
	vars     map[string]bool
	each     map[string]string // paths of the lists that variables of exists and its like go over
	mentions []Mention
}

func (e *Env) aboutOf(root celast.Expr) []Mention {
	s := &survey{vars: e.vars, each: map[string]string{}}
	s.walk(root)
	return s.mentions
}

func (s *survey) walk(e celast.Expr) {
	if path := s.path(e); path != "" {
		s.add(path, false)
		return
	}
	switch e.Kind() {
	case celast.SelectKind:
		s.walk(e.AsSelect().Operand())
	case celast.CallKind:
		s.call(e.AsCall())
	case celast.ListKind:
		for _, item := range e.AsList().Elements() {
			s.walk(item)
		}
	case celast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			s.walk(entry.AsMapEntry().Key())
			s.walk(entry.AsMapEntry().Value())
		}
	case celast.ComprehensionKind:
		c := e.AsComprehension()
		if path := s.path(c.IterRange()); path != "" {
			s.each[c.IterVar()] = path
			defer delete(s.each, c.IterVar())
		}
		for _, part := range []celast.Expr{c.IterRange(), c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()} {
			s.walk(part)
		}
	}
}

// call gives the constants of a call to the paths beside them.
func (s *survey) call(c celast.CallExpr) {
	parts := slices.Clone(c.Args())
	if c.IsMemberFunction() {
		parts = append([]celast.Expr{c.Target()}, parts...)
	}
	var values []any
	for _, part := range parts {
		values = append(values, constants(part)...)
	}
	compared := len(parts) == 2 && comparisons[c.FunctionName()] && allPlain(values)
	for i, part := range parts {
		if path := s.path(part); path != "" {
			s.add(path, compared && isConstant(parts[1-i]), values...)
			if equalities[c.FunctionName()] {
				s.equals(path, values)
			}
			continue
		}
		if equalities[c.FunctionName()] && part.Kind() == celast.IdentKind && s.each[part.AsIdent()] != "" {
			s.equals(s.each[part.AsIdent()], values)
		}
		s.walk(part)
	}
}

// equals notes what a path is held to be equal to.
func (s *survey) equals(path string, values []any) {
	for i := range s.mentions {
		if s.mentions[i].Path != path {
			continue
		}
		for _, v := range values {
			if !slices.Contains(s.mentions[i].Equals, v) {
				s.mentions[i].Equals = append(s.mentions[i].Equals, v)
			}
		}
	}
}

var equalities = map[string]bool{"_==_": true, "_!=_": true, "@in": true}

var comparisons = map[string]bool{"_==_": true, "_!=_": true, "_<_": true, "_<=_": true, "_>_": true, "_>=_": true, "@in": true}

// allPlain says whether all values have an order that Go and CEL agree on.
func allPlain(values []any) bool {
	for _, v := range values {
		switch v.(type) {
		case string, int64:
		default:
			return false
		}
	}
	return len(values) > 0
}

// isConstant says whether all of an expression is constant.
func isConstant(e celast.Expr) bool {
	if e.Kind() != celast.ListKind {
		return e.Kind() == celast.LiteralKind
	}
	for _, item := range e.AsList().Elements() {
		if item.Kind() != celast.LiteralKind {
			return false
		}
	}
	return true
}

func constants(e celast.Expr) []any {
	switch e.Kind() {
	case celast.LiteralKind:
		if value, err := native(e.AsLiteral()); err == nil {
			return []any{value}
		}
	case celast.ListKind:
		var values []any
		for _, item := range e.AsList().Elements() {
			values = append(values, constants(item)...)
		}
		return values
	}
	return nil
}

// path is the dotted name of a value, or "" for anything else. input["x"] is
// input.x.
func (s *survey) path(e celast.Expr) string {
	switch e.Kind() {
	case celast.IdentKind:
		if name := e.AsIdent(); s.vars[name] {
			return name
		}
	case celast.SelectKind:
		if before := s.path(e.AsSelect().Operand()); before != "" {
			return before + "." + e.AsSelect().FieldName()
		}
	case celast.CallKind:
		c := e.AsCall()
		if c.FunctionName() != "_[_]" || len(c.Args()) != 2 {
			return ""
		}
		before, keys := s.path(c.Args()[0]), constants(c.Args()[1])
		if key, ok := firstString(keys); ok && before != "" {
			return before + "." + key
		}
	}
	return ""
}

func firstString(values []any) (string, bool) {
	if len(values) != 1 {
		return "", false
	}
	text, ok := values[0].(string)
	return text, ok
}

func (s *survey) add(path string, compared bool, values ...any) {
	i := slices.IndexFunc(s.mentions, func(m Mention) bool { return m.Path == path })
	if i < 0 {
		i = len(s.mentions)
		s.mentions = append(s.mentions, Mention{Path: path, Compared: true})
	}
	s.mentions[i].Compared = s.mentions[i].Compared && compared
	for _, v := range values {
		if !slices.Contains(s.mentions[i].Values, v) {
			s.mentions[i].Values = append(s.mentions[i].Values, v)
		}
	}
}
