package envcontainer

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/container/containertest"
)

// meeting is a program that needs no library, as the program of a release does.
func meeting(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "meeting")
	c := exec.Command("go", "build", "-o", program, "./testdata/meeting")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

func TestAnImageIsBuiltFromTheTreeOnceAndAlone(t *testing.T) {
	w := newWorld(t)
	tree := fstest.MapFS{
		"app/Dockerfile":    {Data: []byte("FROM localhost/tools:1\nARG GREETING=none\nWORKDIR /srv\nCOPY . /srv/\nRUN --mount=type=cache,target=/cache \\\n  echo $GREETING > greeting && ls /sys/class/net > networks\nCMD [\"httpd\", \"-f\", \"-p\", \"8080\", \"-h\", \"/srv\"]\n")},
		"app/page":          {Data: []byte("hello")},
		"app/secret.env":    {Data: []byte("hidden")},
		"app/.dockerignore": {Data: []byte("*.env\n")},
		"elsewhere":         {Data: []byte("outside of the context")},
	}
	web := environment.Service{Name: "web", Build: &environment.Build{Context: "app", Args: map[string]string{"GREETING": "hi"}}}
	for i, id := range []string{"one", "two"} {
		s := environment.Spec{ID: id, Tree: tree, Services: []environment.Service{web}}
		var said bytes.Buffer
		if err := w.Prepare(t.Context(), s, &said); err != nil {
			t.Fatalf("%v\n%s", err, said.String())
		}
		if again := strings.Contains(said.String(), "was built before"); again != (i == 1) {
			t.Errorf("%s: %s", id, said.String())
		}
		if err := w.Start(t.Context(), s, "web"); err != nil {
			t.Fatal(err)
		}
		if got := w.in(id, "web", "cd /srv; cat page greeting networks; ls"); got != "hellohi\nlo\nDockerfile\ngreeting\nnetworks\npage\n[0]" {
			t.Errorf("%q", got)
		}
	}
	for _, id := range []string{"one", "two"} {
		if err := w.Remove(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if left := w.left(); len(left) > 0 {
		t.Error(left)
	}
	if kept := must(w.engine.Tags(t.Context(), w.repository())); len(kept) != 1 {
		t.Error(kept)
	}
	bad := tree
	bad["app/Dockerfile"] = &fstest.MapFile{Data: []byte("FROM localhost/tools:1\nRUN echo told; exit 3\n")}
	var said bytes.Buffer
	if err := w.Prepare(t.Context(), environment.Spec{ID: "bad", Tree: bad, Services: []environment.Service{web}}, &said); prentice.KindOf(err) != prentice.Refused || !strings.Contains(said.String(), "told") {
		t.Error(err, said.String())
	}
	if err := w.Remove(t.Context(), "bad"); err != nil {
		t.Fatal(err)
	}
	if kept := must(w.engine.Tags(t.Context(), w.repository())); len(kept) != 1 {
		t.Error(kept)
	}
}

func TestABuildReachesTheHostsThatAreNamedAndNothingElse(t *testing.T) {
	w := newWorld(t)
	w.here, w.program = true, meeting(t)
	answering := func(text string) (string, *atomic.Int64) {
		asked := &atomic.Int64{}
		l, err := net.Listen("tcp", ":0") // at each address of the machine, as of a careless program
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			rw.Write([]byte(text + "\n"))
		})}
		go server.Serve(l)
		t.Cleanup(func() { server.Close() })
		return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), asked
	}
	named, asked := answering("of the host that is named")
	other, never := answering("of another")
	var straight strings.Builder
	addresses, _ := net.InterfaceAddrs()
	for _, a := range addresses {
		if ip := a.(*net.IPNet).IP; ip.To4() != nil {
			fmt.Fprintf(&straight, "RUN ! nc -w 1 %s %s </dev/null && ! nc -w 1 %s %s </dev/null\n", ip, named, ip, other)
		}
	}
	tree := fstest.MapFS{"Dockerfile": {Data: []byte("FROM localhost/tools:1\nRUN wget -q -O /got http://127.0.0.1:" + named + "/\n" +
		"RUN ls /sys/class/net >/networks; ! wget -q -O /dev/null http://127.0.0.1:" + other + "/ && ! wget -q -O /dev/null http://169.254.169.254/ && ! nc -w 1 169.254.169.254 80 </dev/null\n" +
		straight.String() + "CMD [\"sleep\", \"1000\"]\n")}}
	s := environment.Spec{ID: "reaches", Tree: tree, Hosts: []string{"127.0.0.1:" + named}, Services: []environment.Service{{Name: "web", Build: &environment.Build{
		Context: ".", Args: map[string]string{"no_proxy": "none.example"}}}}}
	var said bytes.Buffer
	if err := w.Prepare(t.Context(), s, &said); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	for _, line := range []string{"reached 127.0.0.1:" + named, "refused 127.0.0.1:" + other, "refused 169.254.169.254:80"} {
		if !strings.Contains(said.String(), line) {
			t.Errorf("it is not told: %s\n%s", line, said.String())
		}
	}
	if asked.Load() != 1 || never.Load() != 0 {
		t.Errorf("the host that is named was asked %d times, and the other %d", asked.Load(), never.Load())
	}
	if err := w.Start(t.Context(), s, "web"); err != nil {
		t.Fatal(err)
	}
	if got := w.in("reaches", "web", "cat /got /networks"); got != "of the host that is named\nlo\n[0]" {
		t.Errorf("%q", got)
	}
	i := must(w.Backend.engine.Image(t.Context(), w.pin("reaches", "web")))
	if kept := strings.Join(i.Config.Env, " "); strings.Contains(strings.ToLower(kept), "proxy") {
		t.Errorf("the image keeps the proxy of its build: %s", kept)
	}
	// The same without hosts is another image, and reaches nothing.
	s.ID, s.Hosts = "alone", nil
	if err := w.Prepare(t.Context(), s, &said); prentice.KindOf(err) != prentice.Refused || asked.Load() != 1 {
		t.Errorf("%v, asked %d times", err, asked.Load())
	}
}

