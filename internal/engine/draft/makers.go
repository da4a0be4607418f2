package draft

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
)

func goPlan(v *folder) plan {
	return plan{
		file: path.Join(v.where, "go.mod"), junit: "go-test.json", cover: "coverage.out",
		prose: []string{"Modules come from the machine's module cache: a check reaches no network."},
		steps: []step{
			stepf("Build", "go build ./..."),
			stepf("Vet", "go vet ./..."),
			stepf("Test", "go test -json -coverprofile=coverage.out ./... > go-test.json"),
		},
	}
}

func rustPlan(v *folder) plan {
	p := plan{file: path.Join(v.where, "Cargo.toml")}
	flags := ""
	if v.has["Cargo.lock"] {
		flags = " --locked"
	}
	if strings.Contains(v.text("Cargo.lock"), "\nsource = \"registry+") {
		p.network, p.cache = []string{"index.crates.io", "static.crates.io"}, "~/.cargo/registry"
	} else {
		flags += " --offline"
	}
	p.steps = []step{stepf("Build", "cargo build%s", flags), stepf("Test", "cargo test%s", flags)}
	return p
}

// noTest is what npm init writes where there is no test.
const noTest = "no test specified"

func nodePlan(v *folder) plan {
	p := plan{file: path.Join(v.where, "package.json")}
	tool, install, cache := "npm", "npm ci", "~/.npm"
	switch {
	case v.has["pnpm-lock.yaml"]:
		tool, install, cache = "pnpm", "pnpm install --frozen-lockfile", "~/.local/share/pnpm"
	case v.has["yarn.lock"]:
		tool, install, cache = "yarn", "yarn install --frozen-lockfile", "~/.cache/yarn"
	case !v.has["package-lock.json"]:
		install = "npm install"
	}
	var known struct {
		Dependencies    map[string]any `json:"dependencies"`
		DevDependencies map[string]any `json:"devDependencies"`
	}
	text := v.text("package.json")
	if err := json.Unmarshal([]byte(text), &known); err != nil {
		return p
	}
	all := scripts(text)
	for _, name := range []string{"build", "lint", "test"} {
		if body := all[name]; strings.TrimSpace(body) != "" && !strings.Contains(body, noTest) {
			p.steps = append(p.steps, stepf(strings.ToUpper(name[:1])+name[1:], "%s run %s", tool, name))
		}
	}
	if len(p.steps) > 0 && len(known.Dependencies)+len(known.DevDependencies) > 0 {
		p.steps = append([]step{stepf("Install", "%s", install)}, p.steps...)
		p.network, p.cache = []string{"registry.npmjs.org"}, cache
	}
	return p
}

var requirement = regexp.MustCompile(`(?m)^[A-Za-z0-9]`)

func pythonPlan(v *folder) plan {
	p := plan{file: path.Join(v.where, "pyproject.toml")}
	var texts strings.Builder
	for _, name := range []string{"requirements-dev.txt", "requirements.txt", "pyproject.toml", "setup.cfg", "tox.ini", "setup.py"} {
		if v.has[name] {
			p.file = path.Join(v.where, name)
			texts.WriteString(v.text(name))
		}
	}
	python := "python3"
	var install []string
	for _, name := range []string{"requirements.txt", "requirements-dev.txt"} {
		if requirement.MatchString(v.text(name)) {
			install = append(install, "-r "+name)
		}
	}
	if strings.Contains(v.text("pyproject.toml"), "[build-system]") {
		install = append(install, "-e .")
	}
	pytest := v.has["pytest.ini"] || v.has["conftest.py"] || strings.Contains(texts.String(), "pytest")
	if len(install) > 0 {
		if pytest && !strings.Contains(texts.String(), "pytest") {
			install = append(install, "pytest")
		}
		python = ".venv/bin/python"
		p.network, p.cache = []string{"pypi.org", "files.pythonhosted.org"}, "~/.cache/pip"
		p.steps = append(p.steps, stepf("Install", "python3 -m venv .venv\n.venv/bin/pip install %s", strings.Join(install, " ")))
	}
	p.steps = append(p.steps, stepf("Compile", `%s -m compileall -q -x '(^|/)\.' .`, python))
	switch {
	case pytest:
		p.junit = "report.xml"
		p.steps = append(p.steps, stepf("Test", "%s -m pytest --junit-xml=report.xml", python))
	case v.below["tests"] || v.below["test"] || v.anyFile("test_", ".py"):
		p.steps = append(p.steps, stepf("Test", unittests, python, v.unittestsIn()))
	}
	return p
}

// unittests runs Python's own tests, of which older versions pass where they find none.
const unittests = `%s -m unittest discover%s >unittest.log 2>&1 || code=$?
cat unittest.log
if grep -q '^Ran 0 tests' unittest.log; then
  echo 'no test was found: say where they are with -s FOLDER'
  exit 1
fi
exit "${code:-0}"`

// unittestsIn says in which folder tests are to be looked for: one that is no package is
// passed over by default.
func (v *folder) unittestsIn() string {
	for _, name := range []string{"tests", "test"} {
		if _, err := v.tree.Text(path.Join(v.where, name, "__init__.py")); v.below[name] && err != nil {
			return " -s " + name
		}
	}
	return ""
}

func (v *folder) anyFile(prefix, suffix string) bool {
	for name := range v.has {
		if strings.HasPrefix(name, prefix) && strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

func mavenPlan(v *folder) plan {
	tool := "mvn"
	if v.has["mvnw"] {
		tool = "sh ./mvnw"
	}
	return plan{
		file: path.Join(v.where, "pom.xml"), junit: "target/surefire-reports/*.xml", network: []string{"repo.maven.apache.org"}, cache: "~/.m2/repository",
		steps: []step{stepf("Build and test", "%s -B -ntp verify", tool)},
	}
}

func gradlePlan(v *folder) plan {
	p := plan{file: path.Join(v.where, "build.gradle"), junit: "build/test-results/test/*.xml", network: []string{"plugins.gradle.org", "repo.maven.apache.org"}, cache: "~/.gradle/caches"}
	if v.has["build.gradle.kts"] {
		p.file += ".kts"
	}
	tool := "gradle"
	if v.has["gradlew"] {
		tool = "sh ./gradlew"
		p.network = append(p.network, "services.gradle.org", "downloads.gradle.org")
	}
	p.steps = []step{stepf("Build and test", "%s --no-daemon build", tool)}
	return p
}

var target = regexp.MustCompile(`(?m)^(build|check|test)[ \t]*:(?:[^=]|$)`)

func makePlan(v *folder) plan {
	name := "Makefile"
	if !v.has[name] {
		name = "GNUmakefile"
	}
	p := plan{file: path.Join(v.where, name)}
	has := map[string]bool{}
	for _, m := range target.FindAllStringSubmatch(v.text(name), -1) {
		has[m[1]] = true
	}
	if has["build"] {
		p.steps = append(p.steps, stepf("Build", "make build"))
	}
	switch {
	case has["test"]:
		p.steps = append(p.steps, stepf("Test", "make test"))
	case has["check"]:
		p.steps = append(p.steps, stepf("Check", "make check"))
	}
	return p
}
