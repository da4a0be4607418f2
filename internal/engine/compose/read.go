package compose

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"

	"prentice"
	"prentice/internal/engine/environment"
)

// The library writes what it would warn of to a log of its own. What matters of it is a
// finding here.
func init() { logrus.SetOutput(io.Discard) }

// Options say what is read of a tree. The zero value reads what `docker compose up` would.
type Options struct {
	Dir      string            // of the project, within the tree; "" is its top
	Files    []string          // from Dir; none are the usual ones
	Profiles []string          // that are asked for
	EnvFiles []string          // from Dir, instead of .env
	Env      map[string]string // values that go before those of .env
}

// The usual names, in the order in which Compose looks for them.
var (
	usual     = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	overrides = []string{"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"}
)

// Project is what compose files say, judged: it can be made an environment of.
type Project struct {
	Files []string // that were read as such, within the tree

	// Secrets are the names of those that an environment must be given; Given has their values.
	Secrets []string
	Given   map[string]string

	tree     fs.FS
	services []service
	volumes  []string
	networks []string
	hosts    []string
	whole    *types.Project // as the library has it
}

// service is one with its files of secrets, whose values are not known yet.
type service struct {
	environment.Service
	secret map[string]string // the name of a secret, by the path of its file
	modes  map[string]fs.FileMode
}

// Spec is the environment of a project. A secret that Given does not have stands in it by
// its name.
func (p *Project) Spec(id string) environment.Spec {
	s := environment.Spec{ID: id, Tree: p.tree, Volumes: slices.Clone(p.volumes), Networks: slices.Clone(p.networks), Hosts: slices.Clone(p.hosts)}
	for _, one := range p.services {
		made := one.Service
		made.Files = slices.Clone(made.Files)
		for _, at := range slices.Sorted(maps.Keys(one.secret)) {
			file := environment.File{Path: at, Mode: one.modes[at], Secret: one.secret[at]}
			if value, given := p.Given[file.Secret]; given {
				file.Content, file.Secret = []byte(value), ""
			}
			made.Files = append(made.Files, file)
		}
		s.Services = append(s.Services, made)
	}
	return s
}

// Has says whether a tree has a compose file of a usual name in a folder, and which.
func Has(tree fs.FS, dir string) (string, bool) {
	for _, name := range usual {
		name = path.Join(dir, name)
		if about, err := fs.Lstat(tree, name); err == nil && !about.IsDir() {
			return name, true
		}
	}
	return "", false
}

// Read makes a project of the compose files of a tree. Where anything is refused there is no
// project, and the findings say why; an error is that there is nothing to read. The library
// takes some values for what they are not, and panics: such a file is refused.
func Read(files fs.FS, opt Options) (p *Project, found []Finding, err error) {
	defer func() {
		if recover() != nil {
			name, _ := Has(files, opt.Dir)
			p, found, err = nil, []Finding{{Path: name, Says: "one of its values has another form than the Compose Specification says"}}, nil
		}
	}()
	return read(files, opt)
}

func read(files fs.FS, opt Options) (*Project, []Finding, error) {
	l := &load{tree: &tree{fs: files}, places: &places{bases: map[string][]string{}}, found: &findings{}, unset: map[string]bool{}}
	l.cast = loader.ToOptions(&types.ConfigDetails{}, nil).Interpolate.TypeCastMapping
	dir, ok := within(absolute("", opt.Dir))
	if !ok {
		return nil, nil, prentice.Errorf(prentice.Invalid, "the folder %q leaves the repository", opt.Dir).Try("name a folder of the repository")
	}
	env, err := l.environ(dir, opt)
	if err != nil {
		return l.refused(err)
	}
	names, err := l.names(dir, opt, env)
	if err != nil {
		return nil, nil, err
	}
	model, err := l.model(names, scope{dir: dir, env: env})
	if err != nil {
		return l.refused(err)
	}
	profiles := opt.Profiles
	if profiles == nil {
		profiles = list(env["COMPOSE_PROFILES"], ",")
	}
	active := activeOf(model, profiles)
	l.judge(model, active)
	l.consistent(model, active)
	if len(Errors(l.found.list)) > 0 {
		return nil, l.found.told(), nil
	}
	model["name"] = "environment"
	if model, err = loader.Normalize(model, env); err != nil {
		return l.refused(l.located(place{path: names[0]}, err))
	}
	options := &loader.Options{SkipConsistencyCheck: true, SkipResolveEnvironment: true, SkipResolveLabels: true, Profiles: profiles}
	whole, err := loader.ModelToProject(model, options, types.ConfigDetails{WorkingDir: root, Environment: env})
	if err != nil {
		return l.refused(l.located(place{path: names[0]}, err))
	}
	p := &Project{Files: names, tree: files, whole: whole}
	if err := l.project(p, whole, env); err != nil {
		return l.refused(err)
	}
	if len(Errors(l.found.list)) > 0 {
		return nil, l.found.told(), nil
	}
	return p, l.found.told(), nil
}

