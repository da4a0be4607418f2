package compose

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

var wrongLine = regexp.MustCompile(`line (\d+)`)

// variables reads a file of NAME=value into env. What stands in it is never part of an error.
func (l *load) variables(name string, at place, env map[string]string, given dotenv.LookupFn) error {
	text, err := l.read(name, at, "env_file")
	if err != nil {
		return err
	}
	values, err := dotenv.ParseWithLookup(bytes.NewReader(text), func(key string) (string, bool) {
		if value, ok := given(key); ok {
			return value, true
		}
		value, ok := env[key]
		return value, ok
	})
	if err != nil {
		f := Finding{Path: name, Says: "it is no file of lines NAME=value", Try: "values with spaces or # stand in quotes"}
		if m := wrongLine.FindStringSubmatch(err.Error()); m != nil {
			f.Line, _ = strconv.Atoi(m[1])
		}
		return f
	}
	maps.Copy(env, values)
	return nil
}

// used finds $NAME and ${NAME} without what stands for it where it has no value; $$ is a dollar.
var used = regexp.MustCompile(`\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)|\$\{`)

// withoutValue tells of variables for which an empty text stands, each once.
func (l *load) withoutValue(file string, n *yaml.Node, env types.Mapping) {
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "$") {
		for _, m := range used.FindAllStringSubmatch(n.Value, -1) {
			name := m[1] + m[2]
			if _, set := env[name]; name == "" || set || l.unset[name] {
				continue
			}
			l.unset[name] = true
			l.found.advise(place{file, n.Line}, "write ${"+name+":-value}, or put it into .env", "$%s has no value here: an empty text stands for it", name)
		}
	}
	for i, one := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue
		}
		l.withoutValue(file, one, env)
	}
}

// environment puts the files of variables of a service under what it says itself, as the
// library does: a value that is looked up is the project's, then the service's, then that of
// the files before.
func (l *load) environment(name string, service *types.ServiceConfig, project types.Mapping) error {
	service.Environment = service.Environment.Resolve(project.Resolve)
	env := map[string]string(service.Environment.ToMapping())
	given := func(key string) (string, bool) {
		if value, ok := project.Resolve(key); ok {
			return value, true
		}
		if value := service.Environment[key]; value != nil {
			return *value, true
		}
		return "", false
	}
	for _, file := range service.EnvFiles {
		at := l.places.at("services", name, "env_file", path.Base(file.Path))
		inside, ok := within(file.Path)
		if !ok {
			return Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("service %s: env_file %q: it leaves the repository", name, shown(file.Path)), Try: "an environment is made from the revision alone: put the file into it"}
		}
		if _, err := l.tree.about(inside); err != nil && !file.Required {
			l.found.advise(at, "", "service %s: env_file %q is not in the repository, and need not be: it is not read", name, inside)
			continue
		}
		read := l.variables
		if file.Format == "raw" {
			read = l.raw
		}
		if err := read(inside, at, env, given); err != nil {
			return err
		}
	}
	service.Environment = types.Mapping(env).ToMappingWithEquals().OverrideBy(service.Environment)
	return nil
}

// raw reads lines of NAME=value as they are: no quotes, no variables.
func (l *load) raw(name string, at place, env map[string]string, given dotenv.LookupFn) error {
	text, err := l.read(name, at, "env_file")
	if err != nil {
		return err
	}
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimLeft(strings.TrimSuffix(line, "\r"), " \t")
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, said := strings.Cut(line, "=")
		if key == "" || strings.ContainsAny(key, " \t") {
			return Finding{Path: name, Line: i + 1, Says: "it is no file of lines NAME=value"}
		}
		if !said {
			if value, said = given(key); !said {
				continue
			}
		}
		env[key] = value
	}
	return nil
}
