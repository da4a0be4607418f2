package web

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"prentice"
	"prentice/internal/op"
)

// mending is a run that waits, is approved, prints lines when it is told to, and
// ends when it is told to.
type mending struct {
	mu      sync.Mutex // guards the rest
	run     prentice.Run
	lines   []prentice.LogLine
	moments chan prentice.RunMoment
}

func (m *mending) set(state prentice.State, says string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.run.State, m.run.Says, m.run.Started = state, says, ago(0)
	if state.Ended() {
		m.run.Ended = noon
	}
}

func (m *mending) show(_ context.Context, c op.Call, _ numberIn) (runOut, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := someDetail(m.run)
	out.Log = slices.Clone(m.lines)
	out.Yours = yoursOf(m.run, c.Actor)
	return out, nil
}

func (m *mending) approve(_ context.Context, _ op.Call, in answerIn) (prentice.Run, error) {
	if in.Reason == "" {
		return prentice.Run{}, prentice.Errorf(prentice.Invalid, "the reason is empty").Try("say in one sentence why")
	}
	m.set(prentice.Running, "restarting")
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.run, nil
}

func (m *mending) watch(ctx context.Context, _ op.Call, _ numberIn, emit func(prentice.RunMoment) error) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case moment := <-m.moments:
			if err := emit(moment); err != nil || moment.State.Ended() {
				return err
			}
		}
	}
}

func (m *mending) print(text string) {
	m.mu.Lock()
	line := prentice.LogLine{Offset: int64(len(m.lines) + 1), Time: noon, Step: "restart", Target: "host/web-1", Text: text}
	m.lines = append(m.lines, line)
	m.mu.Unlock()
	m.moments <- prentice.RunMoment{Run: 41, Time: noon, State: prentice.Running, Log: &line}
}

func (m *mending) ops() []op.Op {
	kept := slices.DeleteFunc(storyOps(true), func(o op.Op) bool { return slices.Contains([]string{"run.show", "run.approve", "run.watch"}, o.Name) })
	return append(kept,
		op.New("run.show", prentice.Look, prentice.Viewer, "Show a run.", m.show),
		op.New("run.approve", prentice.Change, prentice.Approver, "Approve a run.", m.approve),
		op.NewWatch("run.watch", prentice.Viewer, "Watch a run.", m.watch))
}

func until(expression string) chromedp.Action[bool] { return chromedp.Poll[bool](expression) }

func TestAPersonSignsInApprovesAndWatches(t *testing.T) {
	m := &mending{run: someRun(41, prentice.Waiting, "changes need one approver"), moments: make(chan prentice.RunMoment)}
	server := httptest.NewServer(newWorld(t, storyPages(), m.ops()...).site)
	t.Cleanup(server.Close)
	b := browser(t)
	said := complaints(b)

	b.do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate(server.URL+"/sign-in/code-ann"), chromedp.Click("button.primary"), chromedp.WaitReady("#now"))
	see(b, until(`document.readyState === "complete"`))
	b.do(chromedp.KeyEvent("gr"), chromedp.WaitReady("nav.filters"))
	b.do(chromedp.Navigate(server.URL+"/runs/41"), chromedp.KeyEvent("a"))
	if at := see(b, chromedp.Evaluate[string](`document.activeElement.id`)); at != "reason" {
		t.Errorf("the key a leads to %q", at)
	}
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#reason").value = ""`), chromedp.SendKeys("#reason", "I see the same")) // a driven browser types the key itself, too
	m.set(prentice.Waiting, "has 0 of 1 approvals")
	m.moments <- prentice.RunMoment{Run: 41, Time: noon, State: prentice.Waiting, Says: "another person looked"}
	see(b, until(`document.querySelector("#run-head .lead").textContent.includes("0 of 1")`))
	b.do(chromedp.KeyEvent(" from here")) // the page has changed around the hand that types
	if wrote := see(b, chromedp.Value("#reason")); wrote != "I see the same from here" {
		t.Errorf("what was typed became %q", wrote)
	}
	b.do(chromedp.Click("#answer button.primary"), chromedp.WaitReady("p.note"))
	see(b, until(`document.querySelector("#run-head .state").textContent.includes("running")`))

	for i := range 200 {
		m.print(fmt.Sprintf("line %d <b>not bold</b>", i))
	}
	see(b, until(`document.querySelectorAll("#run-log li").length === 200`))
	if see(b, chromedp.Evaluate[bool](`document.querySelector("#run-log b") !== null`)) {
		t.Error("what a step printed became part of the page")
	}
	see(b, until(`(l => l.scrollHeight - l.scrollTop - l.clientHeight < 24)(document.querySelector("#run-log .log"))`))
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#run-log .log").scrollTop = 0`))
	see(b, until(`document.querySelector(".logbar span").textContent.startsWith("Staying")`))
	m.print("one more")
	see(b, until(`document.querySelectorAll("#run-log li").length === 201`))
	if top := see(b, chromedp.Evaluate[int](`document.querySelector("#run-log .log").scrollTop`)); top != 0 {
		t.Errorf("the log moved away under the reader to %d", top)
	}

	m.set(prentice.Verified, "checkout has answered for 2 min")
	m.moments <- prentice.RunMoment{Run: 41, Time: noon, State: prentice.Verified, Says: "verified"}
	see(b, until(`document.querySelector("#run-head .state").textContent.includes("verified")`))

	b.do(chromedp.KeyEvent("?"), chromedp.WaitVisible("dialog.keys-help"))
	if said := said(); len(said) > 0 {
		t.Errorf("the browser complained: %s", strings.Join(said, "; "))
	}
}

func TestTheThemeIsKept(t *testing.T) {
	server := httptest.NewServer(newWorld(t, storyPages(), storyOps(true)...).site)
	t.Cleanup(server.Close)
	b := browser(t)
	ground := chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`)
	b.do(cookie(server.URL, "ann"), scheme("light"), chromedp.Navigate(server.URL+"/runs"))
	light := see(b, ground)
	b.do(scheme("dark"))
	dark := see(b, ground)
	if light == dark {
		t.Fatalf("both themes have the ground %s", light)
	}
	b.do(chromedp.Click("[data-theme-switch]")) // from auto to light
	if got := see(b, ground); got != light {
		t.Errorf("light was chosen and the ground is %s", got)
	}
	b.do(chromedp.Navigate(server.URL + "/runs/41"))
	if got := see(b, ground); got != light {
		t.Errorf("on the next page the ground is %s", got)
	}
}
