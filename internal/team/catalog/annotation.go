package catalog

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/pattern"
	"prentice/internal/kit/reach"
)

// Prefix is what stands before the annotations that are prentice's own.
const Prefix = "prentice.dev/"

// Annotations lists those that are known, without their prefix.
func Annotations() []string {
	return slices.Concat(serviceAnnotations, hostAnnotations, resourceAnnotations, repositoryAnnotations, bothAnnotations)
}

var (
	serviceAnnotations    = []string{"unit", "url", "run", "hosts", "probes"}
	hostAnnotations       = []string{"address", "local", "place"}
	resourceAnnotations   = []string{"via"} // beside those of hosts
	repositoryAnnotations = []string{"git", "branch"}
	bothAnnotations       = []string{"managed"}
)

// annotation is one key with its value, and where both stand.
type annotation struct {
	key, value string
	keyAt      prentice.Pos
	node       *yaml.Node
}

func (r *reader) annotationPairs(n *yaml.Node) []annotation {
	if n == nil {
		return nil
	}
	var list []annotation
	r.pairs(n, "annotations", func(key, value *yaml.Node) {
		r := r
		if strings.HasPrefix(key.Value, Prefix) {
			r = r.strictly()
		}
		if s, ok := r.text(value, "annotation "+clip.Text(key.Value)); ok {
			list = append(list, annotation{key: key.Value, value: s, keyAt: r.at(key), node: value})
		}
	})
	return list
}

// annotations reads what stands under prentice.dev/. Those of other tools are
// kept as they are.
func (r *reader) annotations(e *entry, list []annotation) {
	for _, a := range list {
		if e.entity.Annotations == nil {
			e.entity.Annotations = map[string]string{}
		}
		e.entity.Annotations[a.key] = a.value
		word, ours := strings.CutPrefix(a.key, Prefix)
		switch {
		case !ours:
			r.misspelt(a)
		case !slices.Contains(Annotations(), word):
			r.fail(a.keyAt, r.guess(word, Annotations(), "known: "+strings.Join(Annotations(), ", ")), "unknown annotation %q", clip.Text(a.key))
		case slices.Contains(serviceAnnotations, word) && e.entity.Ref.Kind() != "service":
			r.fail(a.keyAt, "set spec.type to service on a Component, or take it out", "annotation %q means something only on a service", a.key)
		case slices.Contains(repositoryAnnotations, word) && e.entity.Ref.Kind() != "repository":
			r.fail(a.keyAt, "set spec.type to repository on a Resource, or take it out", "annotation %q means something only on a repository", a.key)
		case slices.Contains(hostAnnotations, word) && e.entity.Ref.Kind() == "repository":
			r.fail(a.keyAt, "take it out: nothing acts on a repository", "annotation %q means nothing on a repository", a.key)
		case slices.Contains(hostAnnotations, word) && e.kind != "resource":
			r.fail(a.keyAt, "put it on a Resource, or take it out", "annotation %q means something only on a host or another resource", a.key)
		case slices.Contains(resourceAnnotations, word) && e.entity.Ref.Kind() != "resource":
			r.fail(a.keyAt, "for a host that is reached through another write ProxyJump into ssh_config; otherwise take it out", "annotation %q means something only on a resource that is no host", a.key)
		case slices.Contains(bothAnnotations, word) && e.entity.Ref.Kind() != "service" && e.kind != "resource":
			r.fail(a.keyAt, "put it on a service, a host or another resource, or take it out", "annotation %q means something only on a service, a host or another resource", a.key)
		default:
			r.annotation(e, word, a)
		}
	}
}

// misspelt warns of an annotation that looks like one of ours under another
// prefix, which would otherwise be silently ignored.
func (r *reader) misspelt(a annotation) {
	prefix, word, found := strings.Cut(a.key, "/")
	if !found {
		prefix, word = "", a.key
	}
	near := prefix == "" || nearest.Of(prefix+"/", []string{Prefix}) == Prefix
	if near && slices.Contains(Annotations(), word) {
		r.advise(a.keyAt, "write "+Prefix+word, "annotation %q is not prentice's and is not used", clip.Text(a.key))
	}
}

var (
	validUnit    = pattern.Of(`^[A-Za-z0-9][A-Za-z0-9:_.@\\-]{0,254}$`)
	validBranch  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$`)
	validAddress = regexp.MustCompile(`^([a-z_][a-z0-9_-]*@)?([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)
)

func (r *reader) annotation(e *entry, word string, a annotation) {
	at, value := r.at(a.node), strings.TrimSpace(a.value)
	if value == "" {
		r.fail(at, "give it a value, or take it out", "annotation %q is empty", a.key)
		return
	}
	switch word {
	case "unit":
		e.unit = value
		r.unless(validUnit.MatchString(value), at, "use letters, digits and : _ . @ -, beginning with a letter or a digit", "unit %q is not a name", clip.Text(value))
	case "url":
		e.url = strings.TrimSuffix(value, "/")
		r.unless(reach.IsWeb(value), at, "write http://host:port", "url %q is not an address on the web", clip.Text(value))
	case "run":
		e.run = value
		r.unless(!strings.ContainsAny(value, "\n\x00"), at, "put more than one line into a script of its own", "the run command has more than one line")
	case "hosts":
		e.hosts = r.hostNames(at, value, a.key)
	case "via":
		e.via = r.hostNames(at, value, a.key)
	case "probes":
		e.probes = r.probes(a.node)
	case "address":
		e.addr = value
		r.unless(validAddress.MatchString(value), at, "write host, host:port or user@host", "address %q is not one", clip.Text(value))
	case "managed":
		r.unless(value == "true" || value == "false", at, `write "true" or "false"`, "managed is %q", clip.Text(value))
	case "local":
		e.local = value == "true"
		r.unless(value == "true" || value == "false", at, `write "true" or "false"`, "local is %q", clip.Text(value))
	case "git":
		e.git = value
		r.unless(filepath.IsLocal(value) && !strings.ContainsAny(value, "\\\n\x00") && !strings.HasPrefix(value, "-"), at, "write a path below the folder of repositories, such as checkout.git", "git %q is no path below a folder", clip.Text(value))
	case "branch":
		e.branch = value
		r.unless(validBranch.MatchString(value) && !strings.Contains(value, ".."), at, "write main", "branch %q is not a name", clip.Text(value))
	case "place":
		e.place = value
		r.unless(validName.MatchString(value), at, "use letters, digits and . _ - inside, at most 63", "place %q is not a name", clip.Text(value))
	}
}

// unless reports an error when a claim does not hold.
func (r *reader) unless(holds bool, at prentice.Pos, hint, format string, args ...any) {
	if !holds {
		r.fail(at, hint, format, args...)
	}
}

// hostNames reads the names of hosts, bare or as refs.
func (r *reader) hostNames(at prentice.Pos, value, key string) []word {
	var names []word
	for _, name := range strings.Split(value, ",") {
		name = strings.TrimPrefix(strings.TrimSpace(name), "host/")
		switch {
		case !validName.MatchString(name):
			r.fail(at, "write names with commas between them", "%q in %s is not a name", clip.Text(name), strings.TrimPrefix(key, Prefix))
		case slices.Contains(names, word{name, at}):
			r.fail(at, "keep one of them", "host %q appears twice", name)
		default:
			names = append(names, word{name, at})
		}
	}
	return names
}
