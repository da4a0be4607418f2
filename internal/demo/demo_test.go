package demo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"prentice/internal/demo"
)

func TestTheShopSells(t *testing.T) {
	t.Parallel()
	w, ports := open(t)
	for i, item := range []string{`"tea"`, `{"of": "bread"}`, ``} {
		status, says := ask(t, "POST", ports[demo.Checkout], "/checkout", item)
		if want := fmt.Sprintf(`{"payment":%d,"order":%d}`, i+1, i+1); status != http.StatusCreated || says != want {
			t.Errorf("order %d: %d %s, want %s", i+1, status, says, want)
		}
	}
	text, err := os.ReadFile(demo.StateFile(w.State))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"item":"tea","order":1}` + "\n" + `{"item":{"of":"bread"},"order":2}` + "\n" + `{"item":null,"order":3}` + "\n"; string(text) != want {
		t.Errorf("the file holds\n%swant\n%s", text, want)
	}
}

func TestAnOrderThatIsNoJSONOrTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	_, ports := open(t)
	if status, says := ask(t, "POST", ports[demo.Orders], "/orders", "{"); status != http.StatusBadRequest {
		t.Errorf("%d %s", status, says)
	}
	if status, says := ask(t, "POST", ports[demo.Orders], "/orders", strings.Repeat("x", 100_000)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", status, says)
	}
	if _, says := ask(t, "GET", ports[demo.Orders], "/", ""); says != `{"orders":0,"service":"orders"}` {
		t.Errorf("orders says %s", says)
	}
}

func TestCheckoutSaysWhichOfTheOthersIsDown(t *testing.T) {
	t.Parallel()
	w, ports := open(t)
	if status, says := ask(t, "GET", ports[demo.Checkout], "/healthz", ""); status != http.StatusOK || says != "ok" {
		t.Fatalf("with all well it says %d %s", status, says)
	}
	kill(t, w, demo.Payments)
	if status, says := ask(t, "GET", ports[demo.Checkout], "/healthz", ""); status != http.StatusServiceUnavailable || says != "payments does not answer" {
		t.Errorf("without payments it says %d %s", status, says)
	}
	if status, _ := ask(t, "GET", ports[demo.Checkout], "/", ""); status != http.StatusOK {
		t.Errorf("its own page answers %d", status)
	}
	if status, says := ask(t, "POST", ports[demo.Checkout], "/checkout", `"tea"`); status != http.StatusBadGateway || says != "payments does not answer" {
		t.Errorf("it sells without payments: %d %s", status, says)
	}
}

func TestOrdersOutliveAKillAndATornLine(t *testing.T) {
	t.Parallel()
	w, ports := open(t)
	ask(t, "POST", ports[demo.Orders], "/orders", `"tea"`)
	kill(t, w, demo.Orders)
	f, err := os.OpenFile(demo.StateFile(w.State), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"item":"bre`); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if err := os.Remove(demo.LockFile(w.State)); err != nil {
		t.Fatal(err)
	}
	if err := demo.Start(context.Background(), w); err != nil {
		t.Fatal(err)
	}
	if status, says := ask(t, "POST", ports[demo.Orders], "/orders", `"milk"`); status != http.StatusCreated || says != `{"order":2}` {
		t.Errorf("%d %s", status, says)
	}
	text, _ := os.ReadFile(demo.StateFile(w.State))
	if want := `{"item":"tea","order":1}` + "\n" + `{"item":"milk","order":2}` + "\n"; string(text) != want {
		t.Errorf("the file holds\n%s", text)
	}
}

func TestAKilledOrdersDoesNotStartWhileItsLockIsThere(t *testing.T) {
	t.Parallel()
	w, ports := open(t)
	pid := kill(t, w, demo.Orders)
	err := demo.Start(context.Background(), w)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("orders.lock is held by process %d", pid)) {
		t.Errorf("it says %v", err)
	}
	if _, alive := demo.Alive(w.State, demo.Orders); alive {
		t.Error("it runs")
	}
	if _, alive := demo.Alive(w.State, demo.Payments); !alive {
		t.Error("the others do not run")
	}
	if status, _ := ask(t, "GET", ports[demo.Orders], "/", ""); status != 0 {
		t.Errorf("it answers %d", status)
	}
}

func TestAStopGivesTheLockBack(t *testing.T) {
	t.Parallel()
	w, _ := open(t)
	if err := demo.Stop(context.Background(), w); err != nil {
		t.Fatal(err)
	}
	for _, name := range demo.Names() {
		if pid, alive := demo.Alive(w.State, name); alive {
			t.Errorf("%s still runs as process %d", name, pid)
		}
	}
	if err := demo.Start(context.Background(), w); err != nil {
		t.Errorf("the second start: %v", err)
	}
}

