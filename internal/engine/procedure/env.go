package procedure

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/variable"
)

// Bounds on what a procedure sets in the environment of its scripts.
const (
	maxEnv  = 50
	maxPath = 20
)

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`)

// harmless are variables that secrets must not become, and that procedures may set:
// they say how things are written, and not which program runs.
var harmless = []string{"LANG", "LANGUAGE", "LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_NUMERIC", "LC_TIME", "PYTHONUNBUFFERED", "TERM", "TZ"}

// environment reads env: the variables of the procedure's own, as they are written
// or with expressions of what a run is given.
func (r *reading) environment(n *yaml.Node) {
	if n == nil {
		return
	}
	if n.Kind == yaml.MappingNode && len(n.Content)/2 > maxEnv {
		r.fail(r.place(n), "keep them in a file that the scripts read", "env sets %d variables; at most %d are read", len(n.Content)/2, maxEnv)
		return
	}
	r.pairs(n, "env", func(key, value *yaml.Node) {
		name := key.Value
		text, ok := r.scalar(value, "env "+clip.Text(name))
		if no, hint := refusedEnv(name); no != "" {
			r.fail(r.place(key), hint, "env %s: %s", clip.Text(name), no)
			return
		}
		if !ok {
			return
		}
		list, whole := parts(text)
		if !whole {
			r.fail(r.place(value), "end it with }", "${ has no end in env %s", name)
			return
		}
		for _, part := range list {
			if part.isExpr {
				r.later(expressionAt(part.text, "env "+name, r.place(value)))
			} else if _, why := typed("string", part.text); why != "" {
				r.fail(r.place(value), "write a shorter one", "env %s %s", name, why)
			}
		}
		r.proc.Env = append(r.proc.Env, prentice.EnvVar{Name: name, Value: text})
	})
}

func expressionAt(source, what string, at prentice.Pos) value {
	return value{source: source, in: wholeCase, want: scalarTypes, what: what, at: func(int, int) prentice.Pos { return at }}
}

// refusedEnv says why a procedure must not set a variable, and what else to do.
func refusedEnv(name string) (no, hint string) {
	upper := strings.ToUpper(name)
	switch {
	case upper == "PATH":
		return "the folders of programs have a key of their own", "write path: [/opt/tools/bin]: they are looked in before the host's own"
	case !envName.MatchString(name):
		return "it is not the name of a variable", "use letters, digits and underscores, and do not begin with a digit"
	case slices.Contains(harmless, name):
		return "", ""
	case variable.Taken(upper) != "":
		return variable.Taken(upper), "give it another name, or set it in the script"
	case variable.IsCredential(name):
		return "its name is that of a credential, and what is written here is read by everyone", "keep the value with prentice secret set, and name it in secrets:"
	}
	return "", ""
}

// path reads path: folders of programs, as they are written. What a stranger sends
// never decides which program runs, so that there are no expressions.
func (r *reading) path(n *yaml.Node) {
	if n == nil {
		return
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 || len(n.Content) > maxPath {
		r.fail(r.place(n), "write a list of folders, such as [/opt/tools/bin]", "path is not a list of 1 to %d folders", maxPath)
		return
	}
	for _, item := range n.Content {
		folder, ok := r.scalar(item, "a folder of path")
		switch {
		case !ok:
		case !path.IsAbs(folder) || path.Clean(folder) != folder || folder == "/":
			r.fail(r.place(item), "write the whole path, beginning with / and without .., such as /opt/tools/bin", "%q is not the path of a folder", clip.Text(folder))
		case strings.ContainsAny(folder, ":$`\"'\\\n*?[~") || len(folder) > 200:
			r.fail(r.place(item), "write it as it is: nothing in it is replaced", "%q cannot be a folder of PATH", clip.Text(folder))
		case slices.Contains(r.proc.Path, folder):
			r.fail(r.place(item), "keep one of them", "folder %s appears twice", clip.Text(folder))
		default:
			r.proc.Path = append(r.proc.Path, folder)
		}
	}
}

// envAndSecrets refuses a variable that a secret becomes too.
func (r *reading) envAndSecrets(n *yaml.Node) {
	for _, v := range r.proc.Env {
		for _, secret := range r.proc.Secrets {
			if variable.Of(secret) == v.Name {
				r.fail(r.place(n), "keep one of them", "env %s is the variable of secret %s", v.Name, secret)
			}
		}
	}
}

// own adds the variables of the procedure to what its scripts see.
func (s *scene) own() error {
	for _, v := range s.proc.Env {
		value, err := s.fill(v.Value)
		if err != nil {
			return prentice.Errorf(prentice.Refused, "env %s of procedure %s cannot be worked out: %w", v.Name, s.proc.Name, err).
				Try("look at the inputs and the event that it is made from")
		}
		s.environ[v.Name] = value
	}
	return nil
}
