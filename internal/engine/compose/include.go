package compose

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/compose-spec/compose-go/v2/override"
	keys "github.com/compose-spec/compose-go/v2/tree"
)

// include puts into values what the files that they include say.
func (l *load) include(name string, values map[string]any, takes []keys.Path, in scope) error {
	list, ok := values["include"].([]any)
	if values["include"] != nil && !ok {
		at := l.places.at("include")
		return Finding{Path: at.path, Line: at.line, Says: "include is a list of files"}
	}
	for i, one := range list {
		at := l.places.at("include", fmt.Sprint(i))
		files, dir, env, err := included(one)
		if err != nil || len(files) == 0 {
			return Finding{Path: at.path, Line: at.line, Says: "include: it names no file", Try: "write include: [path/to/compose.yaml]"}
		}
		for j, file := range files {
			inside, ok := within(absolute(in.dir, file))
			if !ok {
				return Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("include %q: it leaves the repository", file), Try: "an environment is made from the revision alone: put the file into it"}
			}
			files[j] = inside
		}
		next := scope{at: at, dir: path.Dir(files[0]), stack: append(in.stack[:len(in.stack):len(in.stack)], name)}
		if slices.Contains(next.stack, files[0]) {
			return Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("include %q: these files include each other", files[0])}
		}
		if dir != "" {
			inside, ok := within(absolute(in.dir, dir))
			if !ok {
				return Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("include: project_directory %q leaves the repository", dir)}
			}
			next.dir = inside
		}
		if next.env, err = l.envOf(next.dir, env, in, at); err != nil {
			return err
		}
		model, err := l.model(files, next)
		if err != nil {
			return err
		}
		if err := l.imported(model, values, takes, at); err != nil {
			return err
		}
	}
	delete(values, "include")
	return nil
}

// included is one item of include: a path, or a mapping.
func included(one any) (files []string, dir string, env []string, err error) {
	switch v := one.(type) {
	case string:
		return []string{v}, "", nil, nil
	case map[string]any:
		dir, _ = v["project_directory"].(string)
		return texts(v["path"]), dir, texts(v["env_file"]), nil
	}
	return nil, "", nil, fmt.Errorf("unexpected %T", one)
}

// texts are a text or a list of them.
func texts(value any) (list []string) {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		for _, one := range v {
			if text, ok := one.(string); ok {
				list = append(list, text)
			}
		}
	}
	return list
}

// envOf are the variables of files that are included: those of the ones that include them go first.
func (l *load) envOf(dir string, files []string, in scope, at place) (map[string]string, error) {
	env := map[string]string{}
	if len(files) == 0 {
		name := path.Join(dir, ".env")
		if about, err := l.tree.about(name); err == nil && about.Mode()&fs.ModeType == 0 {
			if err := l.variables(name, at, env, in.env.Resolve); err != nil {
				return nil, err
			}
		}
	}
	for _, file := range files {
		if file == "/dev/null" {
			continue
		}
		inside, ok := within(absolute(in.dir, file))
		if !ok {
			return nil, Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("include: env_file %q leaves the repository", file)}
		}
		if err := l.variables(inside, at, env, in.env.Resolve); err != nil {
			return nil, err
		}
	}
	maps.Copy(env, in.env)
	return env, nil
}

// imported puts the resources of a model into values, which go first.
func (l *load) imported(model, values map[string]any, takes []keys.Path, at place) error {
	for _, key := range []string{"services", "jobs", "volumes", "networks", "secrets", "configs", "models"} {
		from, ok := model[key].(map[string]any)
		if !ok {
			continue
		}
		to, ok := values[key].(map[string]any)
		if !ok {
			to = map[string]any{}
		}
		for name, one := range from {
			here, conflict := to[name]
			if !conflict {
				to[name] = one
				continue
			}
			if same(one, here) {
				continue
			}
			clear(takes, map[string]any{key: map[string]any{name: one}}, keys.NewPath())
			merged, err := override.MergeYaml(one, here, keys.NewPath(key, name))
			if err != nil {
				return l.located(at, err)
			}
			to[name] = merged
		}
		values[key] = to
	}
	return nil
}
