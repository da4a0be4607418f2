package draft

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"prentice/internal/engine/check"
)

// makers know a part by a file of its folder. The first that a folder has counts, but
// for those that only build images or start services.
var makers = []struct {
	what, file string
	tools      []string // words of a command that builds or tests it
	plan       func(v *folder) plan
}{
	{"Go", "go.mod", []string{"go"}, goPlan},
	{"Rust", "Cargo.toml", []string{"cargo"}, rustPlan},
	{"Node", "package.json", []string{"npm", "yarn", "pnpm", "npx", "bun"}, nodePlan},
	{"Python", "pyproject.toml", pythonTools, pythonPlan},
	{"Python", "setup.py", pythonTools, pythonPlan},
	{"Python", "requirements.txt", pythonTools, pythonPlan},
	{"Java (Maven)", "pom.xml", []string{"mvn", "mvnw", "./mvnw"}, mavenPlan},
	{"Java (Gradle)", "build.gradle", gradleTools, gradlePlan},
	{"Java (Gradle)", "build.gradle.kts", gradleTools, gradlePlan},
	{"Make", "Makefile", []string{"make"}, makePlan},
	{"Make", "GNUmakefile", []string{"make"}, makePlan},
}

var (
	pythonTools = []string{"python", "python3", "pytest", "tox", "nox", "hatch", "poetry", "uv"}
	gradleTools = []string{"gradle", "gradlew", "./gradlew"}
)

// told are parts for which nothing is drafted, and why.
var told = map[string][2]string{
	"Dockerfile":          {"Dockerfile", "nothing is drafted: a check builds no image"},
	"Containerfile":       {"Dockerfile", "nothing is drafted: a check builds no image"},
	"compose.yaml":        {"compose", "nothing is drafted: a check that needs one of its services names it in services"},
	"compose.yml":         {"compose", "nothing is drafted: a check that needs one of its services names it in services"},
	"docker-compose.yml":  {"compose", "nothing is drafted: a check that needs one of its services names it in services"},
	"docker-compose.yaml": {"compose", "nothing is drafted: a check that needs one of its services names it in services"},
}

// The bounds of what is looked at.
const (
	mostParts  = 30
	mostFolder = 4 // how deep
)

// folder is one folder of the tree.
type folder struct {
	tree  *check.Tree
	where string
	has   map[string]bool // files of it
	below map[string]bool // folders in it
}

// text is a file of the folder, and "" where it cannot be read.
func (v *folder) text(name string) string {
	raw, err := v.tree.Text(path.Join(v.where, name))
	if err != nil || len(raw) > 1<<20 {
		return ""
	}
	return string(raw)
}

// foreign are folders whose content is not the repository's own, or no program.
var foreign = []string{"vendor", "node_modules", "testdata", "third_party", "third-party", "examples", "example", "fixtures", "dist", "target", "build"}

// folders are those that may hold a part, the nearest to the root first.
func folders(t *check.Tree) []*folder {
	by := map[string]*folder{}
	for _, f := range t.Files {
		dir, name := path.Split(f.Path)
		dir = path.Clean(dir)
		parts := strings.Split(dir, "/")
		if f.Mode == check.Link || f.Mode == check.Submodule || len(parts) > mostFolder || slices.ContainsFunc(parts, func(p string) bool {
			return p != "." && strings.HasPrefix(p, ".") || slices.Contains(foreign, p)
		}) {
			continue
		}
		v := by[dir]
		if v == nil {
			v = &folder{tree: t, where: dir, has: map[string]bool{}, below: map[string]bool{}}
			by[dir] = v
		}
		v.has[name] = true
	}
	list := make([]*folder, 0, len(by))
	for dir, v := range by {
		list = append(list, v)
		if up := by[path.Dir(dir)]; up != nil && dir != "." {
			up.below[path.Base(dir)] = true
		}
	}
	slices.SortFunc(list, func(a, b *folder) int {
		if n := depth(a.where) - depth(b.where); n != 0 {
			return n
		}
		return strings.Compare(a.where, b.where)
	})
	return list
}

func depth(dir string) int {
	if dir == "." {
		return 0
	}
	return 1 + strings.Count(dir, "/")
}

// parts finds the parts, and drafts a check for each that no workflow builds.
func (d *drafting) parts(built map[string]string) {
	for _, v := range folders(d.tree) {
		known := false
		for _, m := range makers {
			if known || !v.has[m.file] || d.within(m.what, v.where) || len(d.out.Parts) >= mostParts {
				continue
			}
			p := m.plan(v)
			known = len(p.steps) > 0
			part := Part{What: m.what, Where: v.where, Because: path.Join(v.where, m.file)}
			part.Says = d.drafted(v, m.what, m.tools, p, built)
			d.out.Parts = append(d.out.Parts, part)
		}
		for _, name := range slices.Sorted(mapKeys(v.has)) {
			if t, is := told[name]; is && len(d.out.Parts) < mostParts {
				d.out.Parts = append(d.out.Parts, Part{t[0], v.where, path.Join(v.where, name), t[1]})
			}
		}
	}
}

func mapKeys(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// within says whether a folder belongs to a part above it, which builds it too: that is
// so for all but modules of Go, which end where another begins.
func (d *drafting) within(what, where string) bool {
	return what != "Go" && slices.ContainsFunc(d.out.Parts, func(p Part) bool {
		return p.What == what && (p.Where == "." || strings.HasPrefix(where, p.Where+"/"))
	})
}

// drafted drafts a check for a part, and says so.
func (d *drafting) drafted(v *folder, what string, tools []string, p plan, built map[string]string) string {
	if len(p.steps) == 0 {
		return "nothing is drafted: it names no command that builds or tests it"
	}
	for _, tool := range tools {
		if by := built[tool]; by != "" {
			return "built by the draft of " + by
		}
	}
	word, _, _ := strings.Cut(strings.ToLower(what), " ")
	wish, where := word, ""
	if v.where != "." {
		wish, where = word+"-"+v.where, " in "+v.where
		for i := range p.steps {
			p.steps[i].body = "cd " + shellQuoted(v.where) + "\n" + p.steps[i].body
		}
		p.junit, p.cover = below(v.where, p.junit), below(v.where, p.cover)
	}
	p.name = d.named(wish)
	p.summary = what + where + " builds, and its tests pass"
	before := len(d.out.Checks)
	if d.add(p); len(d.out.Checks) == before {
		return "nothing is drafted: see what is not understood"
	}
	return "drafted as " + p.name
}

func below(dir, file string) string {
	if file == "" {
		return ""
	}
	return path.Join(dir, file)
}

// shellQuoted is a text as one word of the shell.
func shellQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// scripts are those of package.json.
func scripts(text string) map[string]string {
	var p struct {
		Scripts map[string]string `json:"scripts"`
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return nil
	}
	return p.Scripts
}

func stepf(name, format string, args ...any) step {
	return step{name: name, shell: "sh", body: fmt.Sprintf(format, args...)}
}
