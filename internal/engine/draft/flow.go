package draft

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/strict"
)

// flow is a workflow of another service, being read.
type flow struct {
	*drafting
	file  string
	plans []plan
	ids   map[string]string // the names of its checks, by the ids of its jobs
}

// mostFlows is how many workflows are read.
const mostFlows = 100

// workflows drafts the jobs of all workflows, and says which tools they run, with the
// file that does.
func (d *drafting) workflows() map[string]string {
	built := map[string]string{}
	n := 0
	for _, f := range d.tree.Files {
		read := readerOf(f)
		if read == nil {
			continue
		}
		if n++; n > mostFlows {
			d.unclear(f.Path, 0, "more than %d workflows: it is not looked at", mostFlows)
			continue
		}
		w := &flow{drafting: d, file: f.Path, ids: map[string]string{}}
		if top := w.document(f); top != nil {
			read(w, top)
		}
		for _, p := range w.plans {
			before := len(d.out.Checks)
			if d.add(p); len(d.out.Checks) > before {
				toolsOf(p, built)
			}
		}
	}
	return built
}

func readerOf(f check.File) func(*flow, *strict.Node) {
	dir, name := path.Split(f.Path)
	yaml := strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml")
	switch {
	case f.Mode == check.Link || f.Mode == check.Submodule || !yaml:
		return nil
	case dir == ".github/workflows/" || dir == ".gitea/workflows/" || dir == ".forgejo/workflows/":
		return (*flow).github
	case dir == "" && (name == ".gitlab-ci.yml" || name == ".gitlab-ci.yaml"):
		return (*flow).gitlab
	case dir == ".woodpecker/" || dir == "" && (name == ".woodpecker.yml" || name == ".woodpecker.yaml"):
		return (*flow).woodpecker
	}
	return nil
}

// document is the top of the file, with aliases written out and bounds on how much that
// may be.
func (w *flow) document(f check.File) *strict.Node {
	text, err := w.tree.Read(f)
	if err != nil {
		w.unclear(f.Path, 0, "it cannot be read: %s", clip.Text(err.Error()))
		return nil
	}
	r := &strict.Reader{Anchors: true, Tags: []string{"!reference"}}
	top := r.Document(text)
	for _, p := range r.Problems {
		w.unclear(f.Path, p.Line, "%s", p.Text)
	}
	if len(r.Problems) > 0 || top == nil {
		return nil
	}
	if !isMapping(top) {
		w.unclear(f.Path, top.Line, "it is no mapping")
		return nil
	}
	return top
}

// unknown says what of the file is not understood.
func (w *flow) unknown(n *strict.Node, format string, args ...any) {
	line := 0
	if n != nil {
		line = n.Line
	}
	w.unclear(w.file, line, format, args...)
}

// leave says that a draft lacks something, in the draft and beside it.
func (w *flow) without(p *plan, n *strict.Node, format string, args ...any) {
	w.unknown(n, format, args...)
	p.left = append(p.left, w.out.Unclear[len(w.out.Unclear)-1].Says)
}

var command = regexp.MustCompile(`(?m)(?:^|[;&|(]|\bsudo\b|\bexec\b)\s*([A-Za-z0-9._/-]+)`)

// toolsOf adds the programs that a draft runs.
func toolsOf(p plan, built map[string]string) {
	for _, s := range p.steps {
		for _, m := range command.FindAllStringSubmatch(s.body, -1) {
			if built[m[1]] == "" {
				built[m[1]] = p.from()
			}
		}
	}
}

// The form of YAML nodes: at finds the value of a key, and nil where there is none.
func isMapping(n *strict.Node) bool { return n != nil && n.Tag == "!!map" }
func isList(n *strict.Node) bool    { return n != nil && n.Tag == "!!seq" }
func isText(n *strict.Node) bool {
	return n != nil && len(n.Content) == 0 && n.Tag != "!!null" && !isMapping(n) && !isList(n)
}

func at(n *strict.Node, key string) *strict.Node {
	var found *strict.Node
	pairs(n, func(k, v *strict.Node) {
		if k.Value == key && found == nil {
			found = v
		}
	})
	return found
}

func pairs(n *strict.Node, each func(k, v *strict.Node)) {
	if !isMapping(n) {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		each(n.Content[i], n.Content[i+1])
	}
}

// words are a text, or the texts of a list; nested lists count as one.
func words(n *strict.Node) (list []string) {
	switch {
	case isText(n):
		return []string{n.Value}
	case isList(n):
		for _, m := range n.Content {
			list = append(list, words(m)...)
		}
	}
	return list
}

// variables are plain values as a shell sets them. The others are said.
func (w *flow) variables(p *plan, n *strict.Node, sets *[]string, foreign func(string) bool) {
	pairs(n, func(k, v *strict.Node) {
		switch {
		case !variableName.MatchString(k.Value):
			w.without(p, k, "the variable %q, whose name no shell takes", clip.Text(k.Value))
		case !isText(v) || foreign(v.Value):
			w.without(p, k, "the variable %s, whose value only the service knows", clip.Text(k.Value))
		default:
			*sets = append(slices.DeleteFunc(*sets, func(s string) bool { return strings.HasPrefix(s, "export "+k.Value+"=") }), "export "+k.Value+"="+shellQuoted(v.Value))
		}
	})
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// needed turns ids of jobs into the names of their checks, once all are known.
func (w *flow) needed() {
	drafted := map[string]bool{}
	for _, p := range w.plans {
		if len(p.steps) > 0 {
			drafted[p.name] = true
		}
	}
	for i := range w.plans {
		var names []string
		for _, id := range w.plans[i].needs {
			if name := w.ids[id]; drafted[name] && name != w.plans[i].name && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		w.plans[i].needs = names
	}
}

func firstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return clip.Text(line)
		}
	}
	return "step"
}
