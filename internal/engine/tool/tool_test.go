package tool_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/tool"
)

var today = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

func tree(files ...string) *check.Tree {
	of := map[string]string{}
	for i := 0; i < len(files); i += 2 {
		of[files[i]] = files[i+1]
	}
	return check.Example{Files: of}.Tree()
}

func read(t *testing.T, files ...string) tool.Inventory {
	t.Helper()
	inv, err := tool.Of(t.Context(), tree(files...))
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func shown(inv tool.Inventory) string {
	var b strings.Builder
	for _, p := range inv.Pins {
		fmt.Fprintf(&b, "%s %s (%s) %s:%d\n", p.Tool, p.Wish.Text, p.Wish.Form, p.Path, p.Line)
	}
	for _, u := range inv.Uses {
		fmt.Fprintf(&b, "%s %s (%s) %s %s %s:%d\n", u.Tool, u.Wish.Text, u.Wish.Form, u.Place, u.Who, u.Path, u.Line)
	}
	for _, w := range inv.Wrong {
		fmt.Fprintf(&b, "! %s:%d %s\n", w.Path, w.Line, w.Says)
	}
	return b.String()
}

func TestEachFileThatPinsAToolIsReadWithItsLine(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"go.mod", "module x\n\ngo 1.26.3\n\ntoolchain go1.26.8\n", "go 1.26.3 (at least) go.mod:3\ngo 1.26.8 (at least) go.mod:5\n"},
		{"go.mod", "module x\ngo 1.26\ntoolchain default\n", "go 1.26 (at least) go.mod:2\n"},
		{".tool-versions", "# ours\nnodejs 20.11.0 18.0.0\ngolang 1.26.3 # go\njava temurin-21.0.3+9\nerlang ref:master\n", "node 20.11.0 (exact) .tool-versions:2\ngo 1.26.3 (exact) .tool-versions:3\njava temurin-21.0.3+9 (exact) .tool-versions:4\nerlang ref:master (floats) .tool-versions:5\n"},
		{"mise.toml", "[env]\nnode = \"no\"\n[tools]\ngo = \"1.26\"\nnode = [\"22\", \"20\"]\npython = {version = \"3.12.4\"}\n\"npm:prettier\" = \"latest\"\n", "go 1.26 (line) mise.toml:4\nnode 22 (line) mise.toml:5\nnpm:prettier latest (floats) mise.toml:7\npython 3.12.4 (exact) mise.toml:6\n"},
		{".config/mise/config.toml", "[tools.go]\nversion = \"1.26.3\"\n", "go 1.26.3 (exact) .config/mise/config.toml:1\n"},
		{"package.json", "{\n \"name\": \"x\",\n \"engines\": {\n  \"node\": \">=20 <23\",\n  \"npm\": \"^10.2\"\n },\n \"packageManager\": \"pnpm@9.1.0+sha512.aa\",\n \"volta\": {\"node\": \"20.11.0\"}\n}", "node >=20 <23 (range) package.json:4\nnpm ^10.2 (range) package.json:5\npnpm 9.1.0 (exact) package.json:7\nnode 20.11.0 (exact) package.json:8\n"},
		{"rust-toolchain.toml", "[toolchain]\ncomponents = []\nchannel = \"1.97.1\"\n", "rust 1.97.1 (exact) rust-toolchain.toml:3\n"},
		{"rust-toolchain", "stable\n", "rust stable (floats) rust-toolchain:1\n"},
		{".nvmrc", "# which\nv20.11.0\n", "node v20.11.0 (exact) .nvmrc:2\n"},
		{".nvmrc", "lts/*\n", "node lts/* (floats) .nvmrc:1\n"},
		{".node-version", "20\n", "node 20 (line) .node-version:1\n"},
		{".python-version", "3.12.4\n3.11\n", "python 3.12.4 (exact) .python-version:1\n"},
		{".ruby-version", "ruby-3.3.0\n", "ruby ruby-3.3.0 (exact) .ruby-version:1\n"},
		{".java-version", "1.8\n", "java 1.8 (line) .java-version:1\n"},
		{"global.json", "{\"sdk\": {\n\"version\": \"8.0.100\"}}", "dotnet 8.0.100 (exact) global.json:2\n"},
		{"pyproject.toml", "[project]\nname = \"x\"\nrequires-python = \">=3.10,<4\"\n", "python >=3.10,<4 (range) pyproject.toml:3\n"},
		{"Cargo.toml", "[package]\nrust-version = \"1.90\"\n", "rust 1.90 (at least) Cargo.toml:2\n"},
		{"composer.json", "{\"require\": {\"php\": \"^8.2\"}}", "php ^8.2 (range) composer.json:1\n"},
		{"vendor/x/.nvmrc", "20\n", ""},
	} {
		if got := shown(read(t, c.file, c.text)); got != c.want {
			t.Errorf("%s\n%s\nis read as\n%s\nand not\n%s", c.file, c.text, got, c.want)
		}
	}
}

