package draft

import (
	"fmt"
	"strings"
	"testing"

	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
)

func of(files map[string]string) *check.Tree { return check.Example{Files: files}.Tree() }

// lines are drafts as a few lines.
func lines(d Drafts) string {
	var b strings.Builder
	for _, p := range d.Parts {
		fmt.Fprintf(&b, "%s in %s: %s\n", p.What, p.Where, p.Says)
	}
	for _, c := range d.Checks {
		fmt.Fprintf(&b, "check %s of %s", c.Name, c.From)
		for _, of := range []struct {
			what string
			list []string
		}{{"needs", c.Needs}, {"network", c.Network}, {"junit", c.Reports.JUnit}} {
			if len(of.list) > 0 {
				fmt.Fprintf(&b, " %s %s", of.what, strings.Join(of.list, ","))
			}
		}
		b.WriteString("\n")
		for _, s := range c.Steps {
			fmt.Fprintf(&b, "  %s: %s\n", s.Name, strings.ReplaceAll(strings.TrimSpace(s.Body), "\n", "; "))
		}
	}
	for _, u := range d.Unclear {
		fmt.Fprintf(&b, "unclear %s:%d: %s\n", u.File, u.Line, u.Says)
	}
	return b.String()
}

func TestWhatARepositoryIsMadeOfIsKnownByItsFiles(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"nothing":                 {map[string]string{"README.md": "x"}, []string{""}},
		"Go":                      {map[string]string{"go.mod": "module shop\n", "vendor/x/go.mod": "", "a/testdata/go.mod": ""}, []string{"Go in .: drafted as go\n", "Build: go build ./...", "Test: go test -json -coverprofile=coverage.out ./... > go-test.json", "junit go-test.json"}},
		"two modules":             {map[string]string{"go.mod": "", "tools/x/go.mod": ""}, []string{"Go in tools/x: drafted as go-tools-x", "cd 'tools/x'; go vet ./...", "junit tools/x/go-test.json"}},
		"Node without packages":   {map[string]string{"package.json": `{"scripts":{"test":"node --test","build":""}}`}, []string{"check node of package.json\n  Test: npm run test\n"}},
		"Node with packages":      {map[string]string{"package.json": `{"scripts":{"test":"jest"},"devDependencies":{"jest":"1"}}`, "yarn.lock": ""}, []string{"network registry.npmjs.org", "Install: yarn install --frozen-lockfile\n  Test: yarn run test"}},
		"Node without a test":     {map[string]string{"package.json": `{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}`}, []string{"nothing is drafted: it names no command"}},
		"Node that lies":          {map[string]string{"package.json": `{"scripts": 3}`}, []string{"nothing is drafted"}},
		"Python":                  {map[string]string{"setup.py": "", "tests/test_a.py": ""}, []string{"Test: python3 -m unittest discover -s tests >unittest.log", "grep -q '^Ran 0 tests'"}},
		"Python, tests a package": {map[string]string{"setup.py": "", "tests/__init__.py": "", "tests/test_a.py": ""}, []string{"Test: python3 -m unittest discover >unittest.log"}},
		"Python with packages":    {map[string]string{"requirements.txt": "# none\nflask==3\n", "conftest.py": ""}, []string{"pip install -r requirements.txt pytest", "network pypi.org,files.pythonhosted.org", "junit report.xml"}},
		"Rust; its members":       {map[string]string{"Cargo.toml": "", "Cargo.lock": "", "one/Cargo.toml": ""}, []string{"Rust in .: drafted as rust\ncheck", "Build: cargo build --locked --offline"}},
		"Maven":                   {map[string]string{"pom.xml": "", "mvnw": ""}, []string{"sh ./mvnw -B -ntp verify", "junit target/surefire-reports/*.xml"}},
		"Gradle":                  {map[string]string{"build.gradle.kts": ""}, []string{"check java of build.gradle.kts", "gradle --no-daemon build"}},
		"Make":                    {map[string]string{"Makefile": "test := 1\ncheck: a\n\ttrue\n"}, []string{"  Check: make check\n"}},
		"Make beside Go":          {map[string]string{"Makefile": "test:\n\ttrue\n", "go.mod": ""}, []string{"check go of"}},
		"images and services":     {map[string]string{"Dockerfile": "", "compose.yaml": ""}, []string{"Dockerfile in .: nothing is drafted: a check builds no image", "compose in ."}},
		"a link is no part":       {map[string]string{"go.mod": "link:/etc/passwd"}, []string{""}},
		"a folder with odd bytes": {map[string]string{"a'b $(x)\n`/Makefile": "test:\n"}, []string{"check make-a-b-x of", `cd 'a'\''b $(x); `}},
	} {
		got := lines(Detected(of(c.files)))
		for _, want := range c.want {
			if !strings.Contains(got, want) || want == "" && got != "" {
				t.Errorf("%s: no %q in\n%s", name, want, got)
			}
		}
		if name == "Make beside Go" && strings.Contains(got, "make") {
			t.Errorf("both are drafted:\n%s", got)
		}
		for _, d := range Detected(of(c.files)).Checks {
			if _, wrong := pipeline.Read(d.File, []byte(d.Text)); len(wrong) > 0 {
				t.Errorf("%s: %v in\n%s", name, wrong, d.Text)
			}
		}
	}
}

