package checkrun_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"prentice"
	"prentice/internal/adapter/checkrun"
	"prentice/internal/kit/needtest"
)

// packages is a host that has one package for each of three programs, in the form that
// each of them asks for.
type packages struct {
	at    string // host:port
	port  string
	asked atomic.Int64
}

func newPackages(t *testing.T) *packages {
	t.Helper()
	p := &packages{}
	mux := http.NewServeMux()
	serve := func(path string, body []byte) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { p.asked.Add(1); w.Write(body) })
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	_, p.port, _ = net.SplitHostPort(s.Listener.Addr().String())
	p.at = "packages.example:" + p.port
	serve("/go/example.org/dep/@v/list", []byte("v1.0.0\n"))
	serve("/go/example.org/dep/@v/v1.0.0.info", []byte(`{"Version":"v1.0.0"}`))
	serve("/go/example.org/dep/@v/v1.0.0.mod", []byte("module example.org/dep\n"))
	serve("/go/example.org/dep/@v/v1.0.0.zip", zipped(t, map[string]string{"example.org/dep@v1.0.0/go.mod": "module example.org/dep\n", "example.org/dep@v1.0.0/dep.go": "package dep\n\nconst Says = \"hello\"\n"}))
	serve("/npm/dep", fmt.Appendf(nil, `{"name":"dep","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"name":"dep","version":"1.0.0","dist":{"tarball":"http://%s/npm/dep.tgz"}}}}`, p.at))
	serve("/npm/dep.tgz", packed(t, map[string]string{"package/package.json": `{"name":"dep","version":"1.0.0"}`, "package/index.js": "console.log('hello')\n"}))
	serve("/simple/dep/", []byte(`<a href="/dep-1.0-py3-none-any.whl">dep-1.0-py3-none-any.whl</a>`))
	serve("/dep-1.0-py3-none-any.whl", zipped(t, map[string]string{"dep.py": "print('hello')\n", "dep-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: dep\nVersion: 1.0\n", "dep-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n", "dep-1.0.dist-info/RECORD": ""}))
	return p
}

func zipped(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(text))
	}
	z.Close()
	return b.Bytes()
}

func packed(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	g := gzip.NewWriter(&b)
	p := tar.NewWriter(g)
	for name, text := range files {
		if err := p.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		p.Write([]byte(text))
	}
	p.Close()
	g.Close()
	return b.Bytes()
}

// online is a repository whose checks find every host on loopback.
func online(t *testing.T) *repository {
	r := newRepository(t)
	r.desk.Resolve = func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	return r
}

// names is the front matter by which a check reaches the packages.
func (p *packages) names() string {
	return "network: [\"" + p.at + "\", \"127.0.0.1:" + p.port + "\"]\n"
}

func TestProgramsDownloadWhatTheyNeedFromTheHostsThatACheckNames(t *testing.T) {
	for _, c := range []struct{ program, script string }{
		{"go", "export GOPROXY=http://AT/go GONOSUMDB='*' GOFLAGS=-mod=mod\ngo mod download example.org/dep\ngo run ."},
		{"npm", "npm install --registry http://AT/npm --no-audit --no-fund dep@1.0.0\nnode -e \"require('dep')\""},
		{"pip", "python3 -m pip download --disable-pip-version-check --index-url http://AT/simple --trusted-host packages.example dep\ntest -e dep-1.0-py3-none-any.whl\necho hello"},
		{"curl", "curl -fsS http://AT/simple/dep/ >/dev/null\necho hello"},
	} {
		if _, err := exec.LookPath(c.program); err != nil && (c.program == "npm" || c.program == "pip") {
			continue // tried where it is: go and curl are everywhere
		}
		t.Run(c.program, func(t *testing.T) {
			needtest.Program(t, c.program)
			r, p := online(t), newPackages(t)
			r.files["go.mod"], r.files["main.go"] = "module example.org/own\n\nrequire example.org/dep v1.0.0\n", "package main\n\nimport \"example.org/dep\"\n\nfunc main() { println(dep.Says) }\n"
			o := r.has("a", p.names(), strings.ReplaceAll(c.script, "AT", p.at)).one("a")
			log, err := checkrun.Log(r.keep, "a")
			if err != nil || o.Truth != prentice.Pass || !strings.Contains(o.Reason, ", over the network from "+p.at) || p.asked.Load() == 0 {
				t.Fatalf("%+v %v\n%s", o, err, log.Text)
			}
			if !strings.Contains(log.Text, "hello\n") || !strings.Contains(log.Text, "── Network\nreached "+p.at+", ") {
				t.Errorf("%s", log.Text)
			}
		})
	}
}

