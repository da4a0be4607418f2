package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/op"
	"prentice/internal/skill/supervision"
)

func TestEvidenceReadsAsSentences(t *testing.T) {
	run := []prentice.Ref{"run/14", "procedure/restart-service", "service/web"}
	for want, e := range map[string]prentice.Evidence{
		"ann approved run 14 of restart-service on web: the probe is right": {Kind: "approval.given", Actor: "person/ann", Refs: run, Data: json.RawMessage(`{"reason":"the probe is right"}`)},
		"olga requested run 14 of restart-service on web: test":             {Kind: "run.planned", Actor: "person/olga", Refs: run, Data: json.RawMessage(`{"reason":"test"}`)},
		"run 14 of restart-service on web: rolled back: still down":         {Kind: "run.undone", Actor: "self/prentice", Refs: run, Data: json.RawMessage(`{"says":"still down"}`)},
		"run 14 of restart-service on web: rolled back, because it failed":  {Kind: "run.undone", Actor: "self/prentice", Refs: run, Data: json.RawMessage(`{"says":"rolled back, because it failed"}`)},
		"act: step deploy on web-17 failed: exit code 1":                    {Kind: "step.failed", Actor: "self/prentice", Refs: run, Data: json.RawMessage(`{"step":"deploy","section":"act","target":"host/web-17","says":"exit code 1"}`)},
		"olga could not do run.start: no procedure":                         {Kind: "op.failed", Actor: "person/olga", Refs: []prentice.Ref{"op/run.start"}, Data: json.RawMessage(`{"op":"run.start","says":"no procedure"}`)},
		"prentice: database mode":                                           {Kind: "database.mode", Actor: "self/prentice", Data: json.RawMessage(`[1]`)},
	} {
		if got := testBadges().entry(e); got != want {
			t.Errorf("%s reads %q, want %q", e.Kind, got, want)
		}
	}
	evil := prentice.Evidence{Kind: "step.done", Data: json.RawMessage(`{"step":"x\u001b[31m","says":"\u202e"}`)}
	if got := testBadges().entry(evil); strings.ContainsAny(got, "\x1b\u202e") {
		t.Errorf("an entry acts on a terminal: %q", got)
	}
}

func TestEvidenceOfStepsIsNarrowedByAPress(t *testing.T) {
	body := storybook(t, true).as("vera").get("/evidence?ref=run/49&batch=2&before=7").Body.String()
	for _, want := range []string{
		`href="/evidence?batch=2&amp;ref=run%2F49&amp;step=deploy"`,
		`href="/evidence?batch=2&amp;ref=run%2F49&amp;target=host%2Fweb-002.fleet.example"`,
		`href="/evidence?batch=1&amp;ref=run%2F49"`,
		`href="/evidence?ref=run%2F49">any batch</a>`,
		`name="batch" value="2"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if body := storybook(t, true).as("vera").get("/evidence").Body.String(); strings.Contains(body, `name="batch"`) {
		t.Error("a batch of no run can be asked for")
	}
	if body := storybook(t, true).as("ann").get("/runs/49").Body.String(); !strings.Contains(body, `/evidence?ref=run/49&amp;target=host%2fweb-041.fleet.example`) {
		t.Error("a host of a run does not lead to its evidence")
	}
}

func TestALogIsDownloadedWholeAndInert(t *testing.T) {
	w := storybook(t, true).as("vera")
	got := w.get("/download/log?number=43")
	body := got.Body.String()
	if got.Code != http.StatusOK || !strings.Contains(got.Header().Get("Content-Disposition"), `filename="run-43.log"`) || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("%d %v", got.Code, got.Header())
	}
	for _, want := range []string{"web-1 restart\t+ systemctl restart", "Z - restart\tthe last", "\n"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in %q", want, body)
		}
	}
	if strings.Contains(body, "\x1b") {
		t.Error("what a step printed acts on a terminal")
	}
	if got := storybook(t, true).get("/download/log?number=43"); got.Code != http.StatusSeeOther {
		t.Errorf("a stranger gets %d", got.Code)
	}
	if got := w.get("/download/log?number=x"); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("no number: %d", got.Code)
	}
}

func TestToStopEverythingNeedsAReasonAndSaysWhatItInterrupts(t *testing.T) {
	body := storybook(t, true).as("olga").get("/").Body.String()
	i := strings.Index(body, `class="stopper"`)
	form := body[i : i+strings.Index(body[i:], "</form>")]
	for _, want := range []string{`name="reason" maxlength="2000" autocomplete="off" required`, "140 runs under way will be interrupted", `class="danger"`} {
		if !strings.Contains(form, want) {
			t.Errorf("no %q in %s", want, form)
		}
	}
}

func TestLimitsAreBarsAndThoseAboveHalfCanBeSeenAlone(t *testing.T) {
	w := storybook(t, true).as("olga")
	if n := strings.Count(w.get("/limits").Body.String(), "<meter "); n != 4 {
		t.Errorf("%d bars", n)
	}
	if n := strings.Count(w.get("/limits?_over=50").Body.String(), "<meter "); n != 1 {
		t.Errorf("%d limits are above half", n)
	}
	many := storybook(t, true)
	many.door.ops["limit.show"] = op.New("limit.show", prentice.Look, prentice.Viewer, "Show limits.", func(context.Context, op.Call, struct{}) (out supervision.LimitState, err error) {
		for i := range 30 {
			out.Uses = append(out.Uses, gate.LimitUse{Layer: "target", Name: fmt.Sprint("host/edge-", i), Used: 1, Most: 10, Per: "hour"})
		}
		return out, nil
	})
	if page := many.as("olga").get("/limits").Body.String(); strings.Contains(page, "<meter ") || !strings.Contains(page, "All 30 limits") || !strings.Contains(page, "None of 30 limits") {
		t.Errorf("30 limits of which none is half used: %s", page)
	}
}

func TestAHostSaysOnItsPageWhetherItCanBeReached(t *testing.T) {
	page := storybook(t, true).as("vera").get("/catalog/host/web-1").Body.String()
	for _, want := range []string{"<dt>contact</dt><dd>unreachable", "It does not answer", `<a href="/services/checkout">service/checkout</a>`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
}
