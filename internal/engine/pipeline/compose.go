package pipeline

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
)

// composeFiles are where a repository says what its services are, in the order in which
// Docker Compose looks (https://docs.docker.com/reference/compose-file/).
var composeFiles = []string{"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"}

// Of the keys of a service of compose.yaml, those that mean nothing for a check: it has a
// network of its own, and an end.
var passedOver = []string{"container_name", "depends_on", "restart", "labels", "ports", "expose", "profiles", "networks", "deploy", "stop_grace_period", "logging", "healthcheck", "image", "environment", "command", "tmpfs", "hostname", "init"}

// compose is the file of a tree that says what its services are.
func compose(t *check.Tree) (check.File, bool) {
	for _, name := range composeFiles {
		if i := slices.IndexFunc(t.Files, func(f check.File) bool { return f.Path == name && f.Mode != check.Link && f.Mode != check.Submodule }); i >= 0 {
			return t.Files[i], true
		}
	}
	return check.File{}, false
}

// byCompose says whether a check has services that compose.yaml says more of.
func (c Check) byCompose() bool {
	return slices.ContainsFunc(c.Services, func(s Service) bool { return s.Image == "" })
}

// Resolved is the check with its services as the tree's compose.yaml says that they are.
// What is said there and not understood is an error: what ran without it would prove
// something else.
func (c Check) Resolved(t *check.Tree) (Check, error) {
	if !c.byCompose() {
		return c, nil
	}
	f, found := compose(t)
	if !found {
		return c, prentice.Errorf(prentice.Invalid, "it needs the service %s, and there is no compose.yaml that says what that is", c.Services[0].Name).Try("write services: {%s: {image: NAME}}", c.Services[0].Name)
	}
	text, err := t.Read(f)
	if err != nil {
		return c, err
	}
	var r strict.Reader
	top := r.Document(text)
	if len(r.Problems) > 0 {
		return c, prentice.Errorf(prentice.Invalid, "%s:%d: %s", f.Path, r.Problems[0].Line, r.Problems[0].Text)
	}
	all := at(top, "services")
	c.Services = slices.Clone(c.Services)
	for i, s := range c.Services {
		if s.Image != "" {
			continue
		}
		n := at(all, s.Name)
		if n == nil {
			e := prentice.Errorf(prentice.Invalid, "%s has no service %s", f.Path, s.Name)
			if near := nearest.Of(s.Name, keys(all)); near != "" {
				return c, e.Try("did you mean %s?", near)
			}
			return c, e.Try("write it there, or take it out of services")
		}
		if c.Services[i], err = composed(s.Name, n); err != nil {
			return c, prentice.Errorf(prentice.Invalid, "%s:%d: the service %s %w", f.Path, n.Line, s.Name, err).Try("say in the check what it is: services: {%s: {image: NAME}}", s.Name)
		}
	}
	return c, nil
}

// composed is a service as compose.yaml has it.
func composed(name string, n *strict.Node) (Service, error) {
	s := Service{Name: name}
	for _, key := range keys(n) {
		if !slices.Contains(passedOver, key) {
			return s, fmt.Errorf("has %s, which is not understood here", clip.Text(key))
		}
	}
	if !isServiceName(name) {
		return s, fmt.Errorf("has a name that is none of a host")
	}
	texts := []string{value(at(n, "image"))}
	if s.Image = texts[0]; !IsImage(s.Image) {
		return s, fmt.Errorf("has the image %q, which is none", clip.Text(s.Image))
	}
	env := at(n, "environment")
	for i, pair := range listOf(env) {
		name, text, found := strings.Cut(pair, "=")
		if env.Tag == "!!map" {
			name, text, found = env.Content[2*i].Value, env.Content[2*i+1].Value, env.Content[2*i+1].Tag != "!!null"
		}
		if !found || !isVariable(name) {
			return s, fmt.Errorf("has the variable %s from outside, and there is none here", clip.Text(name))
		}
		if s.Env == nil {
			s.Env = map[string]string{}
		}
		s.Env[name] = strings.ReplaceAll(text, "$$", "$")
		texts = append(texts, text)
	}
	s.Command = listOf(at(n, "command"))
	if command := at(n, "command"); command != nil && command.Tag != "!!seq" {
		s.Command = strings.Fields(command.Value)
	}
	s.Folders = listOf(at(n, "tmpfs"))
	for i, dir := range s.Folders {
		if s.Folders[i], _, _ = strings.Cut(dir, ":"); !isPlace(s.Folders[i]) {
			return s, fmt.Errorf("has a tmpfs at %q", clip.Text(dir))
		}
	}
	for _, port := range append(listOf(at(n, "expose")), listOf(at(n, "ports"))...) {
		inside, _, _ := strings.Cut(port[strings.LastIndexByte(port, ':')+1:], "/")
		if p, err := strconv.Atoi(inside); err == nil && s.Port == 0 && p > 0 && p < 65536 {
			s.Port = p
		}
	}
	s.Health = health(at(at(n, "healthcheck"), "test"))
	for _, text := range append(append(texts, s.Command...), s.Health) {
		if strings.Contains(strings.ReplaceAll(text, "$$", ""), "$") {
			return s, fmt.Errorf("has %q, whose variables come from outside", clip.Text(text))
		}
	}
	s.Health = strings.ReplaceAll(s.Health, "$$", "$")
	for i := range s.Command {
		s.Command[i] = strings.ReplaceAll(s.Command[i], "$$", "$")
	}
	return s, nil
}

// health is the command of a healthcheck, as sh reads it.
func health(test *strict.Node) string {
	list := listOf(test)
	switch {
	case test == nil:
		return ""
	case test.Tag != "!!seq":
		return test.Value
	case len(list) > 1 && list[0] == "CMD-SHELL":
		return list[1]
	case len(list) > 1 && list[0] == "CMD":
		var words []string
		for _, word := range list[1:] {
			words = append(words, "'"+strings.ReplaceAll(word, "'", `'\''`)+"'")
		}
		return strings.Join(words, " ")
	}
	return ""
}

func at(n *strict.Node, key string) *strict.Node {
	if n == nil || n.Tag != "!!map" {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func keys(n *strict.Node) (list []string) {
	if n == nil || n.Tag != "!!map" {
		return nil
	}
	for i := 0; i < len(n.Content); i += 2 {
		list = append(list, n.Content[i].Value)
	}
	return list
}

func value(n *strict.Node) string {
	if n == nil || len(n.Content) > 0 {
		return ""
	}
	return n.Value
}

// listOf are the texts of a list, or the pairs of a mapping without their values.
func listOf(n *strict.Node) (list []string) {
	if n == nil {
		return nil
	}
	if n.Tag == "!!map" {
		return keys(n)
	}
	if n.Tag != "!!seq" {
		return []string{n.Value}
	}
	for _, one := range n.Content {
		if at(one, "target") != nil {
			one = at(one, "target")
		}
		list = append(list, one.Value)
	}
	return list
}
