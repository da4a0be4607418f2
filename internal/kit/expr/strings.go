package expr

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// MaxText is the longest text that the functions of strings take and give, in
// bytes. What a call costs is only known when it was made, so that no single one
// may be able to fill the memory.
const MaxText = 64 << 10

// textFunction is one of the functions of CEL's strings extension: of the same
// name and meaning, and with bounds on what it takes and gives.
type textFunction struct {
	name  string
	takes []*cel.Type // beside the text
	gives *cel.Type
	do    func(text string, args []ref.Val) (any, error)
}

// textFunctions are those of the extension that expressions of ours need. format
// and quote are not: what they give is not bounded by what they are given.
var textFunctions = []textFunction{
	{"charAt", []*cel.Type{cel.IntType}, cel.StringType, charAt},
	{"indexOf", []*cel.Type{cel.StringType}, cel.IntType, indexOf},
	{"indexOf", []*cel.Type{cel.StringType, cel.IntType}, cel.IntType, indexOf},
	{"lastIndexOf", []*cel.Type{cel.StringType}, cel.IntType, lastIndexOf},
	{"lowerAscii", nil, cel.StringType, func(s string, _ []ref.Val) (any, error) { return ascii(s, 'A', 'Z', 'a'-'A'), nil }},
	{"upperAscii", nil, cel.StringType, func(s string, _ []ref.Val) (any, error) { return ascii(s, 'a', 'z', 'A'-'a'), nil }},
	{"replace", []*cel.Type{cel.StringType, cel.StringType}, cel.StringType, replace},
	{"replace", []*cel.Type{cel.StringType, cel.StringType, cel.IntType}, cel.StringType, replace},
	{"split", []*cel.Type{cel.StringType}, cel.ListType(cel.StringType), split},
	{"split", []*cel.Type{cel.StringType, cel.IntType}, cel.ListType(cel.StringType), split},
	{"substring", []*cel.Type{cel.IntType}, cel.StringType, substring},
	{"substring", []*cel.Type{cel.IntType, cel.IntType}, cel.StringType, substring},
	{"trim", nil, cel.StringType, func(s string, _ []ref.Val) (any, error) { return strings.TrimSpace(s), nil }},
}

// texts declares the functions of strings, and what a call of each costs.
func texts() (declare []cel.EnvOption, charge []cost.TrackerOption) {
	for _, f := range textFunctions {
		id := "text_" + f.name
		for _, t := range f.takes {
			id += "_" + t.TypeName()
		}
		takes := append([]*cel.Type{cel.StringType}, f.takes...)
		declare = append(declare, cel.Function(f.name, cel.MemberOverload(id, takes, f.gives, cel.FunctionBinding(f.call))))
		charge = append(charge, cost.OverloadTracker(id, spent))
	}
	list := cel.ListType(cel.StringType)
	declare = append(declare, cel.Function("join",
		cel.MemberOverload("text_join", []*cel.Type{list}, cel.StringType, cel.FunctionBinding(join)),
		cel.MemberOverload("text_join_string", []*cel.Type{list, cel.StringType}, cel.StringType, cel.FunctionBinding(join))))
	return declare, append(charge, cost.OverloadTracker("text_join", spent), cost.OverloadTracker("text_join_string", spent))
}

// call checks the bounds of what is taken and given.
func (f textFunction) call(args ...ref.Val) ref.Val {
	for _, a := range args {
		if s, ok := a.(types.String); ok && len(s) > MaxText {
			return types.NewErr("%s: a text has more than %d bytes", f.name, MaxText)
		}
	}
	text, ok := args[0].(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(args[0])
	}
	got, err := f.do(string(text), args[1:])
	if err != nil {
		return types.NewErr("%s: %s", f.name, err)
	}
	return types.DefaultTypeAdapter.NativeToValue(got)
}

