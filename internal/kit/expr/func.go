package expr

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Func is a function that expressions may call. Do gets its arguments as Eval
// gives results, and must be quick and without effect.
type Func struct {
	Name  string
	Takes []Type
	Gives Type
	Do    func(args ...any) (any, error)
}

func (f Func) option(adapter types.Adapter) cel.EnvOption {
	takes := make([]*cel.Type, len(f.Takes))
	id := f.Name
	for i, t := range f.Takes {
		takes[i] = t.known()
		id += "_" + t.known().TypeName()
	}
	call := func(values ...ref.Val) ref.Val {
		args := make([]any, len(values))
		for i, v := range values {
			arg, err := native(v)
			if err != nil {
				return types.WrapErr(err)
			}
			args[i] = arg
		}
		result, err := f.Do(args...)
		if err != nil {
			return types.WrapErr(err)
		}
		return adapter.NativeToValue(result)
	}
	return cel.Function(f.Name, cel.Overload(id, takes, f.Gives.known(), cel.FunctionBinding(call)))
}
