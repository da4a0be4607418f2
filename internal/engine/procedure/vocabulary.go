package procedure

import (
	"maps"
	"slices"
	"sync"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
	"prentice/internal/team"
)

// What expressions see. A record has these fields and no others, so that a
// misspelt one is found when the file is read. Their names begin with a capital
// so that they are not mistaken for variables.
var (
	hostType = expr.Record("Host", map[string]expr.Type{
		"ref": expr.String, "name": expr.String, "address": expr.String, "local": expr.Bool, "facts": expr.MapOf(expr.String),
	})
	resourceType = expr.Record("Resource", map[string]expr.Type{
		"ref": expr.String, "name": expr.String, "type": expr.String, "owner": expr.String, "system": expr.String,
		"address": expr.String, "via": expr.String, "facts": expr.MapOf(expr.String),
	})
	serviceType = expr.Record("Service", map[string]expr.Type{
		"ref": expr.String, "name": expr.String, "title": expr.String, "owner": expr.String, "system": expr.String,
		"unit": expr.String, "url": expr.String, "run": expr.String,
		"hosts": expr.ListOf(hostType), "depends_on": expr.ListOf(expr.String), "resources": expr.ListOf(resourceType),
	})
	systemType = expr.Record("System", map[string]expr.Type{
		"ref": expr.String, "name": expr.String, "services": expr.ListOf(serviceType), "hosts": expr.ListOf(hostType), "resources": expr.ListOf(resourceType),
	})
	aimType = expr.Record("Target", map[string]expr.Type{
		"ref": expr.String, "name": expr.String, "address": expr.String, "local": expr.Bool, "facts": expr.MapOf(expr.String),
		"type": expr.String, "owner": expr.String, "system": expr.String, "via": expr.String,
	})
	groupType = expr.Record("Group", map[string]expr.Type{"name": expr.String, "hosts": expr.ListOf(hostType)})
	eventType = expr.Record("Event", map[string]expr.Type{
		"id": expr.String, "source": expr.String, "type": expr.String, "subject": expr.String, "time": expr.Time, "data": expr.Any,
	})
)

var (
	scalarTypes = []expr.Type{expr.String, expr.Int, expr.Bool, expr.Duration, expr.Float, expr.Time}
	itemTypes   = append(slices.Clone(scalarTypes), expr.ListOf(expr.String))
	ruleTypes   = []expr.Type{expr.Bool}
	listTypes   = []expr.Type{expr.ListOf(expr.Any)}
	anyTypes    = []expr.Type{expr.Any}
	targetTypes = []expr.Type{expr.ListOf(hostType), expr.ListOf(expr.String), hostType, expr.ListOf(resourceType), resourceType}
)

// scope is what an expression may speak of: only the event, before there are
// inputs, or the whole case.
type scope int

const (
	onlyEvent scope = iota
	wholeCase
	eachTarget  // the whole case, and one of its targets
	onlyCatalog // the catalog, before there are inputs
	choosing    // the whole case, one of its targets, and what checks captured on it
)

// eventEnv is for if: and from:.
var eventEnv = sync.OnceValues(func() (*expr.Env, error) {
	return expr.NewEnv(expr.Vars{"event": eventType})
})

// caseEnv is for targets: and ${…}: the inputs of one procedure, the event, the
// service it is about, and the catalog by functions; in the round of a step also
// what the round is for.
func caseEnv(inputs []prentice.Input, cat *team.Catalog, round bool, checks []prentice.StepSpec) (*expr.Env, error) {
	more := expr.Vars{}
	if round {
		more["each"] = expr.Any
	}
	if len(checks) > 0 {
		more["steps"] = stepsType(checks)
	}
	return caseEnvWith(inputs, cat, more)
}

// targetEnv is for rollout and targets_if: what may be said of one target, and of what
// checks captured on it.
func targetEnv(inputs []prentice.Input, cat *team.Catalog, checks []prentice.StepSpec) (*expr.Env, error) {
	more := expr.Vars{"target": aimType}
	if len(checks) > 0 {
		more["steps"] = stepsType(checks)
	}
	return caseEnvWith(inputs, cat, more)
}

func caseEnvWith(inputs []prentice.Input, cat *team.Catalog, more expr.Vars) (*expr.Env, error) {
	fields := map[string]expr.Type{}
	for _, in := range inputs {
		fields[field(in.Name)] = inputTypes[in.Type]
	}
	vars := expr.Vars{"inputs": expr.Record("Inputs", fields), "event": eventType}
	if _, ok := firstService(inputs); ok {
		vars["service"] = serviceType
	}
	maps.Copy(vars, more)
	return expr.NewEnv(vars, lookups(cat)...)
}

// firstService is the input that says which service the procedure is about.
func firstService(inputs []prentice.Input) (prentice.Input, bool) {
	i := slices.IndexFunc(inputs, func(in prentice.Input) bool { return in.Type == "service" })
	if i < 0 {
		return prentice.Input{}, false
	}
	return inputs[i], true
}

// words are all the names that an expression of this procedure may use, for
// finding the one that was meant.
func words(inputs []prentice.Input) []string {
	var known []string
	for _, in := range inputs {
		known = append(known, field(in.Name))
	}
	for _, t := range []expr.Type{eventType, serviceType, hostType, systemType, resourceType, aimType} {
		known = append(known, t.Fields()...)
	}
	return append(known, "each", "inputs", "event", "service", "target", "host", "hosts", "system", "group", "except", "both", "resource", "resources", "from")
}

// eventValue is an event as expressions see it; without one, no field is set.
func eventValue(e *prentice.Event) (map[string]any, error) {
	if e == nil {
		return map[string]any{}, nil
	}
	data, err := expr.JSON(e.Data)
	if err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "data of event %s: %w", clip.Text(e.ID), err).Try("send JSON as data")
	}
	return map[string]any{
		"id": e.ID, "source": e.Source, "type": e.Type, "subject": string(e.Subject), "time": e.Time, "data": data,
	}, nil
}
