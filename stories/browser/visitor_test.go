package browser

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"prentice/internal/kit/needtest"
)

// ticketShop is a program of one page, in a language that is on every machine.
const ticketShop = `services:
  web:
    command:
      - perl
      - -MIO::Socket::INET
      - -e
      - '$$p="<!doctype html><html lang=en><title>Tickets</title><main><h1>Buy a ticket</h1><p>To the north, for tomorrow.</p></main></html>";$$s=IO::Socket::INET->new(LocalAddr=>"0.0.0.0",LocalPort=>8080,Listen=>64,ReuseAddr=>1) or die $$!; while($$c=$$s->accept){while(<$$c>){last if /^\r?\n$$/} print $$c "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\nContent-Length: ".length($$p)."\r\n\r\n".$$p; close $$c}'
    expose: ["8080"]
    x-prentice: {sandbox: true}
`

// becomes waits until what a command prints matches.
func (s server) becomes(want string, args ...string) string {
	s.t.Helper()
	for end, now := time.Now().Add(2*patience), regexp.MustCompile(want); ; time.Sleep(200 * time.Millisecond) {
		said := s.says(s.t, args...)
		if now.MatchString(said) {
			return said
		}
		if time.Now().After(end) {
			s.t.Fatalf("prentice %s never says %s: %s", strings.Join(args, " "), want, said)
		}
	}
}

// Someone without an account comes by a share link on a phone, tries the prototype, and says
// by keyboard what they think. Someone with one signs in at the preview's own address.
func TestAVisitorComesByAShareLinkAndSaysWhatTheyThink(t *testing.T) {
	needtest.Program(t, "bwrap")
	needtest.Program(t, "perl")
	visitor, ann := sitDown(t), sitDown(t)
	s := serveWith(t, "enrolment = \"trusted\"\n")
	team := filepath.Join(s.data, "team", "environments.yaml")
	if err := os.WriteFile(team, []byte("limits: {disk: 100, memory: 100}\n"), 0o600); err != nil { // however full this machine is
		t.Fatal(err)
	}
	annToken, annLink := s.joins("ann")
	s.says(t, "repository", "create", "tickets")
	work := t.TempDir()
	if err := os.WriteFile(filepath.Join(work, "compose.yaml"), []byte(ticketShop), 0o600); err != nil {
		t.Fatal(err)
	}
	gitIn(t, work, "init", "-q", "-b", "main")
	gitIn(t, work, "add", "-A")
	gitIn(t, work, "commit", "-q", "-m", "tickets")
	gitIn(t, work, "push", "-q", "http://ann:"+annToken+"@"+s.listens+"/git/tickets.git", "main")

	s.says(t, "env", "create", "tickets", "--backend", "sandbox")
	s.becomes("● ready", "env", "show", "1")
	var made struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal([]byte(s.says(t, "env", "show", "1", "-o", "json")), &made); err != nil {
		t.Fatal(err)
	}
	s.says(t, "prototype", "new", "one-page", "--question", "Do people finish on one page?", "--technique", "clickable-pages", "--owner", "group/platform",
		"--decide-by", time.Now().AddDate(0, 1, 0).Format(time.DateOnly), "--task", "buy=Buy a ticket to the north for tomorrow")
	s.says(t, "prototype", "live", "one-page", "--environment", "env/"+made.ID)
	link := regexp.MustCompile(`http://\S+/_prentice/link/\S+`).FindString(s.says(t, "link", "create", "1", "--note", "for the finance team"))
	at, _, found := strings.Cut(link, "_prentice/")
	if !found {
		t.Fatal("there is no share link")
	}

	// The link brings a visitor to the page, and the banner from there to the questions.
	focused := func() string {
		return see(tab(visitor), chromedp.Evaluate[string](`document.activeElement.id || document.activeElement.localName`))
	}
	fits := func() {
		t.Helper()
		if over := see(tab(visitor), chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`)); over > 0 {
			t.Errorf("%s scrolls sideways on a phone by %d px", see(tab(visitor), chromedp.Evaluate[string](`location.pathname`)), over)
		}
	}
	visitor.do(call(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}), chromedp.EmulateViewport(390, 800))
	visitor.do(chromedp.Navigate(link))
	visitor.until("Buy a ticket", "To the north")
	if address := see(tab(visitor), chromedp.Evaluate[string](`location.href`)); address != at {
		t.Errorf("the token stays in the address: %s", address)
	}
	see(tab(visitor), until(`document.querySelector("prentice-banner") !== null`))
	fits()
	visitor.do(chromedp.KeyEvent(kb.Tab))
	if on := focused(); on != "prentice-banner" {
		t.Fatalf("the key Tab leads to %q and not into the banner", on)
	}
	visitor.do(chromedp.KeyEvent(kb.Enter))
	visitor.until("Do people finish on one page?", "Buy a ticket to the north for tomorrow")
	fits()
	for _, look := range []string{"light", "dark"} {
		visitor.do(scheme(look))
		for _, wrong := range see(tab(visitor), chromedp.Evaluate[[]string](accessScript)) {
			if !strings.HasPrefix(wrong, "its title is") { // it is the prototype's, and not of prentice's pages
				t.Errorf("the page for feedback, %s: %s", look, wrong)
			}
		}
	}
	if shots := os.Getenv("PRENTICE_SHOTS"); shots != "" {
		if err := os.WriteFile(filepath.Join(shots, "feedback-dark-phone.png"), see(tab(visitor), chromedp.FullScreenshot(100)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	visitor.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#tasks ~ ul button").focus()`), chromedp.KeyEvent(kb.Enter))
	visitor.until("I finished it", "I gave up")
	visitor.do(chromedp.Click(`button[value="done"]`))
	visitor.until("You finished it")
	visitor.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#note").focus()`), chromedp.KeyEvent("The price comes too late"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("Eve"))
	if on := focused(); on != "name" {
		t.Errorf("behind the note the key Tab leads to %q", on)
	}
	visitor.do(chromedp.KeyEvent(kb.Enter))
	visitor.until("Thank you")
	fits()
	visitor.do(chromedp.Click(`main a[href="/"]`))
	visitor.until("To the north")
	s.becomes(`(?s)1 of 1 finished.*Eve: The price comes too late`, "prototype", "show", "one-page")

	// The address itself asks who it is, and lets a person through who has signed in.
	ann.do(chromedp.Navigate(at))
	ann.until("Sign in to prentice")
	ann.do(chromedp.Navigate(annLink), chromedp.Click("main form button"))
	ann.until("Open incidents")
	ann.do(chromedp.Navigate(at))
	ann.until("Buy a ticket")

	// A link that was taken back brings no one in, and who came by it is out.
	s.says(t, "link", "revoke", "1", "--reason", "the week is over")
	visitor.do(chromedp.Navigate(link))
	visitor.until("This link does not let you in")
	visitor.do(chromedp.Navigate(at))
	visitor.until("Sign in to prentice")
	s.says(t, "env", "stop", "1")
	s.becomes("○ stopped", "env", "show", "1")
}
