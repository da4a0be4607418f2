package procedure

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
	"prentice/internal/kit/nearest"
	"prentice/internal/team"
)

// targets works out the hosts and resources that the plan is for: each once, sorted by ref.
// None is a refusal, and so are more than the limit: empty is never all, and
// all is never meant by accident.
func (s *scene) targets() ([]prentice.Target, error) {
	targets, err := s.found()
	if err != nil {
		return nil, err
	}
	return s.few(targets)
}

// few refuses more targets than the procedure's limit.
func (s *scene) few(targets []prentice.Target) ([]prentice.Target, error) {
	if most := s.proc.Limits.MaxTargets; len(targets) > most {
		return nil, prentice.Errorf(prentice.Refused, "%d targets are more than the procedure's limit of %d", len(targets), most).
			Try("choose fewer, or have max_targets raised in %s", s.proc.File)
	}
	return targets, nil
}

// found works out the targets, however many they are.
func (s *scene) found() ([]prentice.Target, error) {
	value, err := s.eval(s.proc.Targets, targetTypes)
	if err != nil {
		return nil, prentice.Errorf(prentice.Refused, "the targets of procedure %s cannot be worked out: %w", s.proc.Name, err).
			Try("%s", s.instead(err))
	}
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	var targets []prentice.Target
	known := hostsOf(s.catalog)
	for _, item := range list {
		t, err := s.target(item, known)
		if err != nil {
			return nil, err
		}
		targets = append(targets, t)
	}
	targets = byRef(targets)
	if err := apart(targets); err != nil {
		return nil, err
	}
	if len(targets) == 0 {
		return nil, prentice.Errorf(prentice.Refused, "no targets: %s gives %s", clip.Text(s.proc.Targets), s.none()).
			Try("empty is never all: %s", s.noHosts())
	}
	return targets, nil
}

var missingKey = regexp.MustCompile(`^no such key: (.*)$`)

// instead says what someone may have meant whose targets cannot be worked out:
// another name, or a fact that not every host has.
func (s *scene) instead(err error) string {
	otherwise := "look at the inputs and at targets: " + clip.Text(s.proc.Targets)
	if s.proc.Name == prentice.AdhocName {
		otherwise = "look at --targets, and at the hosts with: prentice catalog list --kind host"
	}
	e, ok := errors.AsType[*expr.Error](err)
	if !ok {
		return otherwise
	}
	if hint := s.bare(e); hint != "" {
		return hint
	}
	others := slices.DeleteFunc(words(s.proc.Inputs), func(w string) bool { return w == e.Unknown }) // it is a word, but not there
	if near := nearest.Of(e.Unknown, others); near != "" {
		return "did you mean " + near + "?"
	}
	m := missingKey.FindStringSubmatch(e.Text)
	if m == nil {
		return otherwise
	}
	known := s.facts()
	near := nearest.Of(m[1], sortedKeys(known))
	switch {
	case known[m[1]]:
		return fmt.Sprintf("not every host has %s: write has(h.facts.%s) && … before it is compared", m[1], m[1])
	case near != "":
		return "did you mean the fact " + near + "?"
	}
	return "no host has the fact " + clip.Text(m[1]) + "; look at them with: prentice catalog list --kind host"
}

// facts are those that any host or resource has.
func (s *scene) facts() map[string]bool {
	known := map[string]bool{}
	for _, h := range s.catalog.Hosts {
		for name := range h.Facts {
			known[name] = true
		}
	}
	for _, r := range s.catalog.Resources {
		for name := range r.Facts {
			known[name] = true
		}
	}
	return known
}

var factAsked = regexp.MustCompile(`\.facts\.(\w+)`)

// none is what there is none of.
func (s *scene) none() string {
	if strings.Contains(s.proc.Targets, "resource") {
		return "no resources"
	}
	return "no hosts"
}

// noHosts says where to look when there is none. has() is no error for a fact
// that no host has, so a misspelt one is told here.
func (s *scene) noHosts() string {
	known := s.facts()
	for _, m := range factAsked.FindAllStringSubmatch(s.proc.Targets, -1) {
		if known[m[1]] {
			continue
		}
		if near := nearest.Of(m[1], sortedKeys(known)); near != "" {
			return fmt.Sprintf("no host has the fact %s; did you mean the fact %s?", clip.Text(m[1]), near)
		}
		return "no host has the fact " + clip.Text(m[1])
	}
	if s.proc.Name == prentice.AdhocName {
		return "look which hosts there are with: prentice catalog list --kind host"
	}
	return "look at the inputs, and at where the catalog says the service runs"
}

