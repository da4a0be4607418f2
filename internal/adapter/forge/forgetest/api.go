package forgetest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice/internal/engine/forge"
)

// route is something that the documents of a forge say it can be asked. N in its path is a
// number, and S an id of a commit.
type route struct {
	ask    string // method and path, below that of the API
	query  []string
	fields []string // of the body
	need   []string // of those
	do     func(s *Server, in asked) (code int, out any)
}

// asked is what comes.
type asked struct {
	at    []string // what stands for N and S
	query url.Values
	body  map[string]any
}

func (a asked) number(i int) int64 { n, _ := strconv.ParseInt(a.at[i], 10, 64); return n } //nolint:errcheck // the route says that it is one
func (a asked) text(key string) string {
	text, _ := a.body[key].(string) //nolint:errcheck // "" is as good
	return text
}

// Sources: Gitea's templates/swagger/v1_json.tmpl of 1.26; docs.github.com/rest (pulls,
// commits/statuses, issues/comments, users); docs.gitlab.com/api (merge_requests, commits,
// notes, users).
func (s *Server) routes() []route {
	pulls, one, hash := "/repos/"+Project+"/pulls", "/repos/"+Project+"/pulls/N", "/repos/"+Project+"/statuses/S"
	status := []string{"state", "target_url", "description", "context"}
	switch s.Kind {
	case forge.GitLab:
		project := "/projects/" + url.PathEscape(Project)
		return []route{
			{"GET /user", nil, nil, nil, (*Server).user},
			{"GET " + project + "/merge_requests", []string{"state", "page", "per_page", "target_branch", "sort", "order_by"}, nil, nil, (*Server).list},
			{"GET " + project + "/merge_requests/N", nil, nil, nil, (*Server).one},
			{"PUT " + project + "/merge_requests/N", nil, []string{"state_event", "title", "description", "target_branch"}, nil, (*Server).change},
			{"POST " + project + "/statuses/S", nil, []string{"state", "name", "context", "target_url", "description", "ref", "pipeline_id", "coverage"}, []string{"state"}, (*Server).status},
			{"GET " + project + "/merge_requests/N/notes", []string{"page", "per_page", "sort", "order_by"}, nil, nil, (*Server).talk},
			{"POST " + project + "/merge_requests/N/notes", nil, []string{"body", "internal"}, []string{"body"}, (*Server).say},
			{"PUT " + project + "/merge_requests/N/notes/N", nil, []string{"body"}, []string{"body"}, (*Server).edit},
		}
	case forge.GitHub:
		return []route{
			{"GET /user", nil, nil, nil, (*Server).user},
			{"GET " + pulls, []string{"state", "head", "base", "sort", "direction", "per_page", "page"}, nil, nil, (*Server).list},
			{"GET " + one, nil, nil, nil, (*Server).one},
			{"PATCH " + one, nil, []string{"title", "body", "state", "base", "maintainer_can_modify"}, nil, (*Server).change},
			{"POST " + hash, nil, status, []string{"state"}, (*Server).status},
			{"GET /repos/" + Project + "/issues/N/comments", []string{"since", "per_page", "page"}, nil, nil, (*Server).talk},
			{"POST /repos/" + Project + "/issues/N/comments", nil, []string{"body"}, []string{"body"}, (*Server).say},
			{"PATCH /repos/" + Project + "/issues/comments/N", nil, []string{"body"}, []string{"body"}, (*Server).edit},
		}
	}
	return []route{
		{"GET /user", nil, nil, nil, (*Server).user},
		{"GET " + pulls, []string{"base_branch", "state", "sort", "milestone", "labels", "poster", "page", "limit"}, nil, nil, (*Server).list},
		{"GET " + one, nil, nil, nil, (*Server).one},
		{"PATCH " + one, nil, []string{"title", "body", "state", "base"}, nil, (*Server).change},
		// MergeCommitID is the word of 1.25 and before.
		{"POST " + one + "/merge", nil, []string{"do", "merge_commit_id", "MergeCommitID", "head_commit_id", "force_merge"}, []string{"do"}, (*Server).merge},
		{"POST " + hash, nil, status, nil, (*Server).status},
		{"GET /repos/" + Project + "/issues/N/comments", []string{"since", "before"}, nil, nil, (*Server).talk},
		{"POST /repos/" + Project + "/issues/N/comments", nil, []string{"body", "updated_at"}, []string{"body"}, (*Server).say},
		{"PATCH /repos/" + Project + "/issues/comments/N", nil, []string{"body", "updated_at"}, []string{"body"}, (*Server).edit},
	}
}

