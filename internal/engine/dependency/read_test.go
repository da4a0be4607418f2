package dependency_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"prentice/internal/engine/check"
	"prentice/internal/engine/dependency"
)

func inventory(t *testing.T, files map[string]string) dependency.Inventory {
	t.Helper()
	inv, err := dependency.Of(context.Background(), check.Example{Files: files}.Tree())
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// short is a dependency in one line.
func short(d dependency.Dependency) string {
	s := d.Ecosystem + " " + d.Name + " " + d.Version
	if d.Direct {
		s += " direct"
	}
	if d.Dev {
		s += " dev"
	}
	if d.Licence != "" {
		s += " " + d.Licence
	}
	if d.Source != "" {
		s += " of " + d.Source + " " + d.SourceVersion
	}
	if !d.Released.IsZero() {
		s += " " + d.Released.Format("2006-01-02")
	}
	return strings.TrimSpace(fmt.Sprintf("%s :%d", s, d.Places[0].Line))
}

func TestEachLockFileNamesItsDependencies(t *testing.T) {
	for _, c := range []struct{ says, path, text, want string }{
		{"a go.mod, with what replaces and the toolchain", "go.mod", `module example.com/shop

go 1.26
toolchain go1.26.3

require golang.org/x/net v0.17.0 // a comment
require (
	github.com/a/b v1.2.3+incompatible // indirect
	"example.com/here" v1.0.0
	example.com/fork v1.0.0
)
replace example.com/here => ./here
replace example.com/fork v1.0.0 => example.com/our/fork v1.0.1
replace (
	example.com/none => ../none
)
`, "Go example.com/our/fork v1.0.1 direct :10|Go github.com/a/b v1.2.3+incompatible :8|Go golang.org/x/net v0.17.0 direct :6|Go stdlib 1.26.3 direct :4"},
		{"a lock of npm of today", "web/package-lock.json", `{
  "lockfileVersion": 3,
  "packages": {
    "": {"dependencies": {"@a/b": "^1.0.0", "local": "file:local"}},
    "node_modules/@a/b": {
      "version": "1.2.0", "license": "MIT", "integrity": "sha512-x"
    },
    "node_modules/@a/b/node_modules/c": {
      "version": "2.0.0", "dev": true
    },
    "node_modules/alias": {
      "name": "real", "version": "3.0.0"
    },
    "node_modules/local": {"resolved": "local", "link": true},
    "local": {"version": "0.0.1"}
  }
}`, "npm @a/b 1.2.0 direct MIT :5|npm c 2.0.0 dev :8|npm real 3.0.0 :11"},
		{"a lock of npm of its first version", "package-lock.json", `{
  "lockfileVersion": 1,
  "dependencies": {
    "a": {
      "version": "1.0.0",
      "dependencies": {
        "b": {
          "version": "2.0.0", "dev": true
        }
      }
    },
    "c": { "version": "git+https://example.com/c.git#1" },
    "d": { "version": "npm:e@4.0.0" }
  }
}`, "npm a 1.0.0 :4|npm b 2.0.0 dev :7|npm c  :12|npm e 4.0.0 :13"},
		{"a lock of yarn 1", "yarn.lock", `# yarn lockfile v1


"@a/b@^1.0.0", "@a/b@^1.1.0":
  version "1.2.0"
  resolved "https://registry.yarnpkg.com/x"
  dependencies:
    version "9.9.9"

c@^2:
  version "2.0.1"
`, "npm @a/b 1.2.0 :4|npm c 2.0.1 :10"},
		{"a lock of a later yarn", "yarn.lock", `__metadata:
  version: 8

"@a/b@npm:^1.0.0":
  version: 1.2.0
  resolution: "@a/b@npm:1.2.0"
  checksum: 10c0/x

"shop@workspace:.":
  version: 0.0.0-use.local
  resolution: "shop@workspace:."
`, "npm @a/b 1.2.0 :4"},
		{"a lock of pnpm 9", "pnpm-lock.yaml", `lockfileVersion: '9.0'

importers:
  .:
    dependencies:
      a:
        specifier: ^1

packages:

  '@a/b@1.2.0':
    resolution: {integrity: sha512-x}

  c@2.0.0(d@1.0.0):
    resolution: {integrity: sha512-y}

snapshots:

  c@2.0.0: {}
`, "npm @a/b 1.2.0 :11|npm c 2.0.0 :14"},
		{"a lock of pnpm 5 and 6", "pnpm-lock.yaml", "lockfileVersion: 5.4\n\npackages:\n\n  /@a/b/1.2.0_react@1:\n    dev: true\n\n  /c@2.0.0(x@1):\n    dev: false\n", "npm @a/b 1.2.0 dev :5|npm c 2.0.0 :8"},
		{"requirements of pip", "requirements-dev.txt", "# comment\n-r other.txt\nFlask_Thing[async]==3.0.3 ; python_version > '3' --hash=sha256:x\nopen>=2\nhttps://example.com/x.whl\nstar==1.*\n", "PyPI flask-thing 3.0.3 direct :3|PyPI open  direct :4|PyPI star  direct :6"},
		{"a lock of poetry", "poetry.lock", "[[package]]\nname = \"Flask\"\nversion = \"3.0.3\"\n\n[package.dependencies]\nversion = \"1\"\n\n[metadata]\nname = \"x\"\n", "PyPI flask 3.0.3 :1"},
		{"a lock of uv", "uv.lock", "version = 1\n\n[[package]]\nname = \"shop\"\nversion = \"0.1.0\"\nsource = { editable = \".\" }\n\n[[package]]\nname = \"idna\"\nversion = \"3.10\"\nsource = { registry = \"https://pypi.org/simple\" }\nwheels = [\n    { url = \"https://x\", upload-time = \"2024-09-15T18:07:37.964Z\" },\n]\n", "PyPI idna 3.10 2024-09-15 :8"},
		{"a lock of Cargo", "Cargo.lock", "version = 4\n\n[[package]]\nname = \"shop\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.200\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"x\"\n\n[[package]]\nname = \"fork\"\nversion = \"1.0.0\"\nsource = \"git+https://example.com/fork#1\"\n", "crates.io fork  :13|crates.io serde 1.0.200 :7"},
		{"a pom.xml, as far as it says", "pom.xml", `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <groupId>org.shop</groupId><version>1.0</version>
  <properties><spring.version>5.3.1</spring.version></properties>
  <dependencyManagement><dependencies><dependency><groupId>a</groupId><artifactId>managed</artifactId><version>2.0</version></dependency></dependencies></dependencyManagement>
  <dependencies>
    <dependency><groupId>org.spring</groupId><artifactId>core</artifactId><version>${spring.version}</version></dependency>
    <dependency><groupId>a</groupId><artifactId>managed</artifactId></dependency>
    <dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>[4,5)</version><scope>test</scope></dependency>
    <dependency><groupId>${project.groupId}</groupId><artifactId>own</artifactId><version>${project.version}</version></dependency>
  </dependencies>
</project>`, "Maven a:managed 2.0 direct :4|Maven junit:junit  direct dev :8|Maven org.shop:own 1.0 direct :9|Maven org.spring:core 5.3.1 direct :6"},
	} {
		var got []string
		inv := inventory(t, map[string]string{c.path: c.text})
		for _, d := range inv.Dependencies {
			got = append(got, short(d))
		}
		if s := strings.Join(got, "|"); s != c.want || len(inv.Unread) > 0 {
			t.Errorf("%s:\nwant %s\ngot  %s\nunread %v", c.says, c.want, s, inv.Unread)
		}
	}
}

func TestPackagesOfASystemAreThoseOfItsRelease(t *testing.T) {
	inv := inventory(t, map[string]string{
		"image/etc/os-release":                  "ID=debian\nVERSION_ID=\"12\"\n",
		"image/var/lib/dpkg/status":             "Package: libssl3\nStatus: install ok installed\nSource: openssl (3.0.11-1~deb12u2)\nVersion: 3.0.11-1~deb12u2+b1\nDescription: x\n more\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: tar\nStatus: install ok installed\nVersion: 1.34+dfsg-1.2\n",
		"small/usr/lib/os-release":              "ID=alpine\nVERSION_ID=3.20.3\n",
		"small/lib/apk/db/installed":            "C:Q1x\nP:libcrypto3\nV:3.3.2-r0\nL:Apache-2.0\no:openssl\n\nP:musl\nV:1.2.5-r0\nL:MIT\n",
		"unknown/var/lib/dpkg/status":           "Package: a\nVersion: 1\n",
		"distroless/etc/os-release":             "ID=debian\nVERSION_ID=\"12\"\n",
		"distroless/var/lib/dpkg/status.d/base": "Package: base-files\nVersion: 12.4+deb12u5\n",
	})
	var got []string
	for _, d := range inv.Dependencies {
		got = append(got, short(d))
	}
	want := "Alpine:v3.20 libcrypto3 3.3.2-r0 Apache-2.0 of openssl  :1|Alpine:v3.20 musl 1.2.5-r0 MIT :7|Debian:12 base-files 12.4+deb12u5 :1|Debian:12 libssl3 3.0.11-1~deb12u2+b1 of openssl 3.0.11-1~deb12u2 :1|Debian:12 tar 1.34+dfsg-1.2 :12"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("want %s\ngot  %s", want, s)
	}
	if len(inv.Unread) != 1 || !strings.Contains(inv.Unread[0].Why, "os-release") {
		t.Errorf("of a system that does not say what it is, this is said: %v", inv.Unread)
	}
}

