package compose

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
)

func is(words ...string) func(any) bool {
	return func(value any) bool { return slices.Contains(words, fmt.Sprint(value)) }
}

var isTrue, isFalse = is("true"), is("false")

// noNewPrivileges says whether nothing else is asked for.
func noNewPrivileges(value any) bool {
	list, ok := value.([]any)
	for _, one := range list {
		ok = ok && (is("no-new-privileges", "no-new-privileges:true", "no-new-privileges=true")(one))
	}
	return ok
}

// judge says of each key of a model what an environment does with it. Services that no profile
// asks for are passed over.
func (l *load) judge(model map[string]any, active map[string]bool) {
	for _, key := range slices.Sorted(maps.Keys(model)) {
		if key != "services" {
			l.key(model[key], []string{key}, key)
			continue
		}
		each(model, func(name string, service map[string]any) {
			if active[name] {
				l.key(service, []string{"services", name}, "services.*")
			}
		})
	}
}

// key judges a value at a path. Its pattern is the path with * for names.
func (l *load) key(value any, at []string, pattern string) {
	if strings.HasPrefix(at[len(at)-1], "x-") && pattern != "services.*" {
		return
	}
	k, known := row(pattern)
	what := said(at)
	switch {
	case !known:
		l.found.refuse(l.places.at(at...), "", "%s: it is not known what an environment would do with it", what)
		return
	case k.But != nil && k.But(value):
		return
	case pattern == "services.*.platform" && ofThis(value):
		return
	}
	switch k.Verdict {
	case Refused:
		l.found.refuse(l.places.at(at...), k.Try, "%s: %s", what, k.Why)
	case Told:
		l.found.advise(l.places.at(at...), k.Try, "%s has no effect here: %s", what, k.Why)
	case Inside:
		below, ok := value.(map[string]any)
		if !ok {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(below)) {
			next := pattern + "." + name
			if _, own := byKey[pattern+".*"]; own {
				next = pattern + ".*"
			}
			l.key(below[name], append(at[:len(at):len(at)], name), next)
		}
	}
}

// ofThis says whether a platform is this machine's.
func ofThis(value any) bool {
	return strings.HasPrefix(fmt.Sprint(value)+"/", "linux/"+runtime.GOARCH+"/")
}

// said is a path as a person says it.
func said(at []string) string {
	kinds := map[string]string{"services": "service", "networks": "network", "volumes": "volume", "configs": "config", "secrets": "secret"}
	if kind := kinds[at[0]]; kind != "" && len(at) > 2 {
		return kind + " " + at[1] + ": " + strings.Join(at[2:], ".")
	}
	return strings.Join(at, ".")
}