// spent is a unit for each ten bytes that a call looks at or gives, and one for
// each part of a list.
func spent(args []ref.Val, result ref.Val) *uint64 {
	total := uint64(1)
	for _, v := range append([]ref.Val{result}, args...) {
		switch v := v.(type) {
		case types.String:
			total += uint64(len(v)) / 10
		case traits.Lister:
			if n, ok := v.Size().(types.Int); ok {
				total += uint64(n)
			}
		}
	}
	return &total
}

func charAt(s string, args []ref.Val) (any, error) {
	runes, at := []rune(s), number(args[0])
	switch {
	case at < 0 || at > int64(len(runes)):
		return nil, outside(at)
	case at == int64(len(runes)):
		return "", nil
	}
	return string(runes[at]), nil
}

func indexOf(s string, args []ref.Val) (any, error) {
	begin := int64(0)
	if len(args) > 1 {
		begin = number(args[1])
	}
	runes := []rune(s)
	if begin < 0 || begin > int64(len(runes)) {
		return nil, outside(begin)
	}
	rest := string(runes[begin:])
	at := strings.Index(rest, word(args[0]))
	if at < 0 {
		return int64(-1), nil
	}
	return begin + int64(utf8.RuneCountInString(rest[:at])), nil
}

func lastIndexOf(s string, args []ref.Val) (any, error) {
	at := strings.LastIndex(s, word(args[0]))
	if at < 0 {
		return int64(-1), nil
	}
	return int64(utf8.RuneCountInString(s[:at])), nil
}

func ascii(s string, from, to byte, by int) string {
	b := []byte(s)
	for i, c := range b {
		if c >= from && c <= to {
			b[i] = byte(int(c) + by)
		}
	}
	return string(b)
}

func replace(s string, args []ref.Val) (any, error) {
	old, with, times := word(args[0]), word(args[1]), strings.Count(s, word(args[0]))
	if len(args) > 2 && number(args[2]) >= 0 {
		times = int(min(int64(times), number(args[2])))
	}
	if len(s)+times*(len(with)-len(old)) > MaxText {
		return nil, fmt.Errorf("it gives more than %d bytes", MaxText)
	}
	return strings.Replace(s, old, with, times), nil
}

func split(s string, args []ref.Val) (any, error) {
	parts := int64(-1)
	if len(args) > 1 {
		parts = number(args[1])
	}
	return strings.SplitN(s, word(args[0]), int(max(-1, min(parts, MaxText)))), nil
}

func substring(s string, args []ref.Val) (any, error) {
	runes := []rune(s)
	from, to := number(args[0]), int64(len(runes))
	if len(args) > 1 {
		to = number(args[1])
	}
	switch {
	case from < 0 || from > int64(len(runes)):
		return nil, outside(from)
	case to < from || to > int64(len(runes)):
		return nil, outside(to)
	}
	return string(runes[from:to]), nil
}

func join(args ...ref.Val) ref.Val {
	list, ok := args[0].(traits.Lister)
	if !ok {
		return types.MaybeNoSuchOverloadErr(args[0])
	}
	between := ""
	if len(args) > 1 {
		between = word(args[1])
	}
	if len(between) > MaxText {
		return types.NewErr("join: a text has more than %d bytes", MaxText)
	}
	var b strings.Builder
	begun := false
	for it := list.Iterator(); it.HasNext() == types.True; {
		part, ok := it.Next().(types.String)
		if !ok {
			return types.NewErr("join: the list holds something else than texts")
		}
		if begun {
			b.WriteString(between)
		}
		begun = true
		if b.Len()+len(part) > MaxText {
			return types.NewErr("join: it gives more than %d bytes", MaxText)
		}
		b.WriteString(string(part))
	}
	return types.String(b.String())
}

func outside(at int64) error { return fmt.Errorf("there is no place %d in the text", at) }

func number(v ref.Val) int64 {
	n, _ := v.(types.Int) // the overload is for nothing else
	return int64(n)
}

func word(v ref.Val) string {
	s, _ := v.(types.String) // as above
	return string(s)
}