func TestStartLeavesThoseThatRunAlone(t *testing.T) {
	t.Parallel()
	w, _ := open(t)
	before, _ := demo.Alive(w.State, demo.Orders)
	kill(t, w, demo.Payments)
	if err := demo.Start(context.Background(), w); err != nil {
		t.Fatal(err)
	}
	if after, alive := demo.Alive(w.State, demo.Orders); !alive || after != before {
		t.Errorf("orders was process %d and is %d", before, after)
	}
	if _, alive := demo.Alive(w.State, demo.Payments); !alive {
		t.Error("payments was not started")
	}
}

func TestAServiceRunsInASessionOfItsOwnWithABareEnvironment(t *testing.T) {
	t.Setenv("SECRET_OF_A_STEP", "hunter2")
	w, _ := open(t)
	pid, _ := demo.Alive(w.State, demo.Payments)
	group, err := syscall.Getpgid(pid)
	if err != nil || group != pid {
		t.Errorf("process %d is in group %d, %v", pid, group, err)
	}
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil {
		t.Skipf("NOT TESTED: no /proc here: %v", err)
	}
	if strings.Contains(string(environ), "SECRET") || strings.Contains(string(environ), "PRENTICE_") {
		t.Errorf("its environment is %q", environ)
	}
}

func TestAnotherProcessIsNeverEnded(t *testing.T) {
	w, _ := shop(t)
	if err := os.MkdirAll(w.State, 0o700); err != nil {
		t.Fatal(err)
	}
	other := fmt.Sprintln(os.Getpid()) // a stale pid file names us
	if err := os.WriteFile(demo.PidFile(w.State, demo.Payments), []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	if pid, alive := demo.Alive(w.State, demo.Payments); alive {
		t.Fatalf("process %d counts as payments", pid)
	}
	if err := demo.Stop(context.Background(), w); err != nil {
		t.Error(err)
	}
	if _, err := demo.Kill(context.Background(), w.State, demo.Payments); err == nil {
		t.Error("it says that it killed payments")
	}
}

func TestAPortInUseIsSaidPlainly(t *testing.T) {
	t.Parallel()
	w, ports := open(t)
	if err := demo.Stop(context.Background(), w); err != nil {
		t.Fatal(err)
	}
	taken := http.Server{Addr: fmt.Sprintf("127.0.0.1:%d", ports[demo.Payments]), Handler: http.NotFoundHandler()}
	over := make(chan error, 1)
	go func() { over <- taken.ListenAndServe() }()
	defer func() { taken.Close(); <-over }()
	for status := 0; status == 0; status, _ = ask(t, "GET", ports[demo.Payments], "/", "") {
	}
	if err := demo.Start(context.Background(), w); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("it says %v", err)
	}
}

func TestWhatIsWrongWithACommandLineIsSaid(t *testing.T) {
	for args, want := range map[string]string{
		"books --port 1 --state /tmp/x":              `no service "books"`,
		"orders --state /tmp/x":                      "port 0",
		"orders --port 1":                            "no state folder",
		"orders --prot 1 --state /tmp/x":             "not defined: -prot",
		"orders --port 1 --state /tmp/x dance":       `no verb "dance"`,
		"orders --port 1 --state /tmp/x start again": "one word too many",
		"checkout --port 1 --state /tmp/x":           "where the others are",
	} {
		words := strings.Fields(args)
		err := demo.Serve(context.Background(), words[0], words[1:], io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", args, err, want)
		}
	}
}

func TestATeamIsNeverWrittenOver(t *testing.T) {
	w, ports := shop(t)
	before, _ := os.ReadFile(filepath.Join(w.Team, "catalog-info.yaml"))
	if !demo.Installed(w.Team) {
		t.Error("it does not count as installed")
	}
	if err := demo.Install(w.Team, demo.Ports{demo.Orders: 1, demo.Payments: 2, demo.Checkout: 3}); err == nil {
		t.Error("it was installed again")
	}
	if after, _ := os.ReadFile(filepath.Join(w.Team, "catalog-info.yaml")); string(after) != string(before) {
		t.Error("the catalog was changed")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte("rules: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := demo.Install(dir, ports); err == nil {
		t.Error("a policy was written over")
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "policy.yaml")); string(text) != "rules: []\n" {
		t.Errorf("the policy is now %s", text)
	}
}

func TestAPortThatIsMissingIsRefused(t *testing.T) {
	if err := demo.Install(t.TempDir(), demo.Ports{demo.Orders: 8001}); err == nil {
		t.Error("it was installed with two ports missing")
	}
}

func TestAnswersAreJSON(t *testing.T) {
	t.Parallel()
	_, ports := open(t)
	for _, name := range demo.Names() {
		status, says := ask(t, "GET", ports[name], "/", "")
		var page struct{ Service string }
		if err := json.Unmarshal([]byte(says), &page); err != nil || status != http.StatusOK || page.Service != name {
			t.Errorf("%s says %d %s", name, status, says)
		}
	}
}
