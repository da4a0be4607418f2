package compose

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/compose-spec/compose-go/v2/override"
	keys "github.com/compose-spec/compose-go/v2/tree"
)

// extend puts under each service what it extends.
func (l *load) extend(name string, values map[string]any, takes []keys.Path, in scope) error {
	services, ok := values["services"].(map[string]any)
	if !ok {
		return nil
	}
	for _, service := range slices.Sorted(maps.Keys(services)) {
		whole, err := l.extended(name, service, services, takes, in, nil)
		if err != nil {
			return err
		}
		services[service] = whole
	}
	return nil
}

// extended is a service over what it extends. Its trail are the services that led to it.
func (l *load) extended(file, name string, services map[string]any, takes []keys.Path, in scope, trail []string) (any, error) {
	service, ok := services[name].(map[string]any)
	if !ok || service["extends"] == nil {
		return services[name], nil
	}
	at := l.places.at("services", name, "extends")
	var of, from string
	switch v := service["extends"].(type) {
	case string:
		of = v
	case map[string]any:
		of, _ = v["service"].(string)
		from, _ = v["file"].(string)
	}
	here := file + "\x00" + name
	if slices.Contains(trail, here) {
		return nil, Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("service %s: extends: these services extend each other", name)}
	}
	trail = append(trail[:len(trail):len(trail)], here)
	of1, takes1, in1, file1 := services, takes, in, file
	if from != "" {
		inside, ok := within(absolute(in.dir, from))
		if !ok {
			return nil, Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("service %s: extends %q: it leaves the repository", name, from), Try: "an environment is made from the revision alone: put the file into it"}
		}
		file1, in1 = inside, scope{dir: path.Dir(inside), env: in.env, base: true, bases: in.bases}
		model, took, err := l.base(inside, in1, at)
		if err != nil {
			return nil, err
		}
		of1, _ = model["services"].(map[string]any)
		takes1 = took
	}
	if _, ok := of1[of]; !ok {
		return nil, Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("service %s: extends: there is no service %q in %s", name, of, file1)}
	}
	l.places.bases[name] = append(l.places.bases[name], of)
	base, err := l.extended(file1, of, of1, takes1, in1, trail)
	if err != nil {
		return nil, err
	}
	l.places.bases[name] = append(l.places.bases[name], l.places.bases[of]...)
	under, ok := copied(base).(map[string]any)
	if !ok {
		return service, nil
	}
	clear(takes, map[string]any{"services": map[string]any{name: under}}, keys.NewPath())
	whole, err := override.ExtendService(under, service)
	if err != nil {
		return nil, l.located(at, err)
	}
	delete(whole, "extends")
	services[name] = whole
	return whole, nil
}

// extendedFile is what a file says that services extend.
type extendedFile struct {
	model map[string]any
	takes []keys.Path
}

// base is the model of a file that is extended. It is looked at under the layers of those
// that extend it.
func (l *load) base(name string, in scope, at place) (map[string]any, []keys.Path, error) {
	if known, ok := in.bases[name]; ok {
		return copied(known.model).(map[string]any), known.takes, nil
	}
	text, err := l.read(name, at, "extends")
	if err != nil {
		return nil, nil, err
	}
	list, err := documents(name, text)
	if err != nil {
		return nil, nil, err
	}
	above := l.places.layers
	l.places.layers = nil
	model, takes := map[string]any{}, []keys.Path(nil)
	for _, d := range list {
		if model, err = l.document(name, d, model, in); err != nil {
			return nil, nil, err
		}
		takes = append(takes, d.takes...)
	}
	if err := l.resolve(model, in.dir, at); err != nil {
		return nil, nil, err
	}
	l.places.layers = append(l.places.layers, above...)
	in.bases[name] = extendedFile{copied(model).(map[string]any), takes}
	return model, takes, nil
}
