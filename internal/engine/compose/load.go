package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"

	interp "github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/override"
	"github.com/compose-spec/compose-go/v2/paths"
	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/transform"
	keys "github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/compose-spec/compose-go/v2/validation"
)

// load makes one model of files, in the order of the library's own loader: each document is
// interpolated, what it includes is put in, what it takes away is taken away, what its
// services extend is put under them, and it is merged over the documents before it.
type load struct {
	tree   *tree
	places *places
	found  *findings
	cast   map[keys.Path]interp.Cast
	unset  map[string]bool // variables that were told to have no value
}

// scope is where files stand, and what their variables are.
type scope struct {
	dir   string // of the project, within the tree
	env   types.Mapping
	stack []string // the files that include each other
	base  bool     // a file that is only extended
	at    place    // where these files are named; nowhere is by who asks
	bases map[string]extendedFile
}

// model is that of some files that belong together.
func (l *load) model(files []string, in scope) (map[string]any, error) {
	model := map[string]any{}
	in.bases = map[string]extendedFile{}
	var err error
	for _, name := range files {
		if model, err = l.file(name, model, in); err != nil {
			return nil, err
		}
	}
	at := place{path: files[len(files)-1]}
	if model, err = transform.SetDefaultValues(model); err != nil {
		return nil, l.located(at, err)
	}
	if err := validation.Validate(model); err != nil {
		return nil, l.located(at, err)
	}
	if err := l.resolve(model, in.dir, at); err != nil {
		return nil, err
	}
	loader.ResolveEnvironment(model, in.env)
	return model, nil
}

// resolve makes relative paths those below the root.
func (l *load) resolve(model map[string]any, dir string, at place) error {
	withoutHome(model, false)
	if err := paths.ResolveRelativePaths(model, path.Join(root, dir), nil); err != nil {
		return l.located(at, err)
	}
	return nil
}

// ofPaths are keys below which texts are paths. The library would look up the home of
// the user who runs prentice for ~, so that is made a path which is outside of any tree before.
var ofPaths = []string{"volumes", "env_file", "label_file", "build", "file"}

func withoutHome(value any, below bool) any {
	switch v := value.(type) {
	case map[string]any:
		for key, one := range v {
			v[key] = withoutHome(one, below || slices.Contains(ofPaths, key))
		}
	case []any:
		for i, one := range v {
			v[i] = withoutHome(one, below)
		}
	case string:
		if below && strings.HasPrefix(v, "~") {
			return "/" + v
		}
	}
	return value
}

// read is the content of a file of the tree, or the finding that there is none.
func (l *load) read(name string, at place, what string) ([]byte, error) {
	text, err := l.tree.read(name)
	switch {
	case err == nil:
		return text, nil
	case errors.Is(err, errOutside):
		return nil, Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("%s %q: it leaves the repository", what, name), Try: "an environment is made from the revision alone: put the file into it"}
	case errors.Is(err, fs.ErrNotExist):
		return nil, Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("%s %q: there is no such file in the repository", what, name), Try: "is it ignored by git? an environment sees what is committed"}
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return nil, Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("%s %q: %v", what, name, err)}
}

// file puts one over a model.
func (l *load) file(name string, model map[string]any, in scope) (map[string]any, error) {
	text, err := l.read(name, or(in.at, place{path: name}), "the compose file")
	if err != nil {
		return nil, err
	}
	list, err := documents(name, text)
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		if model, err = l.document(name, d, model, in); err != nil {
			return nil, err
		}
	}
	return model, nil
}

