package draft

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"prentice/internal/engine/pipeline"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/strict"
)

// beside is a service of a check as it will be drafted.
type beside struct {
	name, image, health string
	port                int
	env                 map[string]string
}

func (s beside) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "  %s:\n    image: %s\n", s.name, quoted(s.image))
	if len(s.env) > 0 {
		b.WriteString("    env:\n")
	}
	for _, name := range slices.Sorted(maps.Keys(s.env)) {
		fmt.Fprintf(&b, "      %s: %s\n", name, strconv.QuoteToASCII(s.env[name]))
	}
	if s.port > 0 {
		fmt.Fprintf(&b, "    port: %d\n", s.port)
	}
	if s.health != "" {
		fmt.Fprintf(&b, "    health: %s\n", strconv.QuoteToASCII(s.health))
	}
	return b.String()
}

var (
	plainService  = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9_-]{0,38}[a-zA-Z0-9])?$`)
	plainVariable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`)
	containerPort = regexp.MustCompile(`(?:^|:)([0-9]{1,5})(?:/tcp)?$`)
	healthOption  = regexp.MustCompile(`--health-[a-z-]+[ =]("[^"]*"|'[^']*'|[^ ]+)`)
	healthCommand = regexp.MustCompile(`--health-cmd[ =]("[^"]*"|'[^']*'|[^ ]+)`)
)

// githubServices drafts the services of a job: image, env and ports as they are, and of the
// options the command by which one is healthy. What else one says is named.
func (w *flow) githubServices(p *plan, id, job *strict.Node) {
	pairs(at(job, "services"), func(k, v *strict.Node) {
		s, why := githubService(k, v)
		if why != "" {
			w.without(p, k, "the service %s of the job %s, which %s", clip.Text(k.Value), clip.Text(id.Value), why)
			return
		}
		if left := githubLeft(v); left != "" {
			w.without(p, k, "of the service %s of the job %s: %s", clip.Text(k.Value), clip.Text(id.Value), left)
		}
		p.services = append(p.services, s)
	})
	if len(p.services) > 0 && at(job, "container") == nil {
		w.without(p, id, "the image in which the job %s runs: services are given beside an image only, write image: NAME", clip.Text(id.Value))
	}
}

func githubService(k, v *strict.Node) (s beside, why string) {
	image := at(v, "image")
	s = beside{name: k.Value, env: map[string]string{}}
	switch {
	case !plainService.MatchString(s.name):
		return s, "has a name that is none of a host"
	case !isText(image) || !pipeline.IsImage(image.Value):
		return s, "has an image that only the service knows"
	}
	s.image = image.Value
	pairs(at(v, "env"), func(name, value *strict.Node) {
		if !plainVariable.MatchString(name.Value) || !isText(value) || expression(value.Value) {
			why = "has the variable " + clip.Text(name.Value) + ", which only the service knows"
			return
		}
		s.env[name.Value] = value.Value
	})
	for _, port := range words(at(v, "ports")) {
		if m := containerPort.FindStringSubmatch(port); m != nil && s.port == 0 {
			if n, err := strconv.Atoi(m[1]); err == nil && n > 0 && n < 65536 {
				s.port = n
			}
		}
	}
	if options := at(v, "options"); isText(options) {
		if m := healthCommand.FindStringSubmatch(strings.Join(strings.Fields(options.Value), " ")); m != nil {
			s.health = strings.Trim(m[1], `"'`)
		}
	}
	return s, why
}

// githubLeft is what a service says that its draft does not.
func githubLeft(v *strict.Node) string {
	var left []string
	pairs(v, func(k, value *strict.Node) {
		switch k.Value {
		case "image", "env", "ports":
		case "options":
			if rest := strings.TrimSpace(healthOption.ReplaceAllString(strings.Join(strings.Fields(value.Value), " "), "")); rest != "" {
				left = append(left, "the options "+clip.Text(rest))
			}
		default:
			left = append(left, clip.Text(k.Value))
		}
	})
	return strings.Join(left, ", ")
}