func TestWhatOthersWroteIsNotWhatARepositoryIsBuiltFrom(t *testing.T) {
	const mod = "module a\n\nrequire example.org/b v1.0.0\n"
	inv := inventory(t, map[string]string{"testdata/go.mod": mod, "a/node_modules/x/package-lock.json": "{", "vendor/a/go.mod": mod, "link/go.mod": "link:../go.mod"})
	if len(inv.Dependencies)+len(inv.Unread) > 0 {
		t.Errorf("read: %v %v", inv.Dependencies, inv.Unread)
	}
}

func TestOneDependencyOfTwoFilesHasTwoPlaces(t *testing.T) {
	inv := inventory(t, map[string]string{"a/go.mod": "module a\nrequire example.org/b v1.0.0 // indirect\n", "b/go.mod": "module b\n\nrequire example.org/b v1.0.0\n"})
	if len(inv.Dependencies) != 1 || len(inv.Dependencies[0].Places) != 2 || !inv.Dependencies[0].Direct {
		t.Errorf("got %+v", inv.Dependencies)
	}
}

func TestAFileThatIsNotUnderstoodIsUnreadAndNeverEmpty(t *testing.T) {
	deep := strings.Repeat(`{"dependencies":{"a":`, 20_000)
	for name, text := range map[string]string{
		"go.mod":                "module a\nrequire example.org/b\n",
		"package-lock.json":     "{",
		"a/package-lock.json":   deep,
		"b/package-lock.json":   `{"packages": {"node_modules/a": {}}}`,
		"c/package-lock.json":   `{"packages": {"node_modules/a": {"version": "1\u001b[2J"}}}`,
		"d/package-lock.json":   `{"packages": {"node_modules/` + strings.Repeat("a", 400) + `": {"version": "1"}}}`,
		"yarn.lock":             "a@1:\n  version \"1\"\n",
		"b/yarn.lock":           "# yarn lockfile v1\na@1:\n  resolved \"x\"\n",
		"pnpm-lock.yaml":        "a: &a [x]\n",
		"b/pnpm-lock.yaml":      "lockfileVersion: 9\npackages:\n  nothing:\n    a: b\n",
		"requirements.txt":      "=1.0\n",
		"poetry.lock":           "[[package]]\nversion = \"1\"\n",
		"uv.lock":               "[[package]]\nname = \"a\"\nname = \"b\"\nversion = \"1\"\n",
		"pom.xml":               "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><project>&b;</project>",
		"b/pom.xml":             "<html></html>",
		"Gemfile.lock":          "GEM\n",
		"x/var/lib/dpkg/status": "Package: a\nVersion: 1\n",
	} {
		inv := inventory(t, map[string]string{name: text})
		if len(inv.Unread) != 1 || len(inv.Dependencies) != 0 {
			t.Errorf("%s: unread %v, dependencies %v", name, inv.Unread, inv.Dependencies)
		}
	}
}

