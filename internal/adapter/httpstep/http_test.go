package httpstep_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/httpstep"
	"prentice/internal/kit/freeport"
)

func attrs(pairs ...string) map[string]string {
	m := map[string]string{}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		m[name] = value
	}
	return m
}

func server(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s key=%s auth=%s type=%s x=%s body=%s", r.Method, r.Header.Get("Idempotency-Key"), r.Header.Get("Authorization"), r.Header.Get("Content-Type"), r.Header.Get("X-Reason"), body)
	})
	mux.HandleFunc("/404", http.NotFound)
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/echo", http.StatusSeeOther) })
	mux.HandleFunc("/hangup", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) //nolint:errcheck // a server that has not read does not see who leaves
		<-r.Context().Done()
	})
	mux.HandleFunc("/big", func(w http.ResponseWriter, r *http.Request) { w.Write(bytes.Repeat([]byte("x"), 1<<20)) })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func work(body string, log *bytes.Buffer, pairs ...string) prentice.Work {
	return prentice.Work{
		Run: "run/7", Nonce: "f00d", Log: log, Target: prentice.Target{Ref: "host/web1"},
		Step: prentice.PlannedStep{ID: "purge", Kind: "http", Attrs: attrs(pairs...), Body: body},
	}
}

func TestWhatIsSentIsWhatWasPlanned(t *testing.T) {
	var log bytes.Buffer
	w := work(`{"cache":"all"}`, &log, "method=POST", "url="+server(t).URL+"/echo", "header.X-Reason=fault", "bearer=deploy-token")
	w.Env = []string{"DEPLOY_TOKEN=hunter2"}
	out, err := new(httpstep.Kind).Apply(t.Context(), w)
	if err != nil || !out.OK || out.Code != 200 {
		t.Fatalf("got %+v %v", out, err)
	}
	want := `POST key=run/7/f00d/purge/host/web1 auth=Bearer hunter2 type=application/json x=fault body={"cache":"all"}`
	if !strings.HasSuffix(log.String(), want) {
		t.Errorf("got %q, want %q", log.String(), want)
	}
}

func TestHowAnAnswerIsJudged(t *testing.T) {
	s := server(t)
	for _, c := range []struct {
		name  string
		attrs []string
		ok    bool
		code  int
		says  string
	}{
		{"a 200", []string{"url=" + s.URL + "/echo"}, true, 200, "answered 200 OK"},
		{"a 404", []string{"url=" + s.URL + "/404"}, false, 404, "answered 404 Not Found"},
		{"a 404 that is wanted", []string{"url=" + s.URL + "/404", "status=404"}, true, 404, ""},
		{"a 200 when 204 is wanted", []string{"url=" + s.URL + "/echo", "status=204"}, false, 200, ""},
		{"a redirect is not followed", []string{"url=" + s.URL + "/away"}, false, 303, "leads to " + s.URL + "/echo, where it was not followed"},
		{"a server that hangs up on a look", []string{"url=" + s.URL + "/hangup"}, false, 0, "it hung up before it had answered"},
		{"an answer that never comes to a look", []string{"url=" + s.URL + "/slow", "timeout=30ms"}, false, 0, "no answer in time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := new(httpstep.Kind).Apply(t.Context(), work("", &bytes.Buffer{}, c.attrs...))
			if err != nil || out.OK != c.ok || out.Code != c.code || !strings.Contains(out.Says, c.says) {
				t.Errorf("got %+v %v", out, err)
			}
		})
	}
}

func TestOfASentRequestWithoutAnAnswerNobodyKnowsHowFarItCame(t *testing.T) {
	s := server(t)
	for _, c := range []struct{ method, path string }{{"POST", "/hangup"}, {"POST", "/slow"}, {"PUT", "/hangup"}, {"DELETE", "/slow"}} {
		_, err := new(httpstep.Kind).Apply(t.Context(), work("", &bytes.Buffer{}, "method="+c.method, "url="+s.URL+c.path, "timeout=50ms"))
		if prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(err.Error(), "after the request was sent") {
			t.Errorf("%s %s: %v", c.method, c.path, err)
		}
	}
}

func TestARequestThatNobodyTookHasDoneNothing(t *testing.T) {
	port, err := freeport.Give()
	if err != nil {
		t.Fatal(err)
	}
	out, err := new(httpstep.Kind).Apply(t.Context(), work("", &bytes.Buffer{}, "method=POST", "url=http://"+freeport.Address(port)+"/"))
	if err != nil || out.OK || !strings.Contains(out.Says, "connection refused") {
		t.Errorf("got %+v %v", out, err)
	}
}

func TestTheLogKeepsTheBeginningOfTheAnswer(t *testing.T) {
	var log bytes.Buffer
	if out, err := new(httpstep.Kind).Apply(t.Context(), work("", &log, "url="+server(t).URL+"/big")); err != nil || !out.OK {
		t.Fatalf("got %+v %v", out, err)
	}
	if n := strings.Count(log.String(), "x"); n != 4096 {
		t.Errorf("%d bytes of the answer are in the log", n)
	}
}