func (l *load) document(name string, d document, model map[string]any, in scope) (map[string]any, error) {
	l.places.layers = append(l.places.layers, layer{name, d.top})
	at := place{path: name}
	if l.unknown(name, d.top) {
		return nil, Finding{}
	}
	l.withoutValue(name, d.top, in.env)
	values, err := interp.Interpolate(d.values, interp.Options{LookupValue: in.env.Resolve, TypeCastMapping: l.cast, Substitute: quietly})
	if err != nil {
		return nil, l.located(at, err)
	}
	// Nothing here watches folders, and the library would look for them on the machine.
	each(values, func(name string, service map[string]any) {
		for _, key := range []string{"develop", "x-develop"} {
			if service[key] != nil {
				l.key(service[key], []string{"services", name, "develop"}, "services.*.develop")
			}
			delete(service, key)
		}
	})
	if err := l.narrow(values); err != nil {
		return nil, err
	}
	if !in.base {
		if err := l.include(name, values, d.takes, in); err != nil {
			return nil, err
		}
	}
	clear(d.takes, model, keys.NewPath())
	if !in.base {
		if err := l.extend(name, values, d.takes, in); err != nil {
			return nil, err
		}
	}
	if model, err = override.Merge(model, values); err != nil {
		return nil, l.located(at, err)
	}
	if model, err = override.EnforceUnicity(model); err != nil {
		return nil, l.located(at, err)
	}
	if !in.base {
		if err := schema.Validate(model); err != nil {
			return nil, l.located(at, err)
		}
		delete(model, "version")
	}
	if model, err = transform.Canonical(model, false); err != nil {
		return nil, l.located(at, err)
	}
	model = loader.OmitEmpty(model)
	if model, err = override.EnforceUnicity(model); err != nil {
		return nil, l.located(at, err)
	}
	return model, nil
}

// each visits the services of a model that are mappings, by name.
func each(model map[string]any, do func(name string, service map[string]any)) {
	services, _ := model["services"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(services)) {
		if service, ok := services[name].(map[string]any); ok {
			do(name, service)
		}
	}
}

// quietly fills in variables, and writes nothing to a log.
func quietly(text string, mapping template.Mapping) (string, error) {
	return template.SubstituteWithOptions(text, mapping, template.WithoutLogging)
}

// mostPorts is how many ports a file may name: the library makes one entry for each of a range.
const mostPorts = 1000

var ranged = regexp.MustCompile(`(\d+)-(\d+)`)

// narrow refuses ranges of ports that would fill the memory.
func (l *load) narrow(values map[string]any) error {
	sum := 0
	var refused error
	each(values, func(name string, service map[string]any) {
		for _, key := range []string{"ports", "expose"} {
			list, _ := service[key].([]any)
			for _, one := range list {
				text := fmt.Sprint(one)
				sum++
				for _, m := range ranged.FindAllStringSubmatch(text, 4) {
					var from, to int
					if _, err := fmt.Sscan(m[1]+" "+m[2], &from, &to); err == nil {
						sum += max(to-from, 0)
					} else {
						sum += mostPorts
					}
				}
				if sum > mostPorts && refused == nil {
					at := l.places.at("services", name, key, text)
					refused = Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("service %s: %s: these are more than %d ports", name, key, mostPorts), Try: "name those that someone asks"}
				}
			}
		}
	})
	return refused
}

var (
	named     = regexp.MustCompile(`\b(services|networks|volumes|configs|secrets|jobs|include)\.[a-zA-Z0-9_.\-\[\]]*[a-zA-Z0-9_\-\]]`)
	bracketed = regexp.MustCompile(`services\[([^\]]+)\]`)
	quoted    = regexp.MustCompile(`service "([^"]+)"`)
)

// located is an error of the library as a finding, with the line of what it names.
func (l *load) located(at place, err error) error {
	var f Finding
	if errors.As(err, &f) {
		return err
	}
	says := strings.Join(strings.Fields(strings.ReplaceAll(err.Error(), root+"/", "")), " ")
	says = strings.TrimPrefix(bracketed.ReplaceAllString(says, "services.$1"), "decoding failed due to the following error(s): ")
	if name := named.FindString(says); name != "" {
		at = or(l.places.at(strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '[' || r == ']' })...), at)
	} else if m := quoted.FindStringSubmatch(says); m != nil {
		at = or(l.places.at("services", m[1]), at)
	}
	return Finding{Path: at.path, Line: at.line, Says: says}
}

func or(a, b place) place {
	if a.path == "" {
		return b
	}
	return a
}

// same says whether two values of a model are one.
func same(a, b any) bool { return reflect.DeepEqual(a, b) }

// copied is a value of a model that can be changed alone.
func copied(value any) any {
	switch v := value.(type) {
	case map[string]any:
		list := make(map[string]any, len(v))
		for key, one := range v {
			list[key] = copied(one)
		}
		return list
	case []any:
		list := make([]any, len(v))
		for i, one := range v {
			list[i] = copied(one)
		}
		return list
	}
	return value
}
