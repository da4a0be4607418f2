package pipeline

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"prentice/internal/kit/clip"
	"prentice/internal/kit/pattern"
	"prentice/internal/kit/strict"
)

// mostServices is how many services one check may have.
const mostServices = 8

// Service is a program that goes on beside a check, in a container of its image. The check
// finds it at 127.0.0.1, which its name means as well.
type Service struct {
	Name    string            `json:"name"`
	Image   string            `json:"image,omitempty"` // "" is as compose.yaml says
	Env     map[string]string `json:"env,omitempty"`
	Command []string          `json:"command,omitempty"`
	Port    int               `json:"port,omitempty"`    // where it listens when it is healthy
	Health  string            `json:"health,omitempty"`  // a command in it that ends with code 0 when it is
	Folders []string          `json:"folders,omitempty"` // that it writes beside its volumes, in memory
}

// services reads the services of a check: names of compose.yaml, or what each is.
func (f *front) services(n *strict.Node) (list []Service) {
	switch {
	case n == nil:
		return nil
	case n.Tag != "!!map":
		for _, name := range f.words(n, "services", "the name of a service of compose.yaml, or NAME: {image: …}", isName) {
			list = append(list, Service{Name: name})
		}
	case len(n.Content) == 0:
		f.Wrong(n, "write services: {db: {image: postgres:16}}, or leave the key out", "services names no service")
	default:
		for i := 0; i+1 < len(n.Content); i += 2 {
			list = append(list, f.service(n.Content[i], n.Content[i+1]))
		}
	}
	if len(list) > mostServices {
		f.Wrong(n, "divide the check", "a check has at most %d services", mostServices)
	}
	for i, s := range list {
		if i > 0 && s.Name == list[i-1].Name {
			f.Wrong(n, "keep one of them", "the service %s is there twice", clip.Text(s.Name))
		}
	}
	return list
}

func (f *front) service(name, n *strict.Node) Service {
	s := Service{Name: name.Value}
	if !isServiceName(s.Name) {
		f.Wrong(name, "use letters, digits and dashes, as in a host's name", "%q cannot name a service", clip.Text(s.Name))
	}
	v := f.Mapping(n, "service", "image", "env", "command", "port", "health", "folders")
	if v["image"] == nil {
		f.Wrong(n, "write image: NAME, such as postgres:16", "the service %s has no image", clip.Text(s.Name))
	}
	s.Image = f.image(v["image"])
	if v["env"] != nil {
		s.Env = f.variables(v["env"])
	}
	switch c := v["command"]; {
	case c == nil:
	case c.Tag == "!!seq":
		for _, word := range c.Content {
			s.Command = append(s.Command, f.Text(word, "command"))
		}
	default:
		s.Command = strings.Fields(f.Text(c, "command"))
	}
	if p := v["port"]; p != nil {
		var err error
		if s.Port, err = strconv.Atoi(f.Text(p, "port")); err != nil || s.Port < 1 || s.Port > 65535 {
			f.Wrong(p, "write a number such as 5432", "%q is not a port", clip.Text(p.Value))
		}
	}
	if h := v["health"]; h != nil {
		s.Health = f.Text(h, "health")
	}
	s.Folders = f.words(v["folders"], "folders", "a folder in the container such as /var/lib/data", isPlace)
	return s
}

func (f *front) variables(n *strict.Node) map[string]string {
	all := map[string]string{}
	if n.Tag != "!!map" {
		f.Wrong(n, "write NAME: value lines", "env is a mapping")
		return all
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		switch {
		case !isVariable(name.Value):
			f.Wrong(name, "use letters, digits and _", "%q cannot name a variable", clip.Text(name.Value))
		case len(value.Content) > 0 || value.Tag == "!!null" || strings.ContainsRune(value.Value, 0):
			f.Wrong(value, "write it out", "the variable %s is not a text", clip.Text(name.Value))
		}
		all[name.Value] = value.Value
	}
	return all
}

var (
	variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`)
	serviceName  = pattern.Of(`^[a-zA-Z0-9]([a-zA-Z0-9_-]{0,38}[a-zA-Z0-9])?$`)
)

func isVariable(s string) bool    { return variableName.MatchString(s) }
func isServiceName(s string) bool { return s != "localhost" && serviceName.MatchString(s) }

// isPlace is a folder in a container where memory can be given.
func isPlace(s string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(s, "/"), "/")
	return path.IsAbs(s) && path.Clean(s) == s && s != "/" && first != "proc" && first != "sys" && first != "dev" && !strings.ContainsAny(s, ",:=\\\n") && len(s) <= 200
}

// images are the images that a check is performed with, its own first.
func (c Check) images() (list []string) {
	if c.Image != "" {
		list = append(list, c.Image)
	}
	for _, s := range c.Services {
		if s.Image != "" {
			list = append(list, s.Image)
		}
	}
	return list
}