func TestASecretThatWasNotGivenIsRefused(t *testing.T) {
	_, err := new(httpstep.Kind).Apply(t.Context(), work("", &bytes.Buffer{}, "url="+server(t).URL+"/echo", "bearer=deploy-token"))
	if prentice.KindOf(err) != prentice.Refused {
		t.Errorf("got %v", err)
	}
}

func TestWhetherItIsDone(t *testing.T) {
	s := server(t)
	question := func(path string) *prentice.PlannedStep {
		return &prentice.PlannedStep{ID: "done-purge", Kind: "http", Attrs: attrs("url=" + s.URL + path)}
	}
	for _, c := range []struct {
		name     string
		method   string
		question *prentice.PlannedStep
		want     prentice.Answer
	}{
		{"a POST without a question: no one knows", "POST", nil, prentice.Unknown},
		{"a PATCH without a question: no one knows", "PATCH", nil, prentice.Unknown},
		{"a PUT may be sent again", "PUT", nil, prentice.No},
		{"a DELETE may be sent again", "DELETE", nil, prentice.No},
		{"the question is answered as wanted", "POST", question("/echo"), prentice.Yes},
		{"the question is answered otherwise", "POST", question("/404"), prentice.No},
		{"the question is not answered", "POST", question("/hangup"), prentice.Unknown},
		{"a question of another kind", "POST", &prentice.PlannedStep{Kind: "sh", Body: "true"}, prentice.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := work("", &bytes.Buffer{}, "method="+c.method, "url="+s.URL+"/echo")
			w.Step.Done = c.question
			if got, _ := new(httpstep.Kind).Done(t.Context(), w); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestAStepStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := new(httpstep.Kind).Apply(ctx, work("x", &bytes.Buffer{}, "method=POST", "url="+server(t).URL+"/slow")); prentice.KindOf(err) != prentice.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestOneLineForPeople(t *testing.T) {
	k := new(httpstep.Kind)
	for want, s := range map[string]prentice.PlannedStep{
		"GET http://a/b answers a 2xx":             {Attrs: attrs("url=http://a/b")},
		"POST http://a/b with 2 bytes answers 204": {Attrs: attrs("url=http://a/b", "method=POST", "status=204"), Body: "{}"},
	} {
		if got := k.Says(s); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestWhatLintSays(t *testing.T) {
	for _, c := range []struct {
		name string
		spec prentice.StepSpec
		want string
	}{
		{"nothing wrong", prentice.StepSpec{Attrs: attrs("method=POST", "url=${service.url}/x", "header.X-Y=1", "bearer=t"), Body: "{}"}, ""},
		{"a misspelt attribute", prentice.StepSpec{Attrs: attrs("url=http://a", "metod=POST")}, `did you mean "method"?`},
		{"no url", prentice.StepSpec{}, "write url="},
		{"a url of another sort", prentice.StepSpec{Attrs: attrs("url=file:///etc/passwd")}, "write url="},
		{"a password in the url", prentice.StepSpec{Attrs: attrs("url=http://ann:pw@a/")}, "write url="},
		{"a token in a header", prentice.StepSpec{Attrs: attrs("url=http://a", "header.authorization=Bearer x")}, "bearer=NAME"},
		{"a method no one knows", prentice.StepSpec{Attrs: attrs("url=http://a", "method=post")}, "use one of GET"},
		{"a status no one knows", prentice.StepSpec{Attrs: attrs("url=http://a", "status=2xx")}, "write status=204"},
		{"a time without a unit", prentice.StepSpec{Attrs: attrs("url=http://a", "timeout=10")}, "write timeout=10s"},
		{"a look with a body", prentice.StepSpec{Attrs: attrs("url=http://a"), Body: "x"}, "method=POST"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var hints []string
			for _, f := range new(httpstep.Kind).Lint(c.spec) {
				hints = append(hints, f.Hint)
			}
			if got := strings.Join(hints, "|"); c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAnAnswerIsKeptForAStepThatHandsSomethingOn(t *testing.T) {
	s, log := server(t), &bytes.Buffer{}
	w := work("", log, "url="+s.URL+"/big")
	out, err := new(httpstep.Kind).Apply(t.Context(), w)
	if err != nil || out.Response != nil {
		t.Errorf("without anything to hand on: %+v %v", out.Response, err)
	}
	w.Step.Out = []prentice.Capture{{Name: "v", Type: "string"}}
	out, err = new(httpstep.Kind).Apply(t.Context(), w)
	if err != nil || out.Response == nil || out.Response.Status != 200 || len(out.Response.Body) != 1<<20 || out.Response.Long || out.Response.Header("Content-Type") == "" {
		t.Fatalf("got %v", err)
	}
	if log.Len() > 20<<10 {
		t.Errorf("the log has %d bytes", log.Len())
	}
}