func TestWhatIsNotUnderstoodIsToldAndNotTaken(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{".nvmrc", "", "names no version"},
		{".nvmrc", "20\n18\n", "a second version"},
		{".nvmrc", "20\x1b[31m\n", "is no version of node"},
		{".nvmrc", "twenty\n", "is not understood"},
		{".node-version", "2" + strings.Repeat("0", 50), "is not understood"},
		{".tool-versions", "nodejs\n", "has no version"},
		{".tool-versions", "nodejs 20\nnodejs 22\n", "is there twice: line 1 counts"},
		{"mise.toml", "[tools\n", "it is no TOML"},
		{"mise.toml", "[tools]\ngo = 1.26\n", "has no version that is a text"},
		{"package.json", "{\"engines\": {\"node\": \">=20\"", "it is no JSON"},
		{"package.json", "{\"engines\": {\"node\": \"=>20\"}}", "is not understood"},
		{"package.json", "{\"packageManager\": \"\\u202enpm@1\"}", "is no name of a tool"},
		{"rust-toolchain.toml", "[toolchain]\n", "has no channel"},
		{"go.mod", "go\n", "names no version"},
		{"go.mod", "toolchain 1.26\n", "is no toolchain of Go"},
		{".github/workflows/ci.yml", "jobs: {a: [\n", ".github/workflows/ci.yml"},
	} {
		inv := read(t, c.file, c.text)
		if len(inv.Wrong) == 0 || !strings.Contains(shown(inv), c.want) {
			t.Errorf("%s %q: %s", c.file, c.text, shown(inv))
		}
	}
}

func TestTwoFilesThatNoVersionIsRightForContradictEachOther(t *testing.T) {
	for _, c := range []struct {
		files []string
		want  string
	}{
		{[]string{".nvmrc", "20.11.0", "package.json", `{"engines": {"node": ">=22"}}`}, ".nvmrc package.json"},
		{[]string{".nvmrc", "20.11.0", "package.json", `{"engines": {"node": "^20.1 || >=22"}}`}, ""},
		{[]string{".nvmrc", "20", "package.json", `{"engines": {"node": "20.x"}}`}, ""},
		{[]string{".nvmrc", "lts/*", "package.json", `{"engines": {"node": ">=22"}}`}, ""},
		{[]string{".tool-versions", "golang 1.25.1", "go.mod", "go 1.26.3"}, ".tool-versions go.mod"},
		{[]string{".tool-versions", "golang 1.26.4", "go.mod", "go 1.26.3"}, ""},
		{[]string{".nvmrc", "20", "web/package.json", `{"engines": {"node": ">=22"}}`}, ".nvmrc web/package.json"},
		{[]string{".nvmrc", "20", "web/.nvmrc", "22", "web/package.json", `{"engines": {"node": ">=22"}}`}, ""},
		{[]string{".python-version", "3.12.4", "pyproject.toml", "[project]\nrequires-python = \"~=3.11.0\""}, ".python-version pyproject.toml"},
		{[]string{".python-version", "3.12.4", "pyproject.toml", "[project]\nrequires-python = \"~=3.11\""}, ""},
		{[]string{"package.json", `{"engines": {"node": "18 - 20"}, "volta": {"node": "20.9.0"}}`}, ""},
		{[]string{"package.json", `{"engines": {"node": "18 - 20"}, "volta": {"node": "21.0.0"}}`}, "package.json package.json"},
		{[]string{".java-version", "1.8", ".tool-versions", "java temurin-8.0.412+8"}, ""},
	} {
		var got []string
		for _, x := range tool.Contradictions(read(t, c.files...).Pins) {
			got = append(got, x.A.Path, x.B.Path)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q contradict: %v", c.files, got)
		}
	}
}

