package boot

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"prentice/internal/op"
)

func TestAPublicAddressIsASiteOrAPartOfOne(t *testing.T) {
	for given, want := range map[string]string{
		"https://ops.example.org":            "https://ops.example.org",
		"https://OPS.example.org:443/":       "https://ops.example.org",
		"https://ops.example.org:8443/a/b/":  "https://ops.example.org:8443/a/b",
		"http://localhost:8080/prentice":     "http://localhost:8080/prentice",
		"http://[::1]:8080":                  "http://[::1]:8080",
		"http://ops.example.org":             "",
		"ops.example.org/prentice":           "",
		"https://":                           "",
		"ftp://ops.example.org":              "",
		"https://ann:pw@ops.example.org":     "",
		"https://ops.example.org/?a=b":       "",
		"https://ops.example.org/#a":         "",
		"https://ops.example.org/a//b":       "",
		"https://ops.example.org/../a":       "",
		"https://ops.example.org/a b":        "",
		"https://ops.example.org/%70rentice": "",
		`https://ops.example.org/"onload=`:   "",
	} {
		u, err := Settings{PublicURL: given}.public()
		switch {
		case want == "" && err == nil:
			t.Errorf("%q is taken as %s", given, u)
		case want != "" && (err != nil || u.String() != want):
			t.Errorf("%q is %v, %v", given, u, err)
		}
	}
}

func TestPeopleAreToldThePublicAddress(t *testing.T) {
	s := Settings{PublicURL: "https://ops.example.org/prentice", Hosts: "prentice.internal"}
	if is := s.forPeople("http://127.0.0.1:7400"); is != "https://ops.example.org/prentice" {
		t.Error(is)
	}
	if is := strings.Join(s.hosts(), " "); is != "ops.example.org prentice.internal" {
		t.Error(is)
	}
}

// saidPaths is a router that says what was asked of it.
func saidPaths(t *testing.T, public string) http.Handler {
	t.Helper()
	u, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("api " + r.URL.EscapedPath())) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.URL.EscapedPath())) })
	h, err := below(u, []op.Page{{Path: "/runs/{number}"}}, mux)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestWhatIsBelowThePathIsServedAlsoWithoutIt(t *testing.T) {
	h := saidPaths(t, "https://ops.example.org/team/prentice")
	for asked, want := range map[string]string{
		"/team/prentice/":              "200 /",
		"/team/prentice/runs/1":        "200 /runs/1",
		"/team/prentice/a%2Fb":         "200 /a%2Fb",
		"/team/prentice/v1/op/x":       "200 api /v1/op/x",
		"/runs/1":                      "200 /runs/1",
		"/v1/op/x":                     "200 api /v1/op/x",
		"/":                            "200 /",
		"/team/prentices":              "200 /team/prentices",
		"/team/prentice":               "307 /team/prentice/",
		"/team/prentice?q=1":           "307 /team/prentice/?q=1",
		"/team/prentice//runs/1?a=b":   "307 /team/prentice/runs/1?a=b",
		"//runs/1":                     "307 /team/prentice/runs/1",
		"//evil.example/..//x":         "307 /team/prentice/x",
		"/team/prentice//evil.example": "307 /team/prentice/evil.example",
		"/team/prentice/../../v1/op/x": "307 /team/prentice/v1/op/x",
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://ops.example.org"+asked, nil))
		is := w.Result().Status[:3] + " " + w.Body.String()
		if to := w.Header().Get("Location"); to != "" {
			is = w.Result().Status[:3] + " " + to
		}
		if is != want {
			t.Errorf("%s: %s, want %s", asked, is, want)
		}
	}
}

func TestAPathOfOurOwnIsNotTheRoot(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/", http.NotFound)
	mux.HandleFunc("/metrics", http.NotFound)
	mux.HandleFunc("/", http.NotFound)
	for _, path := range []string{"/runs", "/v1", "/v1/op", "/do/x", "/sign-in", "/assets"} {
		if _, err := below(&url.URL{Scheme: "https", Host: "ops.example.org", Path: path}, []op.Page{{Path: "/runs/{number}"}}, mux); err == nil {
			t.Errorf("%s is taken", path)
		}
	}
}
