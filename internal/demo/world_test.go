package demo_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice/internal/demo"
	"prentice/internal/kit/freeport"
)

// TestMain lets the test binary be the services, as the real one is.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "demo-service" {
		if err := demo.Serve(context.Background(), os.Args[2], os.Args[3:], os.Stdout); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// shop installs the sample team with free ports; nothing runs yet. What runs at
// the end of the test is stopped.
func shop(t *testing.T) (demo.Where, demo.Ports) {
	t.Helper()
	bin, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	w := demo.Where{Team: filepath.Join(dir, "team"), State: filepath.Join(dir, "my work"), Bin: bin}
	ports := freePorts(t)
	if err := demo.Install(w.Team, ports); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := demo.Stop(context.Background(), w); err != nil {
			t.Error(err)
		}
	})
	return w, ports
}

// freePorts gives each test ports of its own, though none listens there yet.
func freePorts(t *testing.T) demo.Ports {
	t.Helper()
	ports := demo.Ports{}
	for _, name := range demo.Names() {
		var err error
		if ports[name], err = freeport.Give(); err != nil {
			t.Fatal(err)
		}
	}
	return ports
}

func open(t *testing.T) (demo.Where, demo.Ports) {
	t.Helper()
	w, ports := shop(t)
	if err := demo.Start(context.Background(), w); err != nil {
		t.Fatal(err)
	}
	return w, ports
}

// ask asks a service and gives its status and what it says.
func ask(t *testing.T, method string, port int, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, fmt.Sprintf("http://127.0.0.1:%d%s", port, path), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	got, err := client.Do(r)
	if err != nil {
		return 0, ""
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, strings.TrimSpace(string(text))
}

func kill(t *testing.T, w demo.Where, name string) int {
	t.Helper()
	pid, err := demo.Kill(context.Background(), w.State, name)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}