func TestWorkflowsImagesAndChecksSayWhichVersionIsUsed(t *testing.T) {
	inv := read(t,
		".github/workflows/ci.yml", `jobs:
  test:
    runs-on: ubuntu-24.04
    container: {image: "golang:1.26.3-bookworm"}
    strategy:
      matrix: {node: [20, "22.1.0"]}
    services:
      db: {image: "postgres:17.2"}
    steps:
      - uses: actions/setup-node@v4
        with: {node-version: "${{ matrix.node }}"}
      - uses: actions/setup-go@0123456789012345678901234567890123456789
        with:
          go-version-file: go.mod
      - uses: dtolnay/rust-toolchain@1.97.1
      - uses: actions/setup-python@v5
        with: {python-version: "${{ inputs.python }}"}
`, "go.mod", "go 1.26.3\n",
		".gitlab-ci.yml", "image: node:20.11-alpine3.22\njob:\n  image: {name: \"registry.example.org:5000/library/python:3.12\"}\n  services: [\"redis:7.2\"]\n  script: [x]\n",
		".woodpecker.yml", "steps:\n  test:\n    image: rust\n    commands: [x]\n",
		"compose.yaml", "services:\n  db:\n    image: postgres:16\n  own:\n    image: example.org/shop:1.2\n  odd:\n    image: postgres:${PG}\n",
		"Dockerfile", "ARG GO=1.26.1\nFROM golang:${GO}-alpine3.22 AS build\nFROM build\nFROM debian:bookworm-slim\nFROM scratch\n",
		".prentice/checks/unit.md", "---\ncheck: unit\nsummary: x\nimage: ruby:3.3.0\n---\n# unit\n```sh\ntrue\n```\n")
	want := `go 1.26.3 (at least) go.mod:1
go 1.26.3-bookworm (exact) ci job test .github/workflows/ci.yml:4
debian 12 (line) ci job test .github/workflows/ci.yml:4
postgresql 17.2 (exact) ci job test .github/workflows/ci.yml:8
node 20 (line) ci job test .github/workflows/ci.yml:11
node 22.1.0 (exact) ci job test .github/workflows/ci.yml:11
go 1.26.3 (at least) ci job test .github/workflows/ci.yml:14
rust 1.97.1 (exact) ci job test .github/workflows/ci.yml:15
python ${{ inputs.python }} (floats) ci job test .github/workflows/ci.yml:17
node 20.11-alpine3.22 (line) ci all jobs .gitlab-ci.yml:1
alpine 3.22 (line) ci all jobs .gitlab-ci.yml:1
python 3.12 (line) ci job job .gitlab-ci.yml:3
redis 7.2 (line) ci job job .gitlab-ci.yml:4
rust latest (floats) ci step test .woodpecker.yml:3
go 1.26.1-alpine3.22 (exact) environment Dockerfile Dockerfile:2
alpine 3.22 (line) environment Dockerfile Dockerfile:2
debian bookworm-slim (line) environment Dockerfile Dockerfile:4
postgresql 16 (line) environment service db compose.yaml:3
ruby 3.3.0 (exact) ci check unit .prentice/checks/unit.md:1
`
	if got := shown(inv); got != want {
		t.Errorf("it is\n%s", got)
	}
}

