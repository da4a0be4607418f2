package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"prentice/internal/kit/needtest"
)

// joins lets someone join a server's team: their token, and their link to sign in with.
func (s server) joins(name string) (token, link string) {
	s.t.Helper()
	link = regexp.MustCompile(`https?://\S+/sign-in/\S+`).FindString(s.says(s.t, "person", "add", name, "--role", "approver"))
	var made struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal([]byte(s.says(s.t, "token", "create", name+"-git", "--kind", "person", "--for", name, "--role", "approver", "-o", "json")), &made); err != nil || link == "" {
		s.t.Fatalf("%s cannot join: %q, %v", name, link, err)
	}
	return made.Token, link
}

// signs is someone who sits down in front of a browser and signs in by their link.
func signs(t *testing.T, link string) person {
	t.Helper()
	p := sitDown(t)
	p.do(chromedp.Navigate(link), chromedp.Click("main form button"))
	p.until("Open incidents")
	return p
}

// again loads a page until it says all of this.
func (p person) again(address string, words ...string) {
	p.t.Helper()
	for end := time.Now().Add(2 * patience); ; time.Sleep(300 * time.Millisecond) {
		p.do(chromedp.Navigate(address), chromedp.WaitReady("main"))
		text, missing := strings.ToLower(p.page()), ""
		for _, w := range words {
			if !strings.Contains(text, strings.ToLower(w)) {
				missing = w
			}
		}
		if missing == "" {
			return
		}
		if time.Now().After(end) {
			p.t.Fatalf("%s never says %q; it says: %s", address, missing, text)
		}
	}
}

func gitIn(t *testing.T, dir string, args ...string) string {
	t.Helper()
	c := exec.Command("git", args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_AUTHOR_NAME=ann", "GIT_AUTHOR_EMAIL=ann@example.org", "GIT_COMMITTER_NAME=ann", "GIT_COMMITTER_EMAIL=ann@example.org")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// A change goes from a push to the branch: one person comments on a line with a
// suggestion, its author applies it on a phone, a third approves it by keyboard.
func TestAChangeIsReviewedAndLandsInABrowser(t *testing.T) {
	needtest.Program(t, "bwrap")
	s := serveWith(t, "enrolment = \"trusted\"\n")
	where, _, _ := strings.Cut(s.link, "/sign-in/")
	annToken, annLink := s.joins("ann")
	_, benLink := s.joins("ben")
	_, ozLink := s.joins("oz")
	s.says(t, "repository", "create", "shop")

	work := t.TempDir()
	put := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(work, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("greeting.txt", "Welcome to the shop.\n")
	put(".prentice/checks/text.md", "---\ncheck: text\nsummary: The greeting ends with a full stop\n---\n\n```sh\ngrep -q '\\.$' greeting.txt\n```\n")
	gitIn(t, work, "init", "-q", "-b", "main")
	gitIn(t, work, "remote", "add", "origin", "http://ann:"+annToken+"@"+s.listens+"/git/shop.git")
	gitIn(t, work, "add", "-A")
	gitIn(t, work, "commit", "-q", "-m", "a shop")
	gitIn(t, work, "push", "-q", "origin", "main")
	put("greeting.txt", "Welcome to teh shop, where the kettle is always on.\n")
	gitIn(t, work, "commit", "-q", "-a", "-m", "greeting: say that the kettle is on")
	gitIn(t, work, "push", "-q", "origin", "HEAD:refs/for/main")

	ben := signs(t, benLink)
	see(tab(ben), until(`document.readyState === "complete"`))
	ben.do(chromedp.KeyEvent("gh"), chromedp.WaitReady("table.states"))
	see(tab(ben), until(`document.readyState === "complete"`))
	ben.do(chromedp.KeyEvent("j"), chromedp.KeyEvent(kb.Enter), chromedp.WaitReady("#files"))
	ben.until("greeting: say that the kettle is on", "What is missing before it can land", "People who did not write it approve it")
	ben.do(chromedp.Click(`td.n.pick[data-n="1"][data-side="after"]`), chromedp.WaitVisible("#on-0"))
	ben.do(chromedp.SetValue("#on-0", "A letter is in the wrong place.\n```suggestion\nWelcome to the shop, where the kettle is always on.\n```\n"), chromedp.Click("details.say .actions button"))
	ben.until("A letter is in the wrong place", "Apply the suggestion")

	ann := signs(t, annLink)
	ann.do(chromedp.EmulateViewport(390, 800), chromedp.Navigate(where+"/changes/1"), chromedp.WaitReady("#files"))
	ann.until("You wrote or pushed some of it: another person approves it")
	if over := see(tab(ann), chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`)); over > 0 {
		t.Errorf("the page of a change scrolls sideways on a phone by %d px", over)
	}
	ann.do(chromedp.Click(`form[action$="/do/change.apply"] button`))
	ann.until("A new patch set holds what was suggested", "of 2,", "Welcome to the shop, where", "resolved")

	// Who suggested it wrote a part of it now.
	ben.do(chromedp.Navigate(where+"/changes/1"), chromedp.WaitReady("#files"))
	ben.until("You wrote or pushed some of it")

	oz := signs(t, ozLink)
	oz.again(where+"/changes/1", "0 of 1", "Approve patch set 2")
	see(tab(oz), until(`document.readyState === "complete"`))
	oz.do(chromedp.KeyEvent("a"))
	if at := see(tab(oz), chromedp.Evaluate[string](`document.activeElement.id`)); at != "yes-reason" {
		t.Errorf("the key a leads to %q", at)
	}
	oz.do(chromedp.SendKeys("#yes-reason", "warm words"+kb.Enter))
	oz.until("warm words")
	oz.again(where+"/changes/1", "Nothing is missing")

	ann.do(chromedp.Navigate(where+"/changes/1"), chromedp.WaitReady("#files"), chromedp.Click(`form[action$="/do/change.land"] button`))
	ann.until("in the queue")
	ann.again(where+"/changes/1", "landed as")
	ann.do(chromedp.Navigate(where + "/repositories/shop/queue"))
	ann.until("Nothing waits to land", "greeting: say that the kettle is on", "landed")
	gitIn(t, work, "fetch", "-q", "origin", "main")
	if got := gitIn(t, work, "show", "FETCH_HEAD:greeting.txt"); got != "Welcome to the shop, where the kettle is always on.\n" {
		t.Errorf("main greets with %q", got)
	}
	if got := gitIn(t, work, "log", "-1", "--format=%s", "FETCH_HEAD"); !strings.HasPrefix(got, "Merge change/1") {
		t.Error(fmt.Sprint("main ends with ", got))
	}
}
