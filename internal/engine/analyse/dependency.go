package analyse

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

func dependencies() []standard.Analyser {
	return []standard.Analyser{
		{Name: "locked", Whole: locked},
		{Name: "go-sum", Paths: []string{"**/go.mod"}, Each: goSum},
		{Name: "local-replace", Paths: []string{"**/go.mod"}, Each: localReplace},
		{Name: "npm-lock-agrees", Paths: []string{"**/package.json"}, Each: npmLock},
		{Name: "pnpm-lock-agrees", Paths: []string{"**/package.json"}, Each: pnpmLock},
		{Name: "yarn-lock-agrees", Paths: []string{"**/package.json"}, Each: yarnLock},
		{Name: "cargo-lock-agrees", Paths: []string{"**/Cargo.toml"}, Each: cargoLock},
		{Name: "uv-lock-agrees", Paths: []string{"**/pyproject.toml"}, Each: uvLock},
		{Name: "poetry-lock-agrees", Paths: []string{"**/pyproject.toml"}, Each: poetryLock},
		{Name: "exact-requirements", Paths: []string{"**/requirements.txt"}, Each: requirements},
		{Name: "plain-http-source", Each: plainSource},
	}
}

var lockNames = []string{"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "go.sum", "Cargo.lock", "poetry.lock", "uv.lock", "Pipfile.lock", "pdm.lock", "Gemfile.lock", "composer.lock", "mix.lock", "gradle.lockfile", "packages.lock.json", "deno.lock", "flake.lock"}

func lockFile(p string) bool { return slices.Contains(lockNames, path.Base(p)) }

// locks are the lock files that fit a manifest, in its folder or above it.
var locks = map[string][]string{
	"package.json": {"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"},
	"Pipfile":      {"Pipfile.lock"}, "Gemfile": {"Gemfile.lock"}, "composer.json": {"composer.lock"}, "mix.exs": {"mix.lock"},
	"Cargo.toml": {"Cargo.lock"}, "pyproject.toml": {"uv.lock", "poetry.lock", "pdm.lock", "requirements.txt"},
}

func locked(_ context.Context, v *standard.View) ([]check.Finding, error) {
	var list []check.Finding
	for _, f := range v.Files {
		names, is := locks[path.Base(f.Path)]
		if !is || foreign(f.Path) || !v.Covers(f.Path) || f.Mode == check.Link {
			continue
		}
		t, err := v.Open(f)
		if err != nil {
			return list, err
		}
		if !locksWanted(t) || lockedAbove(v, path.Dir(f.Path), names) {
			continue
		}
		list = append(list, t.Of("what it asks for is nowhere locked: two builds of one commit differ"))
	}
	return list, nil
}

// locksWanted says whether a manifest has dependencies, and is not that of a library,
// which its users lock.
func locksWanted(t *standard.Text) bool {
	top, ok := t.Value().(map[string]any)
	switch t.Base() {
	case "package.json":
		library := top["private"] != true && (top["main"] != nil || top["exports"] != nil || top["files"] != nil || top["types"] != nil)
		return ok && !library && (filled(top["dependencies"]) || filled(top["devDependencies"]))
	case "Cargo.toml":
		return ok && filled(top["dependencies"]) && (top["bin"] != nil || t.View.Has(path.Join(path.Dir(t.Path), "src/main.rs")))
	case "pyproject.toml":
		project, _ := top["project"].(map[string]any)
		return ok && project["scripts"] != nil && filled(project["dependencies"])
	case "composer.json":
		return ok && filled(top["require"]) && top["type"] == "project"
	}
	return true
}

func filled(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) > 0
	case []any:
		return len(v) > 0
	}
	return false
}

func lockedAbove(v *standard.View, dir string, names []string) bool {
	for {
		for _, name := range names {
			if v.Has(path.Join(dir, name)) {
				return true
			}
		}
		if dir == "." || dir == "/" {
			return false
		}
		dir = path.Dir(dir)
	}
}

var (
	goRequire = regexp.MustCompile(`^\s*(?:require\s+)?([\w.-]+\.[\w.-]+/\S+)\s+(v\S+)`)
	goReplace = regexp.MustCompile(`^\s*(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>\s+(\S+)`)
)