// refused is what is told where nothing can go on.
func (l *load) refused(err error) (*Project, []Finding, error) {
	var f Finding
	if !errors.As(err, &f) {
		return nil, nil, err
	}
	if f != (Finding{}) {
		l.found.list = append(l.found.list, f)
	}
	return nil, l.found.told(), nil
}

// environ are the variables of a project: those given, then those of its files.
func (l *load) environ(dir string, opt Options) (types.Mapping, error) {
	given := types.Mapping(opt.Env)
	env := map[string]string{}
	for _, file := range opt.EnvFiles {
		inside, ok := within(absolute(dir, file))
		if !ok {
			return nil, Finding{Path: file, Says: "it leaves the repository"}
		}
		if err := l.variables(inside, place{path: inside}, env, given.Resolve); err != nil {
			return nil, err
		}
	}
	name := path.Join(dir, ".env")
	if about, err := fs.Lstat(l.tree.fs, name); len(opt.EnvFiles) == 0 && err == nil && !about.IsDir() {
		if err := l.variables(name, place{path: name}, env, given.Resolve); err != nil {
			return nil, err
		}
	}
	maps.Copy(env, opt.Env)
	if env["COMPOSE_PROJECT_NAME"] == "" {
		env["COMPOSE_PROJECT_NAME"] = "environment"
	}
	return env, nil
}

// names are the files of a project.
func (l *load) names(dir string, opt Options, env types.Mapping) (names []string, err error) {
	separator := ":"
	if s := env["COMPOSE_PATH_SEPARATOR"]; s != "" {
		separator = s
	}
	said := opt.Files
	if len(said) == 0 {
		said = list(env["COMPOSE_FILE"], separator)
	}
	for _, file := range said {
		inside, ok := within(absolute(dir, file))
		if !ok {
			return nil, prentice.Errorf(prentice.Invalid, "the compose file %q leaves the repository", file).Try("name a file of the repository")
		}
		names = append(names, inside)
	}
	if len(names) > 0 {
		return names, nil
	}
	name, found := Has(l.tree.fs, dir)
	if !found {
		return nil, prentice.Errorf(prentice.NotFound, "there is no compose.yaml in %s", folder(dir)).
			Try("write one (https://docs.docker.com/reference/compose-file/), or name the file")
	}
	names = append(names, name)
	for _, file := range overrides {
		file = path.Join(dir, file)
		if about, err := fs.Lstat(l.tree.fs, file); err == nil && !about.IsDir() {
			return append(names, file), nil
		}
	}
	return names, nil
}

func folder(dir string) string {
	if dir == "." {
		return "the top folder of the repository"
	}
	return fmt.Sprintf("the folder %s of the repository", dir)
}

func list(text, separator string) (list []string) {
	for one := range strings.SplitSeq(text, separator) {
		if one = strings.TrimSpace(one); one != "" {
			list = append(list, one)
		}
	}
	return list
}

// activeOf are the services that profiles ask for.
func activeOf(model map[string]any, profiles []string) map[string]bool {
	active := map[string]bool{}
	each(model, func(name string, service map[string]any) {
		asked := texts(service["profiles"])
		on := len(asked) == 0 || slices.Contains(profiles, "*")
		for _, one := range asked {
			on = on || slices.Contains(profiles, one)
		}
		if on {
			active[name] = true
		}
	})
	return active
}
