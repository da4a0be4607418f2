package container

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

func TestOnlyASocketOfThisMachineIsAnEngine(t *testing.T) {
	for _, c := range []struct {
		name, want string
		env        map[string]string
		uid        int
	}{
		{"root", "/run/podman/podman.sock /var/run/docker.sock", nil, 0},
		{"a user", "/run/user/7/podman/podman.sock /run/podman/podman.sock /var/run/docker.sock", nil, 7},
		{"a user who signed in", "/run/x/podman/podman.sock /run/x/docker.sock /run/podman/podman.sock /var/run/docker.sock", map[string]string{"XDG_RUNTIME_DIR": "/run/x"}, 7},
		{"one that is named", "/a/s", map[string]string{"DOCKER_HOST": "unix:///a/s", "XDG_RUNTIME_DIR": "/run/x"}, 7},
		{"two that are named", "/b/s", map[string]string{"DOCKER_HOST": "unix:///a/s", "CONTAINER_HOST": "unix:///b/s"}, 7},
		{"another machine", "only a socket of this machine", map[string]string{"DOCKER_HOST": "tcp://10.0.0.1:2375"}, 7},
		{"another machine by SSH", "only a socket of this machine", map[string]string{"CONTAINER_HOST": "ssh://root@host/run/s"}, 7},
		{"a path that is none", "only a socket of this machine", map[string]string{"DOCKER_HOST": "unix://s"}, 7},
	} {
		list, err := Sockets(func(name string) string { return c.env[name] }, c.uid)
		got := strings.Join(list, " ")
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) || err == nil && got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

// answers is a server at a socket that is no engine, or a bad one.
func answers(t *testing.T, do http.HandlerFunc) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: do} //nolint:gosec // it is a test's own
	go s.Serve(l)                  //nolint:errcheck // it ends with the test
	t.Cleanup(func() { s.Close() })
	return socket
}

func TestWhatIsNoEngineIsNotTakenForOne(t *testing.T) {
	for body, says := range map[string]string{"{}": "no engine of containers", `{"ApiVersion":"1.x"}`: "no engine", "<html>": "cannot be read", "": "cannot be read"} {
		socket := answers(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) }) //nolint:errcheck // it is looked at
		if _, err := At(t.Context(), socket); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", body, err)
		}
	}
	_, err := Find(t.Context(), func(name string) string {
		return map[string]string{"DOCKER_HOST": "unix:///nowhere/s"}[name]
	})
	if !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), "/nowhere/s") {
		t.Error(err)
	}
}

func TestAnAnswerWithoutAnEndIsNotReadToIt(t *testing.T) {
	socket := answers(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/version" {
			w.Write([]byte(`{"ApiVersion":"1.41"}`)) //nolint:errcheck // it is looked at
			return
		}
		w.Write([]byte(`{"Id":"`)) //nolint:errcheck // so is it here
		for chunk := bytes.Repeat([]byte("x"), 1<<20); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	e, err := At(t.Context(), socket)
	if err != nil {
		t.Fatal(err)
	}
	if i, err := e.Image(t.Context(), "a"); err == nil || len(i.ID) > mostAnswer {
		t.Error(len(i.ID), err)
	}
	if _, err := e.Image(t.Context(), "a/../../containers/x"); err == nil || !strings.Contains(err.Error(), "cannot name an image") {
		t.Error(err)
	}
}

func TestANameOfAnImageHasARepositoryAndATagOrADigest(t *testing.T) {
	for name, want := range map[string]string{
		"debian": "debian latest", "debian:12": "debian 12", "host:5000/a/b": "host:5000/a/b latest", "host:5000/a/b:c": "host:5000/a/b c",
		"a@sha256:12": "a sha256:12", "a:1@sha256:12": "a sha256:12",
	} {
		repository, tag := parts(name)
		if got := repository + " " + tag; got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestAStreamThatLiesIsAnError(t *testing.T) {
	for text, says := range map[string]string{
		"\x01\x00\x00\x00\x00\x00\x00\x02ab\x02\x00\x00\x00\x00\x00\x00\x01c": "", "": "",
		"\x01\x00\x00\x00\x00\x00\x00\x09ab": "EOF", "\x01\x00": "EOF", "HTTP/1.1 200": "no stream",
	} {
		ours, theirs := net.Pipe()
		go func() { theirs.Write([]byte(text)); theirs.Close() }() //nolint:errcheck // it is read, or not
		var out, errs bytes.Buffer
		err := stream(ours).Divide(&out, &errs)
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
		if says == "" && text != "" && out.String()+errs.String() != "abc" {
			t.Errorf("%q %q", out.String(), errs.String())
		}
	}
}