const github = `on: push
env: {TOP: "1"}
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 7
    env: {A: "it's"}
    strategy: {matrix: {go: [1, 2]}}
    steps:
      - uses: actions/checkout@v4
      - uses: codecov/codecov-action@v4
      - name: "Test # it"
        working-directory: sub dir
        run: |
          go test ./...
      - run: echo ${{ github.sha }}
      - run: make deploy
        if: github.ref == 'refs/heads/main'
      - run: Write-Host
        shell: pwsh
  lint:
    needs: [test, other]
    runs-on: ubuntu-latest
    services: {db: {image: "postgres:16", env: {POSTGRES_PASSWORD: x}, ports: ["5432:5432"], options: --health-cmd "pg_isready -U x" --health-interval 10s --cpus 2}, odd: {image: "${{ x }}"}}
    container: golang:1.26
    steps: [{run: "printf '` + "```" + `\n'"}]
  win: {runs-on: windows-latest, steps: [{run: dir}]}
  other: {uses: ./.github/workflows/x.yml}
`

func TestTheStepsOfAWorkflowAreDraftedAndWhatIsNotUnderstoodIsSaid(t *testing.T) {
	d := Of(of(map[string]string{".github/workflows/ci.yml": github, "go.mod": ""}))
	got := lines(d)
	for _, want := range []string{
		"Go in .: built by the draft of .github/workflows/ci.yml:4\n",
		"check ci-test of .github/workflows/ci.yml:4\n",
		"  Test # it: export TOP='1'; export A='it'\\''s'; cd 'sub dir'; go test ./...\n",
		"check ci-lint of .github/workflows/ci.yml:21 needs ci-test\n",
		":8: the matrix of the job test", ":11: the action codecov/codecov-action@v4", ":16: the step \"echo ${{ github.sha }}\", which holds an expression",
		":17: the step \"make deploy\", which has a condition", ":19: the step \"Write-Host\", which is of the shell pwsh",
		":24: of the service db of the job lint: the options --cpus 2", ":24: the service odd of the job lint, which has an image that only the service knows", ":27: the job win runs on windows-latest", ":28: the job other is a workflow of its own",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if c := d.Checks[0]; c.Timeout.Minutes() != 7 || !strings.Contains(c.Text, "- the action codecov/codecov-action@v4") {
		t.Errorf("%s\n%s", c.Timeout, c.Text)
	}
	if c := d.Checks[1]; c.Image != "golang:1.26" {
		t.Errorf("image %q", c.Image)
	} else if len(c.Services) != 1 || c.Services[0].Name != "db" || c.Services[0].Image != "postgres:16" || c.Services[0].Port != 5432 || c.Services[0].Env["POSTGRES_PASSWORD"] != "x" || c.Services[0].Health != "pg_isready -U x" {
		t.Errorf("services %+v\n%s", c.Services, c.Text)
	}
}

func TestGitLabAndWoodpeckerAreReadToo(t *testing.T) {
	got := lines(Of(of(map[string]string{
		".gitlab-ci.yml": `include: x
default: {image: "golang:1.26", before_script: [go version]}
variables: {A: b, REF: $CI_COMMIT_SHA}
.base: &base {script: [true]}
unit tests:
  script: [go vet ./..., [go test ./...]]
  artifacts: {reports: {junit: out/*.xml}}
deploy: {needs: [{job: unit tests}], script: [push $CI_REGISTRY], rules: [{if: x}]}
again: {<<: *base, script: [!reference [.base, script]]}
`,
		".woodpecker/a.yaml": `steps:
  - {name: test, image: node, commands: [npm test], environment: {X: {from_secret: y}}}
  - {name: publish, image: plugin, settings: {a: b}}
`})))
	for _, want := range []string{
		"check unit-tests of .gitlab-ci.yml:5 junit out/*.xml\n  unit tests: export A='b'; go version; go vet ./...; go test ./...\n",
		".gitlab-ci.yml:1: include", ".gitlab-ci.yml:3: the variable REF", "what the service sets is in \"push $CI_REGISTRY\"", ":8: rules of the job deploy", "the script of again, which refers to another one",
		"check a-test of .woodpecker/a.yaml:2\n  test: npm test\n", ".woodpecker/a.yaml:2: the variable X", "the step publish is a plugin",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestAHostileWorkflowIsUnclearAndNoDraft(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for n := range 9 {
		bomb += fmt.Sprintf("%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", 'b'+n, 'b'+n, 'a'+n, 'a'+n, 'a'+n, 'a'+n, 'a'+n, 'a'+n, 'a'+n, 'a'+n, 'a'+n, 'a'+n)
	}
	job := func(id, step string) string { return "jobs:\n  " + id + ":\n    steps:\n      - " + step + "\n" }
	for name, text := range map[string]string{
		"a bomb":            bomb + job("a", "run: x"),
		"a circle":          "jobs: &a {b: *a}",
		"a tag":             "jobs: !!python/object x",
		"no mapping":        "[1, 2]",
		"no jobs":           "on: push",
		"jobs that are not": "jobs: [a]",
		"a job that is not": "jobs: {a: 3}",
		"no steps":          "jobs: {a: {steps: x}}",
		"empty":             job("a", "run: ''"),
		"control":           job("a", `run: "a\u001b[2Jb"`),
		"unseen":            job("a", `run: "a\u202eb"`),
		"binary":            "jobs: \xff\xfe",
	} {
		d := Of(of(map[string]string{".github/workflows/ci.yml": text}))
		if name != "no mapping" && len(d.Checks) != 0 || len(d.Unclear) == 0 {
			t.Errorf("%s: %s", name, lines(d))
		}
	}
}

func TestNamesOfJobsBecomeNamesOfFiles(t *testing.T) {
	d := Of(of(map[string]string{".gitlab-ci.yml": `"x/../../etc/passwd": {script: ["true"]}
"con": {script: ["true"]}
Test: {script: ["true"]}
test: {script: ["true"]}
"日本": {script: ["true"]}
"a: b\n---\n# x": {script: ["true"]}
`}))
	var names []string
	for _, c := range d.Checks {
		names = append(names, c.File)
	}
	want := ".prentice/checks/x-etc-passwd.md .prentice/checks/job-con.md .prentice/checks/Test.md .prentice/checks/test-2.md .prentice/checks/job.md .prentice/checks/a-b-x.md"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("%s\nwant %s\n%s", got, want, lines(d))
	}
}

func FuzzEveryDraftIsACheck(f *testing.F) {
	f.Add(github, ".github/workflows/ci.yml")
	f.Add("a: {script: [x]}", ".gitlab-ci.yml")
	f.Add("steps: {a: {image: x, commands: [y]}}", ".woodpecker.yml")
	f.Add(`{"scripts":{"test":"x"}}`, "package.json")
	f.Add("x", "a/go.mod")
	f.Fuzz(func(t *testing.T, text, path string) {
		seen := map[string]bool{}
		for _, c := range Of(of(map[string]string{path: text})).Checks {
			if _, wrong := pipeline.Read(c.File, []byte(c.Text)); len(wrong) > 0 || seen[c.File] || !strings.HasPrefix(c.File, pipeline.Folder+"/") || strings.Contains(c.File[len(pipeline.Folder)+1:], "/") {
				t.Errorf("%s %v\n%s", c.File, wrong, c.Text)
			}
			seen[c.File] = true
		}
	})
}
