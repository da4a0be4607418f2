package heartbeat

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"prentice"
)

// Checks is the jobs for programs that manage them as those of healthchecks.
type Checks interface {
	Who(*http.Request) (prentice.Actor, error)
	List(ctx context.Context, by prentice.Actor) ([]Check, error)
	Create(ctx context.Context, by prentice.Actor, s Spec) (uuid, address string, err error)
	Update(ctx context.Context, by prentice.Actor, name string, s Spec) error
	// Do is pause, resume or remove.
	Do(ctx context.Context, by prentice.Actor, what, name string) error
	// Named is the name of the job that has a key.
	Named(ctx context.Context, key string) (string, error)
}

// Check is a job, in the words of healthchecks.
type Check struct {
	Name     string     `json:"name"`
	Slug     string     `json:"slug"`
	Tags     string     `json:"tags"`
	Desc     string     `json:"desc"`
	Grace    int64      `json:"grace"`
	Status   string     `json:"status"`
	Started  bool       `json:"started"`
	LastPing *time.Time `json:"last_ping"`
	NextPing *time.Time `json:"next_ping"`
	Resume   bool       `json:"manual_resume"`
	Methods  string     `json:"methods"`
	Key      string     `json:"unique_key"`
	UUID     string     `json:"uuid,omitempty"`     // when it is made; only its hash is kept
	PingURL  string     `json:"ping_url,omitempty"` // the same
	Timeout  int64      `json:"timeout,omitempty"`
	Schedule string     `json:"schedule,omitempty"`
	Zone     string     `json:"tz,omitempty"`
}

// Spec is what is asked of a job; nil is not said.
type Spec struct {
	Name     *string  `json:"name"`
	Slug     *string  `json:"slug"`
	Tags     *string  `json:"tags"`
	Desc     *string  `json:"desc"`
	Timeout  *int64   `json:"timeout"`
	Grace    *int64   `json:"grace"`
	Schedule *string  `json:"schedule"`
	Zone     *string  `json:"tz"`
	Methods  *string  `json:"methods"`
	Resume   *bool    `json:"manual_resume"`
	Unique   []string `json:"unique"`
	APIKey   string   `json:"api_key"`
}

var isChecks = regexp.MustCompile(`^/api/v[123]/checks(?:/([^/]+))?(?:/(pause|resume))?/?$`)

// checks answers the management of healthchecks, as far as it is here.
func (f *Face) checks(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	parts := isChecks.FindStringSubmatch(r.URL.Path)
	var s Spec
	if r.Method == http.MethodPost {
		text, err := io.ReadAll(io.LimitReader(r.Body, mostBody))
		if err != nil || len(text) > 0 && json.Unmarshal(text, &s) != nil {
			tell(w, http.StatusBadRequest, map[string]string{"error": "could not parse request body"})
			return
		}
	}
	if key := r.Header.Get("X-Api-Key"); key != "" {
		s.APIKey = key
	}
	if s.APIKey == "" {
		tell(w, http.StatusUnauthorized, map[string]string{"error": "missing api key"})
		return
	}
	asked := r.Clone(r.Context())
	asked.Header.Set("Authorization", "Bearer "+s.APIKey)
	by, err := f.Checks.Who(asked)
	if err != nil || !by.Known() {
		tell(w, http.StatusUnauthorized, map[string]string{"error": "wrong api key"})
		return
	}
	by.Door = "api"
	status, out, err := f.managed(r, by, parts[1], parts[2], s)
	if err != nil {
		status, text := f.status(err)
		tell(w, status, map[string]string{"error": text})
		return
	}
	tell(w, status, out)
}

func tell(w http.ResponseWriter, status int, what any) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(what) // anyone who has gone hears nothing
}