func goSum(t *standard.Text) []check.Finding {
	if foreign(t.Path) {
		return nil
	}
	sum, err := t.View.Text(path.Join(path.Dir(t.Path), "go.sum"))
	if err != nil && !check.Missing(err) {
		return nil
	}
	have := "\n" + string(sum)
	replaced := map[string]bool{}
	for _, line := range t.Lines() {
		if m := goReplace.FindStringSubmatch(line); m != nil {
			replaced[m[1]] = true
		}
	}
	block := ""
	for i, line := range t.Lines() {
		word := strings.TrimSpace(line)
		if strings.HasSuffix(word, "(") {
			block = strings.TrimSpace(strings.TrimSuffix(word, "("))
		} else if word == ")" {
			block = ""
		}
		if block != "" && block != "require" || strings.Contains(line, "=>") {
			continue
		}
		m := goRequire.FindStringSubmatch(line)
		if m == nil || replaced[m[1]] || strings.Contains(have, "\n"+m[1]+" "+m[2]+"/go.mod ") {
			continue
		}
		f := t.At(i+1, fmt.Sprintf("go.sum has no digest of %s %s", standard.Shown(m[1]), standard.Shown(m[2])))
		f.Remedy = "run go mod tidy"
		return []check.Finding{f}
	}
	return nil
}

func localReplace(t *standard.Text) (list []check.Finding) {
	if foreign(t.Path) {
		return nil
	}
	for i, line := range t.Lines() {
		m := goReplace.FindStringSubmatch(line)
		if m == nil || !strings.HasPrefix(m[2], ".") && !strings.HasPrefix(m[2], "/") {
			continue
		}
		at := path.Join(path.Dir(t.Path), m[2])
		if strings.HasPrefix(m[2], "/") || at == ".." || strings.HasPrefix(at, "../") || at != "." && !t.View.Has(at) {
			list = append(list, t.At(i+1, "it builds on a folder outside of the repository, which others do not have"))
		}
	}
	return list
}

func npmLock(t *standard.Text) (list []check.Finding) {
	at := path.Join(path.Dir(t.Path), "package-lock.json")
	f, found := t.View.File(at)
	manifest, ok := t.Value().(map[string]any)
	if !found || !ok || foreign(t.Path) {
		return nil
	}
	text, err := t.View.Open(f)
	if err != nil {
		return nil
	}
	lock, ok := text.Value().(map[string]any)
	if !ok {
		return nil // it is no JSON, which another rule says
	}
	packages, _ := lock["packages"].(map[string]any)
	root, ok := packages[""].(map[string]any)
	if !ok {
		return nil // of the first version, which does not say
	}
	for _, key := range []string{"dependencies", "devDependencies", "optionalDependencies"} {
		wants, _ := manifest[key].(map[string]any)
		has, _ := root[key].(map[string]any)
		for name, version := range wants {
			if has[name] != version {
				g := t.Of(fmt.Sprintf("it asks for %s %v, and package-lock.json has %v", standard.Shown(name), standard.Shown(fmt.Sprint(version)), standard.Shown(fmt.Sprint(has[name]))))
				g.Key, g.Remedy = name, "run npm install, and commit package-lock.json"
				list = append(list, g)
			}
		}
	}
	return list
}

var exact = regexp.MustCompile(`===?|@|^(-|#|$)|--hash`)

func requirements(t *standard.Text) (list []check.Finding) {
	if foreign(t.Path) {
		return nil
	}
	for i, line := range t.Lines() {
		line = strings.TrimSpace(line)
		if !exact.MatchString(line) && len(list) < 20 {
			list = append(list, t.At(i+1, "any version will do for it: two builds differ"))
		}
	}
	return list
}

var (
	sourceFiles = regexp.MustCompile(`(^|/)(\.npmrc|\.yarnrc(\.yml)?|pip\.conf|requirements[\w.-]*\.txt|Pipfile|pyproject\.toml|Gemfile|build\.gradle(\.kts)?|settings\.gradle(\.kts)?|pom\.xml|\.cargo/config\.toml|package-lock\.json|yarn\.lock|sources\.list|[\w.-]+\.list)$`)
	plainHTTP   = regexp.MustCompile(`(?:registry|index-url|index|source|url|resolved|deb|maven|repositor)[^\n#]{0,60}?http://([\w.-]+)`)
)

func plainSource(t *standard.Text) (list []check.Finding) {
	if !sourceFiles.MatchString(t.Path) || foreign(t.Path) || !strings.Contains(string(t.Bytes), "http://") {
		return nil
	}
	for i, line := range t.Lines() {
		m := plainHTTP.FindStringSubmatch(line)
		if m == nil || strings.HasPrefix(m[1], "localhost") || strings.HasPrefix(m[1], "127.") || strings.Contains(line, "xmlns") || strings.Contains(line, "schemaLocation") || path.Base(t.Path) == "pom.xml" && !strings.Contains(line, "<url>") || len(list) == 20 {
			continue
		}
		list = append(list, t.At(i+1, "what comes from there can be changed on the way: it is not encrypted"))
	}
	return list
}