// bare says how to write hosts for whom a name of the catalog or what has hosts
// stands alone.
func (s *scene) bare(e *expr.Error) string {
	for _, typ := range []string{"Group", "Service", "System"} {
		if strings.HasPrefix(e.Text, "expression gives "+typ+",") {
			return "write .hosts behind it, for its hosts"
		}
	}
	if e.Unknown == "" {
		return ""
	}
	for _, h := range s.catalog.Hosts {
		switch {
		case slices.Contains(h.Groups, e.Unknown):
			return fmt.Sprintf("write group(%q).hosts for the hosts of that group", e.Unknown)
		case h.Ref.Name() == e.Unknown:
			return fmt.Sprintf("write host(%q) for that host", e.Unknown)
		}
	}
	for _, r := range s.catalog.Resources {
		if r.Ref.Name() == e.Unknown {
			return fmt.Sprintf("write resource(%q) for that resource", e.Unknown)
		}
	}
	for _, service := range s.catalog.Services {
		if service.Ref.Name() == e.Unknown {
			return fmt.Sprintf("write service(%q).hosts for the hosts of that service", e.Unknown)
		}
	}
	return ""
}

// meant says what a name that is no host may mean.
func (s *scene) meant(name string, known map[string]team.Host) string {
	if says := s.bare(&expr.Error{Unknown: name}); says != "" {
		return says
	}
	if near := nearest.Of(strings.TrimPrefix(name, "host/"), sortedKeys(known)); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "list hosts with: prentice host list"
}

func (s *scene) target(item any, known map[string]team.Host) (prentice.Target, error) {
	var name, from string
	switch v := item.(type) {
	case string:
		name = v
	case map[string]any:
		name, _ = v["ref"].(string)
		from, _ = v["via"].(string)
	}
	if name == "" {
		return prentice.Target{}, prentice.Errorf(prentice.Refused, "targets hold %s, which is not a host", clip.Text(fmt.Sprint(item))).
			Try("make %s give hosts or resources, or their names", clip.Text(s.proc.Targets))
	}
	switch ref := prentice.Ref(name); {
	case !strings.Contains(name, "/"):
	case ref.Kind() == "resource":
		return resourceTarget(s.catalog, name, from)
	case ref.Kind() != "host":
		return prentice.Target{}, prentice.Errorf(prentice.Refused, "target %s is neither a host nor a resource", clip.Text(name)).Try("write service(%q).hosts for the hosts of a service", clip.Text(name))
	}
	h, found := known[prentice.Ref(name).Name()]
	if !strings.Contains(name, "/") {
		h, found = known[name]
	}
	if !found {
		if r, err := s.catalog.Resource(name); err == nil {
			return prentice.Target{}, prentice.Errorf(prentice.Refused, "there is no host %q", clip.Text(name)).Try("write %q for the resource of that name", r.Ref)
		}
		return prentice.Target{}, prentice.Errorf(prentice.Refused, "target %q is not in the catalog", clip.Text(name)).Try("%s", s.meant(name, known))
	}
	if h.Blocked != "" {
		return prentice.Target{}, blocked(h.Ref, h.Blocked)
	}
	return h.Target(), nil
}

// blocked refuses what is in the catalog and cannot be acted on.
func blocked(ref prentice.Ref, why string) error {
	return prentice.Errorf(prentice.Refused, "nothing can be planned for %s: %s", ref, why).Try("see prentice catalog check")
}

// hostsOf is the hosts of the catalog and those that only a service names, by
// bare name.
func hostsOf(cat *team.Catalog) map[string]team.Host {
	known := map[string]team.Host{}
	for _, s := range cat.Services {
		for _, h := range s.Hosts {
			known[h.Ref.Name()] = h
		}
	}
	for _, h := range cat.Hosts {
		known[h.Ref.Name()] = h
	}
	return known
}