func (s *Server) fault(format string, args ...any) {
	s.faults = append(s.faults, fmt.Sprintf(format, args...))
}

// api answers one request.
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	root := map[forge.Kind]string{forge.Gitea: "/api/v1", forge.GitHub: "/api/v3", forge.GitLab: "/api/v4"}[s.Kind]
	what := r.Method + " " + strings.TrimPrefix(r.URL.EscapedPath(), root)
	s.mu.Lock()
	s.asked = append(s.asked, what)
	ill := s.ill
	s.mu.Unlock()
	if strings.Contains(what, ill.Only) && s.fails(w, r, ill) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	want := map[forge.Kind][2]string{forge.Gitea: {"Authorization", "token " + Token}, forge.GitHub: {"Authorization", "Bearer " + Token}, forge.GitLab: {"PRIVATE-TOKEN", Token}}[s.Kind]
	if r.Header.Get(want[0]) != want[1] {
		answer(w, http.StatusUnauthorized, map[string]any{"message": "token is required"})
		return
	}
	if err := s.follow(); err != nil {
		s.fault("%v", err)
	}
	for _, one := range s.routes() {
		at, fits := one.fits(what)
		if !fits {
			continue
		}
		in := asked{at: at, query: r.URL.Query()}
		if wrong := one.reads(r, &in); wrong != "" {
			s.fault("%s: %s", what, wrong)
			answer(w, http.StatusUnprocessableEntity, map[string]any{"message": wrong})
			return
		}
		code, out := one.do(s, in)
		if ill.Lost && strings.Contains(what, ill.Only) {
			panic(http.ErrAbortHandler)
		}
		answer(w, code, out)
		return
	}
	if strings.Contains(what, Project) || strings.Contains(what, url.PathEscape(Project)) { // another repository is none that is here
		s.fault("%s is not documented", what)
	}
	answer(w, http.StatusNotFound, map[string]any{"message": "Not Found"})
}

// fails is true where it is too ill to do anything.
func (s *Server) fails(w http.ResponseWriter, r *http.Request, ill Ill) bool {
	switch {
	case ill.Silent:
		select {
		case <-r.Context().Done():
		case <-time.After(ill.Timeout):
		}
		panic(http.ErrAbortHandler)
	case ill.Huge:
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `[{"body":"`) //nolint:errcheck // who reads may go
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("x", 1<<16)); err != nil {
				break
			}
		}
		return true
	case ill.Code > 0:
		if ill.Retry != "" {
			w.Header().Set("Retry-After", ill.Retry)
		}
		answer(w, ill.Code, map[string]any{"message": "ill, and the token is " + Token})
		return true
	}
	return false
}

func answer(w http.ResponseWriter, code int, out any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	if out != nil {
		json.NewEncoder(w).Encode(out) //nolint:errcheck // who reads may go
	}
}

func (o route) fits(what string) (at []string, fits bool) {
	want, have := strings.Split(o.ask, "/"), strings.Split(what, "/")
	if len(want) != len(have) {
		return nil, false
	}
	for i, w := range want {
		switch {
		case w == "N":
			if _, err := strconv.ParseUint(have[i], 10, 63); err != nil {
				return nil, false
			}
			at = append(at, have[i])
		case w == "S":
			if len(have[i]) != 40 {
				return nil, false
			}
			at = append(at, have[i])
		case w != have[i]:
			return nil, false
		}
	}
	return at, true
}

// reads takes the body, and says what of the request is not documented.
func (o route) reads(r *http.Request, in *asked) string {
	for key := range in.query {
		if !slices.Contains(o.query, key) {
			return "there is no parameter " + key
		}
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return err.Error()
	}
	if o.fields == nil {
		if len(raw) > 0 {
			return "it has no body"
		}
		return ""
	}
	if r.Header.Get("Content-Type") != "application/json" {
		return "the body is not said to be JSON"
	}
	if err := json.Unmarshal(raw, &in.body); err != nil {
		return "the body is no JSON"
	}
	for key := range in.body {
		if !slices.Contains(o.fields, key) {
			return "there is no field " + key
		}
	}
	for _, key := range o.need {
		if in.body[key] == nil || in.body[key] == "" {
			return key + " is needed"
		}
	}
	return ""
}
