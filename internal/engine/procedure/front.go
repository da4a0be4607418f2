package procedure

import (
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/variable"
)

// front reads the front matter.
func (r *reading) front(text string) {
	n, ok := r.mapping(text)
	if !ok {
		return
	}
	f := r.fields(n, "", "procedure", "summary", "owner", "review_by", "group", "tags", "origin",
		"on", "inputs", "outputs", "targets", "targets_if", "limits", "rollout", "secrets", "env", "path", "schemas")
	r.name(f["procedure"])
	r.summary(f["summary"])
	r.owner(f["owner"])
	r.reviewBy(f["review_by"])
	r.group(f["group"])
	r.tags(f["tags"])
	r.origin(f["origin"])
	r.inputs(f["inputs"])
	r.triggers(f["on"])
	r.targets(f["targets"])
	r.targetsIf(f["targets_if"])
	r.limits(f["limits"])
	r.rollout(f["rollout"])
	r.secrets(f["secrets"])
	r.environment(f["env"])
	r.path(f["path"])
	r.readSchemas(f["schemas"])
	r.outputs(f["outputs"])
	r.envAndSecrets(f["env"])
}

func (r *reading) name(n *yaml.Node) {
	if n == nil {
		r.fail(r.at(2, 1), "add a line such as procedure: restart-service", "the procedure has no name")
		return
	}
	name, ok := r.scalar(n, "procedure")
	if !ok {
		return
	}
	if !prentice.ValidName(name) {
		r.fail(r.place(n), "use letters, digits, dots and dashes, such as restart-service", "procedure %q is not a name", clip.Text(name))
		return
	}
	if strings.EqualFold(name, prentice.AdhocName) {
		r.fail(r.place(n), "choose another name", "%q is what commands without a procedure are planned as", name)
		return
	}
	r.proc.Name = name
}

func (r *reading) summary(n *yaml.Node) {
	if n == nil {
		r.fail(r.at(2, 1), "add a line such as summary: Bring back a service that has stopped answering", "the procedure has no summary")
		return
	}
	s, ok := r.scalar(n, "summary")
	s = strings.TrimSpace(s)
	switch {
	case !ok:
	case s == "" || len(s) > 200 || strings.ContainsAny(s, "\n\t"):
		r.fail(r.place(n), "write one line of at most 200 characters", "the summary has %d characters in %d lines", len(s), 1+strings.Count(s, "\n"))
	default:
		r.proc.Summary = s
	}
}

// owner reads a Backstage reference to a group or a user; a bare name is a
// group.
func (r *reading) owner(n *yaml.Node) {
	if n == nil {
		return
	}
	s, ok := r.scalar(n, "owner")
	if !ok {
		return
	}
	kind, name, found := strings.Cut(s, ":")
	if !found {
		kind, name, found = strings.Cut(s, "/")
	}
	if !found {
		kind, name = "group", s
	}
	name = strings.TrimPrefix(name, "default/")
	ref, err := prentice.ParseRef(kind + "/" + name)
	if err != nil || kind != "group" && kind != "user" {
		r.fail(r.place(n), "write group:NAME or user:NAME", "owner %q is not a group or a user", clip.Text(s))
		return
	}
	r.proc.Owner = ref
}

func (r *reading) reviewBy(n *yaml.Node) {
	if n == nil {
		return
	}
	s, ok := r.scalar(n, "review_by")
	if !ok {
		return
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		r.fail(r.place(n), "write a date such as 2027-05-01", "review_by %q is not a date", clip.Text(s))
		return
	}
	r.proc.ReviewBy = s
}

func (r *reading) targets(n *yaml.Node) {
	if n == nil {
		r.fail(r.at(2, 1), "add a line such as targets: service(inputs.service).hosts", "the procedure names no targets: empty is never all")
		return
	}
	s, ok := r.scalar(n, "targets")
	if !ok {
		return
	}
	r.proc.Targets = s
	r.later(value{source: s, in: wholeCase, want: targetTypes, what: "targets", at: r.inside(n)})
}

func (r *reading) secrets(n *yaml.Node) {
	if n == nil {
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.fail(r.place(n), "write a list of names, such as [deploy-token]", "secrets is not a list")
		return
	}
	for _, item := range n.Content {
		name, ok := r.scalar(item, "a secret")
		switch {
		case !ok:
		case !isWord(name):
			r.fail(r.place(item), "use small letters, digits, dashes and underscores, and begin with a letter", "%q is not the name of a secret", clip.Text(name))
		case oneOf(name, r.proc.Secrets):
			r.fail(r.place(item), "keep one of them", "secret %q appears twice", name)
		case variable.Taken(variable.Of(name)) != "":
			r.fail(r.place(item), "give it another name", "secret %s would be the variable %s: %s", name, variable.Of(name), variable.Taken(variable.Of(name)))
		case slices.ContainsFunc(r.proc.Secrets, func(other string) bool { return variable.Of(other) == variable.Of(name) }):
			r.fail(r.place(item), "rename one of them", "secret %s would be the same variable %s as another", name, variable.Of(name))
		default:
			r.proc.Secrets = append(r.proc.Secrets, name)
		}
	}
}

// isWord says whether s can be the name of an input, a step, a secret: what is
// left of it in an environment variable must still be one name.
func isWord(s string) bool {
	if s == "" || len(s) > 60 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