func TestAVersionIsPastItsEndOnlyWhenThatIsKnown(t *testing.T) {
	for _, c := range []struct {
		tool, file, text string
		now              time.Time
		want             prentice.Truth
	}{
		{"node", ".nvmrc", "18.1.0", today, prentice.Fail},
		{"node", ".nvmrc", "24", today, prentice.Pass},
		{"node", ".nvmrc", "24", today.AddDate(3, 0, 0), prentice.Fail},
		{"node", ".nvmrc", "99", today, prentice.NotSeen},
		{"node", ".nvmrc", "lts/*", today, prentice.NotSeen},
		{"node", "package.json", `{"engines": {"node": ">=14"}}`, today, prentice.Pass},
		{"node", "package.json", `{"engines": {"node": ">=14 <17"}}`, today, prentice.Fail},
		{"node", "package.json", `{"engines": {"node": ">=18 <23"}}`, today, prentice.Pass},
		{"go", "go.mod", "go 1.20", today, prentice.Pass}, // a later one will do
		{"go", ".tool-versions", "golang 1.20.1", today, prentice.Fail},
		{"go", ".tool-versions", "golang 1.27.0", today, prentice.Pass},
		{"go", ".tool-versions", "golang 1.27.0", today.AddDate(0, 3, 0), prentice.NotSeen}, // no end was announced, and no one looked for long
		{"node", ".nvmrc", "24", today.AddDate(0, 3, 0), prentice.Pass},                     // a day that was announced stays known
		{"zig", ".tool-versions", "zig 0.15.1", today, prentice.NotSeen},
	} {
		inv := read(t, c.file, c.text)
		if len(inv.Pins) != 1 || inv.Pins[0].Tool != c.tool {
			t.Fatal(c, inv)
		}
		if got := tool.BuiltIn.Of(c.tool, inv.Pins[0].Wish, c.now); got.Truth != c.want {
			t.Errorf("%s %s: %+v", c.file, c.text, got)
		}
	}
}

func TestAFileOfEndsWithAMistakeIsRefused(t *testing.T) {
	good := "as_of: 2026-08-30\ntools:\n  zig: {source: \"https://ziglang.org\", read: 2026-08-30, ends: {\"0.15\": none}}\n"
	if _, err := tool.ReadEnds([]byte(good), today); err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{"2026-08-30\ntools": "2027-08-30\ntools", "none": "soon", `"0.15"`: "newest", "https": "http", "read": "red", "as_of: 2026-08-30": "#"} {
		if _, err := tool.ReadEnds([]byte(strings.Replace(good, from, to, 1)), today); prentice.KindOf(err) != prentice.Invalid || prentice.HintOf(err) == "" {
			t.Errorf("%s for %s: %v", to, from, err)
		}
	}
}

func locked(method tool.Method, by, archive string) tool.Locked {
	return tool.Locked{Tool: "go", Version: "1.26.3", Platform: "linux/amd64", Program: "go", Digest: "sha256:" + strings.Repeat("a", 64), Verified: method, By: by, Archive: archive, Day: today}
}

