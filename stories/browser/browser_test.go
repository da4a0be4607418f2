// Package browser is the story of a fault as a person sees it in a real
// browser: sign in with the link from the terminal, find what waits, approve it,
// watch the log arrive, and read the evidence.
package browser

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"prentice/internal/boot"
	"prentice/internal/demo"
	"prentice/internal/kit/needtest"
)

// asProgram makes the test binary be prentice itself.
const asProgram = "PRENTICE_BROWSER_STORY"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" || len(os.Args) > 1 && os.Args[1] == "demo-service" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		os.Exit(boot.Main(ctx, boot.Build{Version: "story", Commit: "none"}, os.Args[1:]))
	}
	os.Exit(m.Run())
}

const patience = 3 * time.Minute

// server is prentice with its sample team, as a process of its own.
type server struct {
	t          *testing.T
	data, link string
	folder     string // from which it was started
	listens    string // its address
}

func serve(t *testing.T) server { t.Helper(); return serveWith(t, "") }

// serveWith is a server with a file of settings.
func serveWith(t *testing.T, settings string) server {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "prentice.toml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	s := server{t: t, data: filepath.Join(folder, "data"), folder: folder}
	c := s.prentice("up", "--demo", "--listen", "127.0.0.1:0", "--owner", "olga")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Signal(syscall.SIGTERM) //nolint:errcheck // it may have gone already
		c.Wait()                          //nolint:errcheck // the story is over
	})
	found, ready := regexp.MustCompile(`https?://\S+/sign-in/\S+`), regexp.MustCompile(`ready at http://(\S+)`)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if at := ready.FindStringSubmatch(lines.Text()); at != nil {
			s.listens = at[1]
		}
		if s.link = found.FindString(lines.Text()); s.link != "" {
			go io.Copy(io.Discard, out) //nolint:errcheck // so that it never blocks
			return s
		}
	}
	t.Fatalf("prentice up gave no link: %s", stderr.String())
	return s
}

func (s server) prentice(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], append(args, "--data", s.data)...)
	c.Dir, c.Env = s.folder, append(os.Environ(), asProgram+"=1", "PRENTICE_SERVER=", "PRENTICE_TOKEN=")
	return c
}

// says is what a command prints.
func (s server) says(t *testing.T, args ...string) string {
	t.Helper()
	out, err := s.prentice(args...).CombinedOutput()
	if err != nil {
		t.Fatalf("prentice %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// person is someone in front of a browser.
type person struct {
	t   *testing.T
	ctx context.Context
}

func sitDown(t *testing.T, more ...chromedp.ExecAllocatorOption) person {
	t.Helper()
	path := needtest.Program(t, "chromium", "google-chrome")
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return person{t, ctx}
}

func (p person) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for _, step := range steps {
		err := chromedp.Do(ctx, step)
		for replaced(err) && ctx.Err() == nil {
			err = chromedp.Do(ctx, step)
		}
		if err != nil {
			p.t.Fatalf("%v; the page says: %.600s", err, p.page())
		}
	}
}

// replaced says that the page, which changes by itself, had another node in the place
// of one by the time that it was to be worked with.
func replaced(err error) bool {
	return err != nil && strings.Contains(err.Error(), "Could not find node with given id")
}

// page is the text that the person reads now.
func (p person) page() string {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return text
}

// until waits until the page, as it is or changes by itself, says all of this.
func (p person) until(words ...string) string {
	p.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		text := p.page()
		missing := ""
		for _, w := range words {
			if !strings.Contains(strings.ToLower(text), strings.ToLower(w)) {
				missing = w
			}
		}
		if missing == "" {
			return text
		}
		if time.Now().After(end) {
			p.t.Fatalf("the page never says %q; it says: %s", missing, text)
		}
	}
}

func TestAPersonApprovesAndWatchesAServiceBeingFixed(t *testing.T) {
	olga := sitDown(t)
	s := serve(t)
	where, _, _ := strings.Cut(s.link, "/sign-in/")

	olga.do(chromedp.Navigate(s.link), chromedp.Click("main form button"))
	olga.until("Open incidents", "Pending approvals")

	run := s.breaks()
	olga.until("restart-service", "service/payments") // the page changes by itself
	approves(t, olga, where, run)
}

// breaks kills a service, and is the run that waits for an approval then.
func (s server) breaks() string {
	s.t.Helper()
	if _, err := demo.Kill(s.t.Context(), filepath.Join(s.data, "work"), demo.Payments); err != nil {
		s.t.Fatal(err)
	}
	return s.waiting(demo.Payments)
}

// approves is someone who is signed in, and approves a run and watches it.
func approves(t *testing.T, olga person, where, run string) {
	t.Helper()
	olga.do(chromedp.Navigate(where + "/runs/" + run))
	olga.until("Approve restart-service on 1 host", "approval required", "0 of 1")

	olga.do(chromedp.SendKeys("textarea#reason", "the probe is right"), chromedp.Click("#answer button"))
	text := olga.until("verified", "payments runs as process", "checks in")
	if !strings.Contains(text, "olga") {
		t.Errorf("the page does not say who approved: %s", text)
	}

	olga.do(chromedp.Click(`a[href*="/evidence?ref="]`))
	olga.until("approval.given", "run.verified", "olga approved run")
	olga.do(chromedp.Navigate(where + "/incidents"))
	olga.until("service/payments", "closed")
}

// waiting is the number of the run that waits for an approval about a service.
func (s server) waiting(service string) string {
	s.t.Helper()
	number := regexp.MustCompile(`run/(\d+)\s.*waiting.*service/` + service)
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		out, err := s.prentice("run", "list", "--state", "waiting").Output()
		if err != nil {
			s.t.Fatal(fmt.Errorf("run list: %w", err))
		}
		if m := number.FindStringSubmatch(string(out)); m != nil {
			return m[1]
		}
	}
	s.t.Fatal("no run waits")
	return ""
}
