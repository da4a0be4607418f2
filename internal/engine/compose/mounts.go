package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"prentice/internal/engine/environment"
)

// volumes are those that an environment has.
type volumes struct {
	used  map[string]bool
	taken map[string]bool   // the names that are declared
	binds map[string]string // by the folder for which a volume stands
}

func (v *volumes) use(name string) string {
	if v.used == nil {
		v.used, v.binds = map[string]bool{}, map[string]string{}
	}
	v.used[name] = true
	return name
}

// own is a volume with no name of its own.
func (v *volumes) own(name string) string {
	for v.taken[name] {
		name += "-"
	}
	v.taken[name] = true
	return v.use(name)
}

func (v *volumes) list() []string { return slices.Sorted(maps.Keys(v.used)) }

var volumeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$`)

// mounts are the volumes of a service, and the parts of the repository that it finds.
func (l *load) mounts(name string, one types.ServiceConfig, s *service, volumes *volumes) {
	at := map[string]bool{}
	for i, v := range one.Volumes {
		here := l.places.at("services", name, "volumes", v.Target)
		to := path.Clean(v.Target)
		switch {
		case !path.IsAbs(to) || to == "/":
			l.found.refuse(here, "write the whole path", "service %s: volumes: %q is no path of a folder in the service", name, v.Target)
			continue
		case at[to]:
			l.found.refuse(here, "keep one of them", "service %s: volumes: two stand at %s", name, to)
			continue
		}
		at[to] = true
		m := environment.Mount{To: to, ReadOnly: v.ReadOnly}
		switch v.Type {
		case types.VolumeTypeTmpfs:
			s.Tmpfs = append(s.Tmpfs, to)
			continue
		case types.VolumeTypeVolume:
			if v.Volume != nil && v.Volume.Subpath != "" {
				l.found.refuse(here, "give it a volume of its own", "service %s: volumes: subpath is not supported", name)
				continue
			}
			if v.Source == "" {
				m.Volume = volumes.own(fmt.Sprintf("%s-%d", s.Name, i+1))
				break
			}
			if !volumes.taken[v.Source] {
				l.found.refuse(here, "write it under volumes:, or ./"+v.Source+" for a folder", "service %s: volumes: there is no volume %q", name, v.Source)
				continue
			}
			if !volumeName.MatchString(v.Source) {
				l.found.refuse(here, "begin it with a letter", "service %s: volumes: %q is no name of a volume", name, v.Source)
				continue
			}
			m.Volume = volumes.use(v.Source)
		case types.VolumeTypeBind:
			if !l.bind(name, v, here, &m, volumes) {
				continue
			}
		default:
			l.found.refuse(here, "", "service %s: volumes: the type %s is not supported", name, v.Type)
			continue
		}
		s.Mounts = append(s.Mounts, m)
	}
}

// sockets of engines, by which a service would have the machine.
var sockets = []string{"docker.sock", "podman.sock", "containerd.sock", "crio.sock"}

// bind makes a mount of a folder or file that stands beside the compose file. One that the
// repository does not have, or of which it has nothing but a keeper, is a folder of data.
func (l *load) bind(name string, v types.ServiceVolumeConfig, here place, m *environment.Mount, volumes *volumes) bool {
	inside, ok := within(v.Source)
	if !ok {
		says, try := "it is no part of the repository", "commit what the service needs, or give it a volume"
		if slices.Contains(sockets, path.Base(v.Source)) {
			says, try = "it gives the service the engine, and with it the machine", "leave it out"
		}
		l.found.refuse(here, try, "service %s: volumes: %s: %s", name, shown(v.Source), says)
		return false
	}
	about, err := l.tree.about(inside)
	switch {
	case errors.Is(err, errOutside):
		l.found.refuse(here, "commit what the service needs, or give it a volume", "service %s: volumes: %s: a link of it leaves the repository", name, inside)
		return false
	case errors.Is(err, fs.ErrNotExist), err == nil && about.IsDir() && l.empty(inside):
		m.Volume = volumes.used1(inside)
		l.found.advise(here, "", "service %s: volumes: the repository has nothing in %s: it is a volume of the environment", name, inside)
		return true
	case err != nil:
		l.found.refuse(here, "", "service %s: volumes: %s: %v", name, inside, err)
		return false
	}
	m.Path, _ = l.tree.real(inside)
	return true
}

// used1 is the volume that stands for a folder, the same for all services.
func (v *volumes) used1(folder string) string {
	if name := v.binds[folder]; name != "" {
		return name
	}
	base := strings.Trim(notLabel.ReplaceAllString(strings.ToLower(folder), "-"), "-")
	if len(base) > 60 {
		base = base[:60]
	}
	name := v.own("folder-" + base)
	v.binds[folder] = name
	return name
}

// empty says whether a folder has nothing but what keeps it in git.
func (l *load) empty(name string) bool {
	name, err := l.tree.real(name)
	if err != nil || name == "." {
		return false
	}
	entries, err := fs.ReadDir(l.tree.fs, name)
	for _, e := range entries {
		if !slices.Contains([]string{".gitkeep", ".keep", ".gitignore"}, e.Name()) {
			return false
		}
	}
	return err == nil
}

// build is how an image is made, of parts of the repository alone.
func (l *load) build(name string, said *types.BuildConfig) (*environment.Build, error) {
	if said == nil {
		return nil, nil
	}
	at := func(key string) place { return l.places.at("services", name, "build", key) }
	b := &environment.Build{Target: said.Target, Args: map[string]string{}, Inline: said.DockerfileInline}
	for key, value := range said.Args {
		if value != nil {
			b.Args[key] = *value
		}
	}
	inside, ok := within(said.Context)
	if !ok {
		return nil, Finding{Path: at("context").path, Line: at("context").line, Says: fmt.Sprintf("service %s: build: the context %q leaves the repository", name, shown(said.Context)), Try: "name a folder of the repository"}
	}
	real, err := l.tree.real(inside)
	if err == nil {
		var about fs.FileInfo
		if about, err = fs.Lstat(l.tree.fs, real); err == nil && !about.IsDir() {
			err = errors.New("it is no folder")
		}
	}
	if err != nil {
		return nil, Finding{Path: at("context").path, Line: at("context").line, Says: fmt.Sprintf("service %s: build: the context %q: %s", name, inside, reason(err)), Try: "name a folder of the repository"}
	}
	b.Context = real
	if b.Inline != "" {
		if said.Dockerfile != "" {
			return nil, Finding{Path: at("dockerfile").path, Line: at("dockerfile").line, Says: fmt.Sprintf("service %s: build: dockerfile and dockerfile_inline say two things", name), Try: "keep one of them"}
		}
		return b, nil
	}
	file := said.Dockerfile
	if !path.IsAbs(file) {
		file = path.Join(said.Context, file)
	}
	if inside, ok = within(file); !ok {
		return nil, Finding{Path: at("dockerfile").path, Line: at("dockerfile").line, Says: fmt.Sprintf("service %s: build: the dockerfile %q leaves the repository", name, shown(said.Dockerfile)), Try: "name a file of the repository"}
	}
	if b.Dockerfile, err = l.tree.real(inside); err != nil {
		return nil, Finding{Path: at("dockerfile").path, Line: at("dockerfile").line, Says: fmt.Sprintf("service %s: build: the dockerfile %q: %s", name, inside, reason(err)), Try: "write it, or name another with dockerfile:"}
	}
	return b, nil
}

// reason is an error about a path, without what only this program calls it.
func reason(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "the repository has no such thing"
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return err.Error()
}
