package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"prentice"
	"prentice/internal/op"
)

func TestAQueryThatCannotBeUsedSaysWhy(t *testing.T) {
	w := supervised(t).as("ann")
	for path, want := range map[string]string{
		"/runs?state=a&state=b":      "given 2 times",
		"/runs?open=perhaps":         "is not yes or no",
		"/runs/forty":                "is not a whole number",
		"/runs/99999999999999999999": "is not a whole number",
		"/do/run.aprove":             "the nearest word is run.approve",
		"/do/run.watch":              "There is no form",
	} {
		t.Run(path, func(t *testing.T) {
			got := w.get(path)
			body := strings.ReplaceAll(got.Body.String(), "&#39;", "'")
			if !strings.Contains(body, want) {
				t.Errorf("%d, no %q in\n%s", got.Code, want, body)
			}
			if got.Code != http.StatusUnprocessableEntity && got.Code != http.StatusNotFound {
				t.Errorf("got %d", got.Code)
			}
		})
	}
}

func TestWhatAMailScannerAddsToAnAddressChangesNothing(t *testing.T) {
	w := supervised(t).as("ann")
	plain := w.get("/runs").Body.String()
	for _, path := range []string{"/runs?utm_source=mail", "/runs?stat=waiting", "/runs/41?number=42", "/runs/41?safelink=1&x%5By%5D=1", "/runs?%3Cscript%3Ealert=1", "/do/run.approve?bogus_one=41", "/runs?_from=mail"} {
		if got := w.get(path); got.Code != http.StatusOK || strings.Contains(got.Body.String(), "<script>alert") {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	if got := w.get("/runs?utm_source=mail").Body.String(); strings.ReplaceAll(got, "?utm_source=mail", "") != plain {
		t.Error("the list is another one: it was taken for a filter")
	}
	if body := w.get("/runs/41?number=42").Body.String(); !strings.Contains(body, `/ 41</p>`) || strings.Contains(body, `name="number" value="42"`) {
		t.Error("the query stood above the path")
	}
}

func TestAPageThatIsNotThereKeepsTheMenu(t *testing.T) {
	w := supervised(t).as("ann")
	for path, status := range map[string]int{"/no-such-page": http.StatusNotFound, "/runs/forty": http.StatusUnprocessableEntity, "/find?q=nothing-like-that": http.StatusNotFound} {
		got := w.get(path)
		if body := got.Body.String(); got.Code != status || !strings.Contains(body, `aria-label="Pages"`) || !strings.Contains(body, "Sign out") || strings.Contains(body, `href="/sign-in"`) {
			t.Errorf("%s: %d, without the menu or as if no one were signed in", path, got.Code)
		}
	}
	if body := supervised(t).get("/no-such-page").Body.String(); strings.Contains(body, `aria-label="Pages"`) || !strings.Contains(body, `href="/sign-in"`) {
		t.Error("a stranger is not asked to sign in")
	}
}

func TestWhatRolesSee(t *testing.T) {
	for name, want := range map[string]struct{ approve, cancel bool }{"vera": {}, "otto": {cancel: true}, "ann": {true, true}, "olga": {true, true}} {
		t.Run(name, func(t *testing.T) {
			body := supervised(t).as(name).get("/runs/41").Body.String()
			if got := strings.Contains(body, "Approve restart-service on 1 host"); got != want.approve {
				t.Errorf("approve button: %v", got)
			}
			if got := strings.Contains(body, "Cancel run 41"); got != want.cancel {
				t.Errorf("cancel button: %v", got)
			}
			if !strings.Contains(body, "systemctl restart") {
				t.Error("the plan cannot be read")
			}
		})
	}
}

func TestTheDoorDecidesWhateverThePageShows(t *testing.T) {
	w := supervised(t).as("vera")
	got := w.post("/do/run.approve", approval(w))
	if got.Code != http.StatusForbidden || !strings.Contains(got.Body.String(), "person/vera may not ask for run.approve") {
		t.Errorf("got %d", got.Code)
	}
}

func TestAFormThatGoesWrongComesBackWithWhatWasTyped(t *testing.T) {
	w := supervised(t).as("ann")
	form := approval(w)
	form.Set("plan", "sha256:old")
	form.Set("reason", `I looked <b>twice</b> & agree`)
	got := w.post("/do/run.approve", form)
	body := got.Body.String()
	if got.Code != http.StatusConflict {
		t.Errorf("got %d", got.Code)
	}
	for _, want := range []string{"The state has changed", "The plan of run 41 is no longer sha256:old", "read the plan again and answer that one", "I looked &lt;b&gt;twice&lt;/b&gt; &amp; agree", "Approve restart-service on 1 host"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestAFormOfAnyOperationIsDrawnAndComesBackToo(t *testing.T) {
	w := supervised(t).as("ann")
	page := w.get("/do/run.approve?number=41").Body.String()
	for _, want := range []string{`name="number" value="41"`, "The hash of the plan that you read.", `<textarea id="f-reason"`, ">Approve a run</button>"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	form := url.Values{"_csrf": {w.csrf()}, "_from": {"/do/run.approve?number=41"}, "number": {"fourtyone"}, "plan": {""}, "reason": {"because"}}
	got := w.post("/do/run.approve", form)
	for _, want := range []string{"&#34;fourtyone&#34; is not a whole number", `value="fourtyone"`, ">because</textarea>"} {
		if body := got.Body.String(); got.Code != http.StatusUnprocessableEntity || !strings.Contains(body, want) {
			t.Errorf("%d, no %q", got.Code, want)
		}
	}
}

func TestASecretThatIsTypedIsNeverShown(t *testing.T) {
	type in struct {
		Name  string `json:"name"`
		Value string `json:"value" file:"true" secret:"true"`
	}
	keep := op.New("secret.keep", prentice.Change, prentice.Owner, "Keep it", func(context.Context, op.Call, in) (string, error) {
		return "", prentice.Errorf(prentice.Conflict, "it is kept already")
	})
	w := newWorld(t, nil, keep).as("ann")
	if body := w.get("/do/secret.keep?name=token&value=hunter2").Body.String(); !strings.Contains(body, `name="value" type="password"`) || strings.Contains(body, `value="hunter2"`) {
		t.Error("the form shows it")
	}
	for who, w := range map[string]*world{"somebody": w, "nobody": newWorld(t, nil, keep)} {
		body := w.post("/do/secret.keep", url.Values{"_csrf": {w.csrf()}, "name": {"a-name"}, "value": {"hunter2"}}).Body.String()
		if strings.Contains(body, "hunter2") || !strings.Contains(body, "a-name") {
			t.Errorf("what %s typed comes back as %s", who, body)
		}
	}
}

func TestWhatIsApprovedIsWhatIsShown(t *testing.T) {
	body := supervised(t).as("ann").get("/runs/41").Body.String()
	hash := someDetail(runStates[41]).ThePlan.Hash()
	if !strings.Contains(body, `name="plan" value="`+hash) || !strings.Contains(body, `data-copy="`+hash) {
		t.Errorf("the form and the plan beside it do not both name %s", hash)
	}
}

func TestDangerWantsTheNameTyped(t *testing.T) {
	w := supervised(t).as("ann")
	if !strings.Contains(w.get("/runs/48").Body.String(), `name="_typed"`) {
		t.Fatal("the page does not ask for the name")
	}
	form := approval(w)
	form.Set("_name", longName)
	form.Set("number", "41")
	for typed, want := range map[string]int{"": 422, "yes": 422, longName: 303} {
		form.Set("_typed", typed)
		if got := w.post("/do/run.approve", form); got.Code != want {
			t.Errorf("%q: got %d, want %d", typed, got.Code, want)
		}
	}
}

func TestReadingAndApprovingNeedNoScript(t *testing.T) {
	w := supervised(t).as("ann")
	body := w.get("/runs/41").Body.String()
	for _, want := range []string{`<form method="post" action="/do/run.approve">`, `name="_csrf" value="` + w.csrf(), `<button formaction="/do/run.refuse">`, `<textarea id="reason"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, bad := range []string{"<script>", "javascript:", " onclick=", " style=", "<style"} {
		if strings.Contains(body, bad) {
			t.Errorf("the policy forbids %q, and it is there", bad)
		}
	}
}

func TestNamesAndLogsCannotAct(t *testing.T) {
	evil := `<script>alert("x")</script>"'><img src=x onerror=alert(1)>` + "\x1b[31m\u202e"
	type out struct {
		Name, Text string
		Ref        prentice.Ref
		At         time.Time
		Raw        json.RawMessage
		Env        map[string]string
	}
	show := op.New("evil.show", prentice.Look, prentice.Viewer, "Show "+evil, func(context.Context, op.Call, struct{}) (out, error) {
		return out{Name: evil, Text: evil, Ref: prentice.NewRef("service", evil), At: noon, Raw: json.RawMessage(`{"a":"</script><script>alert(1)</script>"}`), Env: map[string]string{evil: evil}}, nil
	})
	files := fstest.MapFS{"pages/evil.html": {Data: []byte(`{{define "title"}}{{.Out.Name}}{{end}}<h1 title="{{.Out.Name}}">{{.Out.Name}}</h1>{{ref .Out.Ref}}{{state .Out.Name}}<pre>{{plain .Out.Text}}{{pretty .Out.Raw}}{{join "\n" (env .Out.Env)}}</pre>
{{md .Out.Text}}{{hash .Out.Name}}<a href="{{query . "q" .Out.Name}}">x</a>`)}}
	w := newWorld(t, []op.Page{{Path: "/", Op: "evil.show", Template: "evil.html", Title: evil, Nav: evil, Files: files}}, show).as("ann")
	for _, path := range []string{"/", "/?_q=" + url.QueryEscape(evil), "/find?q=" + url.QueryEscape(evil), "/" + url.PathEscape(evil), "/do/evil.show"} {
		body := w.get(path).Body.String()
		for _, bad := range []string{"<script>alert", "<img src=x", `"'>`, "\x1b", "ZgotmplZ"} {
			if strings.Contains(body, bad) {
				i := strings.Index(body, bad)
				t.Errorf("%s holds %q: …%q", path, bad, body[max(0, i-60):min(len(body), i+60)])
			}
		}
	}
}

func TestAFaultOfOursSaysANumberAndNothingElse(t *testing.T) {
	broken := op.New("x.show", prentice.Look, prentice.Viewer, "x", func(context.Context, op.Call, struct{}) (string, error) {
		return "", prentice.Errorf(prentice.Internal, "password is hunter2")
	})
	panics := op.New("y.show", prentice.Look, prentice.Viewer, "y", func(context.Context, op.Call, struct{}) (string, error) { panic("hunter2") })
	files := fstest.MapFS{"pages/x.html": {Data: []byte(`{{.Out}}`)}}
	w := newWorld(t, []op.Page{{Path: "/x", Op: "x.show", Template: "x.html", Files: files}, {Path: "/y", Op: "y.show", Template: "x.html", Files: files}}, broken, panics).as("ann")
	for _, path := range []string{"/x", "/y"} {
		got := w.get(path)
		if body := got.Body.String(); got.Code != http.StatusInternalServerError || strings.Contains(body, "hunter2") || !strings.Contains(body, "report the number") {
			t.Errorf("%s: %d\n%s", path, got.Code, body)
		}
	}
}

func TestFindGoesWhereAFewCharactersPoint(t *testing.T) {
	w := supervised(t).as("ann")
	for q, want := range map[string]string{"41": "/runs/41", "run/41": "/runs/41", "runs": "/runs", "Overview": "/"} {
		if got := w.get("/find?q=" + q).Header().Get("Location"); got != want {
			t.Errorf("%q: %q, want %q", q, got, want)
		}
	}
	if got := w.get("/find?q=estart").Body.String(); !strings.Contains(got, `href="/runs/60"`) {
		t.Errorf("a part of a word finds no run: %s", got)
	}
	for _, q := range []string{"", "nothing-like-that", "//evil.example", "service/checkout"} {
		if got := w.get("/find?q=" + url.QueryEscape(q)); got.Code != http.StatusNotFound && got.Code != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d to %q", q, got.Code, got.Header().Get("Location"))
		}
	}
}

func TestFiltersOfRunsStayInTheAddress(t *testing.T) {
	body := storybook(t, true).as("ann").get("/runs?text=start&since=2026-03-01&state=failed").Body.String()
	for _, want := range []string{`name="text" value="start"`, `name="since" value="2026-03-01"`, `type="hidden" name="state" value="failed"`,
		`href="/runs?since=2026-03-01&amp;state=verified&amp;text=start"`, `before=47&amp;since=2026-03-01&amp;state=failed&amp;text=start`, `<option value="restart-service">`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestAssetsAreKeptForEver(t *testing.T) {
	w := supervised(t)
	for name, path := range w.site.assets.named {
		got := w.get(path)
		if got.Code != http.StatusOK || !strings.Contains(got.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s at %s: %d %s", name, path, got.Code, got.Header().Get("Cache-Control"))
		}
	}
	for _, path := range []string{"/assets/prentice.css", "/assets/", "/assets/..%2fsite.go", "/assets/LICENSES"} {
		if got := w.get(path); got.Code == http.StatusOK {
			t.Errorf("%s is served", path)
		}
	}
}

func TestAPageWithoutItsOperationIsFoundAtStart(t *testing.T) {
	files := fstest.MapFS{"pages/x.html": {Data: []byte(`{{.Out}}`)}, "pages/bad.html": {Data: []byte(`{{nosuch .}}`)}}
	for _, p := range []op.Page{{Path: "/x", Op: "no.such", Template: "x.html", Files: files}, {Path: "/x", Op: "run.watch", Template: "x.html", Files: files},
		{Path: "/x", Op: "run.show", Template: "bad.html", Files: files}, {Path: "/x", Op: "run.show", Template: "none.html", Files: files}} {
		if _, err := New(Options{Pages: []op.Page{p}, Ops: storyOps(true)}); err == nil {
			t.Errorf("%+v was taken", p)
		}
	}
}

func TestRehearsalFindsATemplateThatAsksForTooMuch(t *testing.T) {
	if err := supervised(t).site.Rehearse(); err != nil {
		t.Errorf("the pages as they are: %v", err)
	}
	files := fstest.MapFS{
		"pages/x.html": {Data: []byte(`{{range .Out.Runs}}{{.Nmber}}{{end}}`)},
		"pages/y.html": {Data: []byte(`{{define "live run.watch"}}{{.Sayz}}{{end}}`)},
	}
	w := newWorld(t, []op.Page{{Path: "/x", Op: "run.list", Template: "x.html", Files: files}, {Path: "/y", Op: "run.list", Template: "y.html", Files: files}}, storyOps(true)...)
	err := w.site.Rehearse()
	if err == nil || !strings.Contains(err.Error(), "Nmber") || !strings.Contains(err.Error(), "Sayz") {
		t.Errorf("rehearsal said: %v", err)
	}
}

func TestTheFormOfSomethingDangerousWantsTheNameToo(t *testing.T) {
	remove := op.New("person.remove", prentice.Danger, prentice.Owner, "Take a person off the team.", func(context.Context, op.Call, struct {
		Name string `json:"name" arg:"1"`
	}) (string, error) {
		return "", nil
	})
	w := newWorld(t, nil, remove).as("olga")
	body := w.get("/do/person.remove?name=bob").Body.String()
	for _, want := range []string{`name="_name" value="bob"`, `value="bob" readonly`, `name="_typed"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	form := url.Values{"_csrf": {w.csrf()}, "name": {"bob"}, "_name": {"bob"}, "_typed": {"ann"}}
	if got := w.post("/do/person.remove", form); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("the wrong name: %d", got.Code)
	}
	form.Set("_typed", "bob")
	if got := w.post("/do/person.remove", form); got.Code != http.StatusSeeOther {
		t.Errorf("the right name: %d", got.Code)
	}
}
