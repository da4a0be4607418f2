package envcontainer

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"prentice/internal/engine/environment"
	"prentice/internal/kit/container/containertest"
)

// own is the installation of this process: plugins of networks remember names of the machine.
var own = rand.Text()

// world is an engine that a test has for itself, an image of it, and a back end.
type world struct {
	*Backend
	t      *testing.T
	engine *containertest.Engine
	image  string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	e := containertest.Podman(t)
	e.Image("localhost/tools:1", containertest.Made{})
	return &world{newBackend(t, e, own), t, e, "localhost/tools:1"}
}

func newBackend(t *testing.T, e *containertest.Engine, installation string) *Backend {
	t.Helper()
	b, err := New(t.Context(), installation, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		all, _ := b.All(ctx) // its engine may be gone
		for _, id := range all {
			b.Remove(ctx, id) //nolint:errcheck // so is it here
		}
		b.Close()
	})
	return b
}

// sh is a service that performs a script.
func (w *world) sh(name, script string) environment.Service {
	return environment.Service{Name: name, Image: w.image, Entrypoint: []string{"/bin/sh", "-c"}, Command: []string{script}}
}

// begin makes an environment and begins its services in their order.
func (w *world) begin(s environment.Spec) environment.Spec {
	w.t.Helper()
	var said bytes.Buffer
	if err := w.Can(w.t.Context(), s); err != nil {
		w.t.Fatal(err)
	}
	if err := w.Prepare(w.t.Context(), s, &said); err != nil {
		w.t.Fatalf("%v\n%s", err, said.String())
	}
	for _, one := range s.Services {
		if err := w.Start(w.t.Context(), s, one.Name); err != nil {
			w.t.Fatal(err)
		}
	}
	return s
}

// in performs a script in a service, and answers what it printed and its code.
func (w *world) in(id, service, script string) string {
	w.t.Helper()
	var out bytes.Buffer
	code, err := w.Exec(w.t.Context(), id, service, environment.Program{Argv: []string{"/bin/sh", "-c", script}, Out: &out})
	if err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprintf("%s[%d]", out.String(), code)
}

// until waits until something is so.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

func (w *world) printed(id, service string) string {
	w.t.Helper()
	r, err := w.Logs(w.t.Context(), id, service, time.Time{}, false)
	if err != nil {
		w.t.Fatal(err)
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// left is what the engine itself has of prentice.
func (w *world) left() (list []string) {
	w.t.Helper()
	ctx := context.Background()
	for _, c := range must(w.engine.List(ctx, false, labelInstallation)) {
		list = append(list, "container "+c.Names[0])
	}
	for _, n := range must(w.engine.Networks(ctx, labelInstallation)) {
		list = append(list, "network "+n.Name)
	}
	for _, v := range must(w.engine.Volumes(ctx, labelInstallation)) {
		list = append(list, "volume "+v.Name)
	}
	for tag := range must(w.engine.Tags(ctx, "localhost/prentice-")) {
		if !strings.Contains(tag, builtName) {
			list = append(list, "image "+tag)
		}
	}
	return list
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestAnEnvironmentIsMadeReachedAndGone(t *testing.T) {
	w := newWorld(t)
	web := w.sh("web", "cat /etc/app.conf; echo $SECRET > /data/secret; cat /run/secrets/key; exec httpd -f -p 8080 -h /srv")
	web.Files = []environment.File{{Path: "/etc/app.conf", Content: []byte("configured\n")}, {Path: "/run/secrets/key", Mode: 0o400, Content: []byte("hidden\n")}}
	web.Secret = map[string]string{"SECRET": "s3cret"}
	web.Mounts = []environment.Mount{{Volume: "data", To: "/data"}, {Path: "site", To: "/srv", ReadOnly: true}}
	web.Aliases = []string{"www"}
	client := w.sh("client", "trap 'exit 3' TERM; while :; do sleep 0.1; done")
	s := w.begin(environment.Spec{
		ID: "e1", Services: []environment.Service{web, client}, Volumes: []string{"data"},
		Tree: fstest.MapFS{"site/index.html": {Data: []byte("hello")}},
	})
	until(t, "web answers", func() bool { return strings.HasPrefix(w.in("e1", "client", "wget -qO- http://www:8080/"), "hello") })
	c, err := w.Dial(t.Context(), "e1", "web", 8080)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
	answer, _ := io.ReadAll(c)
	c.Close()
	if !strings.HasSuffix(string(answer), "hello") {
		t.Errorf("%q", answer)
	}
	if _, err := w.Dial(t.Context(), "e1", "web", 81); err == nil {
		t.Error("a port at which nothing listens answers")
	}
	if got := w.printed("e1", "web"); got != "configured\nhidden\n" {
		t.Errorf("%q", got)
	}
	for script, want := range map[string]string{
		"cat /data/secret; (: > /srv/x) 2>/dev/null; echo $?": "s3cret\n1\n[0]",
		"exit 7": "[7]", "echo a 2>&1; echo b": "a\nb\n[0]",
	} {
		if got := w.in("e1", "web", script); got != want {
			t.Errorf("%s: %q", script, got)
		}
	}
	var out bytes.Buffer
	if code, err := w.Exec(t.Context(), "e1", "client", environment.Program{Argv: []string{"sh", "-c", "cat; echo $A"}, In: strings.NewReader("given "), Env: map[string]string{"A": "b"}, Out: &out}); code != 0 || err != nil || out.String() != "given b\n" {
		t.Error(code, err, out.String())
	}
	u, err := w.Use(t.Context(), "e1")
	if err != nil || u.Processes < 2 || u.Memory <= 0 || u.Disk <= 0 || u.CPU <= 0 {
		t.Errorf("%+v %v", u, err)
	}
	if err := w.Start(t.Context(), s, "web"); err != nil { // it runs already
		t.Error(err)
	}
	if err := w.Stop(t.Context(), s, "client"); err != nil {
		t.Fatal(err)
	}
	states, err := w.States(t.Context(), "e1")
	if err != nil || !states["web"].Running || states["client"].Running || states["client"].Code != 3 || !strings.HasPrefix(states["web"].Version, "sha256:") {
		t.Errorf("%+v %v", states, err)
	}
	if err := w.Start(t.Context(), s, "client"); err != nil {
		t.Fatal(err)
	}
	if states, _ := w.States(t.Context(), "e1"); !states["client"].Running || states["client"].Restarts != 1 {
		t.Errorf("%+v", states)
	}
	if all, err := w.All(t.Context()); err != nil || !slices.Equal(all, []string{"e1"}) {
		t.Error(all, err)
	}
	for range 2 {
		if err := w.Remove(t.Context(), "e1"); err != nil {
			t.Fatal(err)
		}
	}
	if left := w.left(); len(left) > 0 {
		t.Error(left)
	}
	if all, err := w.All(t.Context()); err != nil || len(all) > 0 {
		t.Error(all, err)
	}
}