func TestAPackageURLNamesADependency(t *testing.T) {
	for want, d := range map[string]dependency.Dependency{
		"pkg:golang/golang.org/x/net@v0.17.0":                 {Ecosystem: "Go", Name: "golang.org/x/net", Version: "v0.17.0"},
		"pkg:npm/%40a/b@1.0.0":                                {Ecosystem: "npm", Name: "@a/b", Version: "1.0.0"},
		"pkg:maven/org.a/b@1.0":                               {Ecosystem: "Maven", Name: "org.a:b", Version: "1.0"},
		"pkg:deb/debian/tar@1.34%2Bdfsg-1.2?distro=debian-12": {Ecosystem: "Debian:12", Name: "tar", Version: "1.34+dfsg-1.2"},
		"pkg:apk/alpine/musl@1.2.5-r0?distro=alpine-3.20":     {Ecosystem: "Alpine:v3.20", Name: "musl", Version: "1.2.5-r0"},
		"pkg:pypi/flask":                                      {Ecosystem: "PyPI", Name: "flask"},
	} {
		if got := d.PURL(); got != want {
			t.Errorf("want %s, got %s", want, got)
		}
	}
}

func TestAPolicySaysWhatIsAskedAndIsReadStrictly(t *testing.T) {
	p, problems := dependency.ReadPolicy([]byte("advisories: {oldest: 30d, required: true}\nlicences: {allowed: [MIT, Apache-2.0]}\nrelease_age: 7d\n"))
	if len(problems) > 0 || p.Oldest.Hours() != 720 || !p.Required || !slices.Equal(p.Allowed, []string{"MIT", "Apache-2.0"}) || p.Youngest.Hours() != 168 {
		t.Errorf("%+v %v", p, problems)
	}
	for _, text := range []string{"licenses: {allowed: [MIT]}\n", "release_age: soon\n", "release_age: -1d\n", "advisories: {oldest: 0s}\n", "licences: {}\n", "licences: {allowed: [MIT OR Apache-2.0]}\n", "advisories: {required: maybe}\n",
		"agreed: {by: []}\n", "agreed: {by: [platform]}\n", "agreed: {to: [{name: a, by: group/a}]}\n", "agreed: {to: [{name: a, of: Go}]}\n", "agreed: {to: [{name: '*', of: Go, by: group/a}]}\n", "agreed: {to: [{name: 'a*b', of: Go, by: group/a}]}\n", "agreed: {to: [{name: a, of: go, by: group/a}]}\n"} {
		if _, problems := dependency.ReadPolicy([]byte(text)); len(problems) == 0 {
			t.Errorf("%q is read", text)
		}
	}
}
