package compose

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"prentice/internal/engine/environment"
	"prentice/internal/kit/pattern"
)

// Where the repository stands in a service that runs on this machine's system.
const workspace = "/work"

// provided are the images that a server of this machine can stand for, by the last part of
// their names, and the ports at which those servers listen.
var provided = map[string]string{"postgres": "postgresql", "mysql": "mysql", "mariadb": "mysql", "redis": "redis", "valkey": "redis"}

var providers = map[string]int{"postgresql": 5432, "mysql": 3306, "redis": 6379}

// provider is the server that can stand for an image; "" is none. An image that someone else
// made of one (with extensions, say) is not it.
func provider(image string) string {
	image, _, _ = strings.Cut(image, "@")
	for _, official := range []string{"docker.io/", "index.docker.io/", "library/"} {
		image = strings.TrimPrefix(image, official)
	}
	image = strings.TrimPrefix(image, "valkey/")
	name, _, _ := strings.Cut(image, ":")
	return provided[name]
}

// topOwn is what x-prentice says of a whole environment.
type topOwn struct{ Hosts []string }

var host = pattern.Of(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?$`)

func (l *load) topOwn(value any) (own topOwn, err error) {
	if value == nil {
		return own, nil
	}
	all, err := l.keysOwn(value, []string{"hosts"}, ours)
	if err != nil {
		return own, err
	}
	own.Hosts = texts(all["hosts"])
	for _, one := range own.Hosts {
		if !host.MatchString(one) {
			at := l.places.at(ours, "hosts", one)
			return own, Finding{Path: at.path, Line: at.line, Says: fmt.Sprintf("x-prentice: %q is no name of a host", one), Try: "write registry.example.com or registry.example.com:8443"}
		}
	}
	return own, nil
}

// keysOwn are the keys of x-prentice.
func (l *load) keysOwn(value any, known []string, at ...string) (map[string]any, error) {
	here := l.places.at(at...)
	all, ok := value.(map[string]any)
	if !ok {
		return nil, Finding{Path: here.path, Line: here.line, Says: "x-prentice is a mapping", Try: "its keys are " + strings.Join(known, ", ")}
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(known, key) {
			here = l.places.at(append(at, key)...)
			return nil, Finding{Path: here.path, Line: here.line, Says: fmt.Sprintf("x-prentice: %q is no known key", key), Try: near("write ", key, known)}
		}
	}
	return all, nil
}

// own is what x-prentice says of a service, and the server of this machine that can stand
// for its image.
func (l *load) own(name string, one types.ServiceConfig, s *service) error {
	s.Provider = provider(s.Image)
	if len(s.Command)+len(s.Entrypoint) > 0 && s.Provider != "redis" && s.Provider != "" {
		s.Provider = "" // it is not begun as the server is
	}
	if one.Extensions[ours] != nil {
		if err := l.said(name, one.Extensions[ours], s); err != nil {
			return err
		}
	}
	if s.Provider != "" && len(s.Ports) == 0 {
		s.Ports = []int{providers[s.Provider]}
	}
	return nil
}

func (l *load) said(name string, value any, s *service) error {
	at := []string{"services", name, ours}
	all, err := l.keysOwn(value, []string{"provider", "template", "seed", "shared", "sandbox", "once", "address"}, at...)
	if err != nil {
		return err
	}
	wrong := func(key, try, format string, args ...any) error {
		here := l.places.at(append(at, key)...)
		return Finding{Path: here.path, Line: here.line, Says: fmt.Sprintf("service "+name+": x-prentice: "+format, args...), Try: try}
	}
	if said, ok := all["provider"]; ok {
		s.Provider = fmt.Sprint(said)
		if s.Provider == "none" {
			s.Provider = ""
		} else if providers[s.Provider] == 0 {
			known := append(slices.Sorted(maps.Keys(providers)), "none")
			return wrong("provider", near("write ", s.Provider, known), "%q is no provider", s.Provider)
		}
	}
	if said, ok := all["template"]; ok {
		if s.Template = fmt.Sprint(said); s.Provider == "" {
			return wrong("template", "write provider: too", "a template is data of a provider")
		}
	}
	if said, ok := all["shared"]; ok {
		if s.Shared, ok = said.(bool); !ok {
			return wrong("shared", "write true, or leave it out", "shared is true or false")
		}
		if s.Shared && s.Provider != "postgresql" {
			return wrong("shared", "leave it out: it has a server of its own", "only a postgresql can be in a server that environments share")
		}
	}
	if said, ok := all["seed"]; ok {
		if s.Seed, err = l.seed(name, said, s.Provider, append(at, "seed")...); err != nil {
			return err
		}
	}
	if once, ok := all["once"]; ok {
		if s.Once, ok = once.(bool); !ok {
			return wrong("once", "write true", "once is true or false")
		}
	}
	if said, ok := all["address"]; ok {
		if s.Address, err = l.address(said, append(at, "address")...); err != nil {
			return err
		}
	}
	sandbox, said := all["sandbox"]
	if !said {
		return nil
	}
	if on, ok := sandbox.(bool); !ok || !on {
		return wrong("sandbox", "write true, or leave it out", "sandbox is true")
	}
	if s.Provider != "" && all["provider"] != nil {
		return wrong("sandbox", "keep one of them", "a provider has no command")
	}
	if len(s.Command)+len(s.Entrypoint) == 0 {
		return wrong("sandbox", "write command:", "the sandbox needs a command")
	}
	s.Image, s.Build, s.Provider = "", nil, ""
	if !slices.ContainsFunc(s.Mounts, func(m environment.Mount) bool { return m.To == workspace }) {
		s.Mounts = append(s.Mounts, environment.Mount{Path: ".", To: workspace})
	}
	if !path.IsAbs(s.WorkingDir) {
		s.WorkingDir = path.Join(workspace, path.Join("/", s.WorkingDir))
	}
	return nil
}

// seed is what the data of a provider is made by. A service that it names is looked for when
// all are read.
func (l *load) seed(name string, value any, provider string, at ...string) (*environment.Seed, error) {
	all, err := l.keysOwn(value, []string{"by", "from"}, at...)
	if err != nil {
		return nil, err
	}
	here := l.places.at(at...)
	wrong := func(try, format string, args ...any) error {
		return Finding{Path: here.path, Line: here.line, Says: fmt.Sprintf("service "+name+": x-prentice: seed: "+format, args...), Try: try}
	}
	if provider == "" || provider == "redis" {
		return nil, wrong("write it at a postgresql or a mysql", "it is the data of a database server")
	}
	seed := &environment.Seed{By: texts(all["by"])}
	if len(seed.By) == 0 {
		return nil, wrong("write by: [migrate]", "it names no service that makes the data")
	}
	for _, from := range texts(all["from"]) {
		clean := path.Clean(from)
		if !fs.ValidPath(clean) {
			return nil, wrong("write it from the top of the repository, such as db/migrations", "from: %q leads out of the repository", from)
		}
		seed.From = append(seed.From, clean)
	}
	return seed, nil
}

// address is how a service is asked at the environment's address.
func (l *load) address(value any, at ...string) (a environment.Address, err error) {
	all, err := l.keysOwn(value, []string{"main", "host"}, at...)
	if err != nil {
		return a, err
	}
	wrong := func(key, try, format string, args ...any) error {
		here := l.places.at(append(at, key)...)
		return Finding{Path: here.path, Line: here.line, Says: "x-prentice: address: " + fmt.Sprintf(format, args...), Try: try}
	}
	if main, ok := all["main"]; ok {
		if a.Main, ok = main.(bool); !ok {
			return a, wrong("main", "write true", "main is true or false")
		}
	}
	if said, ok := all["host"]; ok {
		if a.Host = fmt.Sprint(said); !host.MatchString(a.Host) {
			return a, wrong("host", "write the name that it expects, such as localhost", "%q is no name of a host", a.Host)
		}
	}
	return a, nil
}