func TestWhatACheckDoesNotNameIsRefusedAndSaid(t *testing.T) {
	r, p := online(t), newPackages(t)
	r.has("a", "network: [\"other.example:"+p.port+"\"]\n", "curl -fsS http://"+p.at+"/simple/dep/").
		has("passes", "network: [\"other.example:"+p.port+"\"]\n", "curl -fsS http://"+p.at+"/simple/dep/ || true").
		has("private", "network: [\""+p.at+"\"]\n", "curl -fsS http://"+p.at+"/simple/dep/").
		has("silent", "network: [\""+p.at+"\"]\n", "true")
	by := r.judged(t.Context())
	if p.asked.Load() != 0 {
		t.Fatal("the host was asked")
	}
	a := by["a"]
	if a.Truth != prentice.Fail || len(a.Findings) != 2 || !strings.Contains(a.Reason, ", refused "+p.at) || a.Findings[0].Line != 4 || a.Findings[0].Says != "it asked for "+p.at+", and was refused: it is not named" ||
		!strings.Contains(a.Findings[0].Remedy, "write network: [other.example:"+p.port+", "+p.at+"]") {
		t.Errorf("%+v", a)
	}
	if log, err := checkrun.Log(r.keep, "a"); err != nil || !strings.Contains(log.Text, "── Network\nrefused "+p.at+", once: it is not named\nto let it through, if the check needs it, write network: [other.example:"+p.port+", "+p.at+"]\n") {
		t.Errorf("%s %v", log.Text, err)
	}
	if o := by["passes"]; o.Truth != prentice.Pass || !strings.Contains(o.Reason, ", refused "+p.at) {
		t.Errorf("%+v", o)
	}
	if o := by["private"]; o.Truth != prentice.Fail || len(o.Findings) != 2 || !strings.Contains(o.Findings[0].Says, "127.0.0.1 is an address of a network of its own, which must be named as well: 127.0.0.1:"+p.port) {
		t.Errorf("%+v", o)
	}
	if log, _ := checkrun.Log(r.keep, "silent"); by["silent"].Truth != prentice.Pass || log.Text != "── Step\n── Network\nnothing was asked for\n" {
		t.Errorf("%+v %s", by["silent"], log.Text)
	}
}

func TestAHostThatDoesNotAnswerSaysNothingOfTheRepository(t *testing.T) {
	r := online(t)
	r.desk.Resolve = func(_ context.Context, host string) ([]netip.Addr, error) {
		if host == "silent.example" {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		}
		return nil, &net.DNSError{Err: "no such host", Name: host}
	}
	r.has("gone", "network: [gone.example]\n", "curl -fsS http://gone.example").
		has("silent", "network: [\"silent.example:1\", \"127.0.0.1:1\"]\n", "curl -fsS http://silent.example:1").
		has("spared", "network: [gone.example]\n", "curl -fsS http://gone.example || true")
	by := r.judged(t.Context())
	for name, want := range map[string]string{"gone": "it was to reach gone.example:80, which does not answer from here", "silent": "it was to reach silent.example:1, which"} {
		if o := by[name]; o.Truth != prentice.NotSeen || !strings.HasPrefix(o.Reason, want) {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if o := by["spared"]; o.Truth != prentice.Pass {
		t.Errorf("%+v", o)
	}
}

func TestAServerRefusesItsOwnMachineWhateverACheckNames(t *testing.T) {
	r, p := online(t), newPackages(t)
	r.desk.Apart = true
	o := r.has("a", p.names(), "curl -fsS http://"+p.at+"/simple/dep/").one("a")
	if o.Truth != prentice.Fail || p.asked.Load() != 0 || !strings.Contains(fmt.Sprint(o.Findings), "127.0.0.1 is this machine") {
		t.Errorf("%+v", o)
	}
}

func TestACheckThatReachesHostsIsLentNothingThatWasDownloadedForOthers(t *testing.T) {
	needtest.Program(t, "go")
	r, p := online(t), newPackages(t)
	mods := t.TempDir()
	t.Setenv("GOMODCACHE", mods)
	look := "ls -d ~/go/pkg/mod/cache/download/private.example ~/go/pkg/mod/private.example@v1 2>/dev/null | grep -q . && echo lent\ntrue"
	write(t, mods+"/cache/download/private.example/a.zip", "private")
	write(t, mods+"/private.example@v1/a.go", "private")
	r.has("near", "", look).has("far", p.names(), look)
	by := r.judged(t.Context())
	for name, want := range map[string]bool{"near": true, "far": false} {
		if log, err := checkrun.Log(r.keep, name); err != nil || by[name].Truth != prentice.Pass || strings.Contains(log.Text, "lent") != want {
			t.Errorf("%s: %+v %s", name, by[name], log.Text)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