// managed does what is asked of one job, or of all.
func (f *Face) managed(r *http.Request, by prentice.Actor, which, what string, s Spec) (int, any, error) {
	ctx := r.Context()
	all, err := f.Checks.List(ctx, by)
	if err != nil {
		return 0, nil, err
	}
	switch {
	case which == "" && r.Method == http.MethodGet:
		return http.StatusOK, map[string][]Check{"checks": chosen(all, r)}, nil
	case which == "" && r.Method == http.MethodPost:
		return f.put(ctx, by, all, s)
	case which == "":
		return 0, nil, wrongMethod()
	}
	c, err := f.one(ctx, all, which)
	if err != nil {
		return 0, nil, err
	}
	switch {
	case what == "" && r.Method == http.MethodGet:
		return http.StatusOK, c, nil
	case what == "" && r.Method == http.MethodPost:
		return f.changed(ctx, by, c.Name, s)
	case what == "" && r.Method == http.MethodDelete:
		return http.StatusOK, c, f.Checks.Do(ctx, by, "remove", c.Name)
	case what != "" && r.Method == http.MethodPost:
		if err := f.Checks.Do(ctx, by, what, c.Name); err != nil {
			return 0, nil, err
		}
		return f.changed(ctx, by, c.Name, Spec{})
	}
	return 0, nil, wrongMethod()
}

func wrongMethod() error {
	return prentice.Errorf(prentice.Invalid, "the address has no such method").Try("use GET, POST or DELETE as healthchecks documents it")
}

// one is a job by its UUID, by the key that lists show, or by its name.
func (f *Face) one(ctx context.Context, all []Check, which string) (Check, error) {
	if isUUID.MatchString(which) {
		name, err := f.Checks.Named(ctx, which)
		if err != nil {
			return Check{}, err
		}
		which = name
	}
	for _, c := range all {
		if c.Name == which || c.Key == which {
			return c, nil
		}
	}
	return Check{}, prentice.Errorf(prentice.NotFound, "not found").Try("list them: GET /api/v3/checks/")
}

// chosen are those with all the tags and the slug that are asked for.
func chosen(all []Check, r *http.Request) []Check {
	q, out := r.URL.Query(), []Check{}
	for _, c := range all {
		has := strings.Fields(c.Tags)
		if slices.ContainsFunc(q["tag"], func(tag string) bool { return !slices.Contains(has, tag) }) || q.Has("slug") && q.Get("slug") != c.Slug {
			continue
		}
		out = append(out, c)
	}
	return out
}

// put makes a job, or changes the one that is the same in what has to be unique.
func (f *Face) put(ctx context.Context, by prentice.Actor, all []Check, s Spec) (int, any, error) {
	name := s.name()
	if len(s.Unique) > 0 {
		for _, c := range all {
			if same(c, s) {
				return f.changed(ctx, by, c.Name, s)
			}
		}
	}
	uuid, address, err := f.Checks.Create(ctx, by, s)
	if err != nil {
		return 0, nil, err
	}
	_, out, err := f.changed(ctx, by, name, Spec{})
	if c, is := out.(Check); is {
		c.UUID, c.PingURL = uuid, address
		out = c
	}
	return http.StatusCreated, out, err
}

// name is that of the job: its slug, or its name where that can be one.
func (s Spec) name() string {
	if s.Slug != nil && *s.Slug != "" {
		return *s.Slug
	}
	if s.Name == nil {
		return ""
	}
	return strings.Join(strings.Fields(*s.Name), "-")
}

// Called is the name that a job is given.
func (s Spec) Called() string { return s.name() }

func same(c Check, s Spec) bool {
	for _, field := range s.Unique {
		equal := false
		switch field {
		case "name", "slug":
			equal = s.name() != "" && c.Name == s.name()
		case "tags":
			equal = s.Tags != nil && *s.Tags == c.Tags
		case "timeout":
			equal = s.Timeout != nil && *s.Timeout == c.Timeout
		case "grace":
			equal = s.Grace != nil && *s.Grace == c.Grace
		}
		if !equal {
			return false
		}
	}
	return true
}

// changed changes a job, and shows it.
func (f *Face) changed(ctx context.Context, by prentice.Actor, name string, s Spec) (int, any, error) {
	if s.says() {
		if err := f.Checks.Update(ctx, by, name, s); err != nil {
			return 0, nil, err
		}
	}
	all, err := f.Checks.List(ctx, by)
	if err != nil {
		return 0, nil, err
	}
	c, err := f.one(ctx, all, name)
	return http.StatusOK, c, err
}

func (s Spec) says() bool {
	return s.Tags != nil || s.Desc != nil || s.Timeout != nil || s.Grace != nil || s.Schedule != nil || s.Zone != nil || s.Methods != nil || s.Resume != nil
}