func TestALockProvesWhatWasVerifiedAndNothingMore(t *testing.T) {
	sum := "sha256:" + strings.Repeat("b", 64)
	for _, c := range []struct {
		l        tool.Locked
		verified bool
		whole    bool // it may stand in a lock
	}{
		{locked(tool.Checksum, "SHASUMS256.txt", sum), true, true},
		{locked(tool.Checksum, "SHASUMS256.txt", ""), false, false},
		{locked(tool.Checksum, "", sum), false, false},
		{locked(tool.Package, "golang-go 1.26.3", ""), true, true},
		{locked(tool.SumDB, "", ""), false, false},
		{locked(tool.Seen, "", ""), false, true},
		{locked(tool.Seen, "SHASUMS256.txt", sum), false, true},
		{locked("signature", "someone", sum), false, false},
		{locked("", "someone", sum), false, false},
	} {
		if c.l.IsVerified() != c.verified || strings.Contains(c.l.Says(), "no one verified") == c.verified {
			t.Errorf("%+v: %v, %s", c.l, c.l.IsVerified(), c.l.Says())
		}
		_, err := tool.ReadLock(tool.Lock{Tools: []tool.Locked{c.l}}.Text())
		if (err == nil) != c.whole {
			t.Errorf("%+v: %v", c.l, err)
		}
	}
}

func TestALockIsReadStrictlyAndWrittenAlike(t *testing.T) {
	one := locked(tool.Seen, "", "")
	text := string(tool.Lock{Tools: []tool.Locked{one}}.Text())
	l, err := tool.ReadLock([]byte(text))
	if err != nil || string(l.Text()) != text {
		t.Fatal(err, string(l.Text()))
	}
	for from, to := range map[string]string{`"format": 1`: `"format": 2`, "linux/amd64": "everywhere", "sha256:aaa": "sha256:zaa", `"program": "go"`: `"program": "../go"`, `"tool": "go"`: `"tool": "go", "Tool": "node"`, `"seen"`: `"surely"`} {
		if _, err := tool.ReadLock([]byte(strings.Replace(text, from, to, 1))); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%s: %v", to, err)
		}
	}
	if _, err := tool.ReadLock(tool.Lock{Tools: []tool.Locked{one, one}}.Text()); err == nil {
		t.Error("a tool is locked twice on one platform")
	}
}

func TestALockIsComparedOnlyWhereItNamesThePlatform(t *testing.T) {
	l := tool.Lock{Tools: []tool.Locked{locked(tool.Package, "golang 1", "")}}
	is := tool.Found{Tool: "go", Version: "1.26.3", Digest: l.Tools[0].Digest}
	for _, c := range []struct {
		on, version, digest string
		here                bool
		want                prentice.Truth
		verified            bool
	}{
		{"linux/amd64", is.Version, is.Digest, true, prentice.Pass, true},
		{"linux/amd64", is.Version, "sha256:other", true, prentice.Fail, true},
		{"linux/amd64", "1.25.0", "sha256:other", true, prentice.NotSeen, true},
		{"linux/amd64", "", "", false, prentice.NotSeen, true},
		{"linux/arm64", is.Version, is.Digest, true, prentice.NotSeen, false},
	} {
		fits := l.Check(c.on, func(string) (tool.Found, bool) {
			return tool.Found{Tool: "go", Version: c.version, Digest: c.digest}, c.here
		})
		if len(fits) != 1 || fits[0].Truth != c.want || fits[0].Verified != c.verified {
			t.Errorf("%+v: %+v", c, fits)
		}
	}
}

func FuzzOf(f *testing.F) {
	for _, name := range []string{"go.mod", ".tool-versions", "mise.toml", "package.json", "rust-toolchain", ".nvmrc", ".github/workflows/a.yml", ".gitlab-ci.yml", "compose.yaml", "Dockerfile"} {
		f.Add(name, "go 1.26\nnodejs 20\n{\"engines\": {\"node\": \"^20 || 22\"}}")
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		inv, err := tool.Of(t.Context(), tree(name, text))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range inv.Pins {
			if p.Line < 1 || strings.ContainsFunc(p.Tool+p.Wish.Text, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("%+v", p)
			}
			tool.BuiltIn.Of(p.Tool, p.Wish, today)
		}
		for _, w := range inv.Wrong {
			if strings.Contains(w.Says, "broken") {
				t.Error(w)
			}
		}
		tool.Contradictions(inv.Pins)
	})
}