// overlooks stands in front of an engine, and takes out of what it is asked the network of a build.
func overlooks(t *testing.T, e *containertest.Engine) {
	dir, err := os.MkdirTemp("/tmp", "pr-")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", dir+"/s")
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Transport: &http.Transport{DialContext: e.Dial}, Rewrite: func(r *httputil.ProxyRequest) {
		to := r.Out.URL
		to.Scheme, to.Host = "http", "engine"
		if q := to.Query(); strings.HasSuffix(to.Path, "/build") {
			q.Set("nsoptions", `[{"Name":"network","Host":false,"Path":""}]`)
			to.RawQuery = q.Encode()
		}
	}}
	server := &http.Server{Handler: proxy}
	go server.Serve(l)
	t.Cleanup(func() { server.Close(); os.RemoveAll(dir) })
	t.Setenv("DOCKER_HOST", "unix://"+dir+"/s")
}

func TestAnEngineThatOverlooksTheNetworkOfABuildBuildsNothingWithHosts(t *testing.T) {
	e := containertest.Podman(t)
	e.Image("localhost/tools:1", containertest.Made{})
	overlooks(t, e)
	b := newBackend(t, e, own)
	b.program = meeting(t)
	s := environment.Spec{ID: "open", Hosts: []string{"example.com"}, Tree: fstest.MapFS{"Dockerfile": {Data: []byte("FROM localhost/tools:1\nRUN echo performed\n")}},
		Services: []environment.Service{{Name: "web", Build: &environment.Build{Context: "."}}}}
	var said bytes.Buffer
	err := b.Prepare(t.Context(), s, &said)
	if prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(err.Error(), "was not seen to build") || strings.Contains(said.String(), "performed") {
		t.Errorf("%v\n%s", err, said.String())
	}
	if kept := must(b.engine.Tags(t.Context(), b.repository())); len(kept) != 0 {
		t.Errorf("it leaves %v", kept)
	}
	s.ID, s.Hosts = "shut", nil
	if err := b.Prepare(t.Context(), s, &said); err != nil || !strings.Contains(said.String(), "performed") {
		t.Errorf("%v\n%s", err, said.String())
	}
}

func TestADockerfileBringsNothingFromWhereTheMachineStands(t *testing.T) {
	for text, want := range map[string]string{
		"FROM a\nCOPY a b":                                              "",
		"FROM a\nADD a.tar /b":                                          "",
		"FROM a\nADD http://169.254.169.254/ /b":                        "ADD brings",
		"FROM a\n  add \\\n  --chown=1 \\\n https://x/ /b":              "ADD brings",
		"FROM a\nARG X=http://localhost\nADD $X /b":                     "ADD brings",
		"FROM a\nADD git@github.com:a/b.git /b":                         "ADD brings",
		"FROM a\nONBUILD ADD http://a /b":                               "ADD brings",
		"FROM a\nRUN echo \\\nADD http://a /b":                          "ADD brings", // too much, and harmless
		"FROM 10.0.0.1/x":                                               "no registry",
		"FROM --platform=linux/amd64 localhost:5000/x AS y":             "no registry",
		"FROM a\nCOPY --from=169.254.169.254:80/x / /":                  "no registry",
		"# escape=`\nFROM a":                                            "escape",
		"FROM a\nRUN --network=host true":                               "not given",
		"FROM a\nRUN --security=insecure true":                          "not given",
		"FROM a\nRUN --mount=type=secret,id=x cat /run/x":               "no secrets",
		"FROM a\nRUN --mount=type=bind,target=/x --mount=type=ssh true": "no secrets",
		"FROM a\nRUN --mount=type=$T true":                              "not given",
		"FROM a\n# RUN --network=host true":                             "",
	} {
		_, err := safeDockerfile([]byte(text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	got, err := safeDockerfile([]byte("FROM a\r\nRUN --mount=type=cache,target=/x --mount=type=bind,target=/y \\\n # why\n make \\\n all\nCMD b"))
	if err != nil || string(got) != "FROM a\nRUN --mount=type=bind,target=/y make   all\nCMD b" {
		t.Errorf("%q %v", got, err)
	}
}

func TestWhatIsIgnoredIsNotInTheContext(t *testing.T) {
	skip := ignored([]byte("# none\n*.env\n**/node_modules\n/docs\n!docs/keep\n"))
	for name, want := range map[string]bool{
		"a.env": true, "b/a.env": false, "node_modules": true, "a/b/node_modules/c": true, "docs/x": true, "docs/keep": false, "docs/keep/a": false, "page": false,
	} {
		if out, _ := skip(name, false); out != want {
			t.Errorf("%s: %v", name, out)
		}
	}
}
