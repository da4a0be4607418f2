package boot

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/time/rate"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/face/api"
	"prentice/internal/op"
)

var redraw = flag.Bool("redraw", false, "write the table of who may what as it is now; read the difference before you keep it")

const accessTable = "testdata/access.txt"

// Who may what, from the outside: every operation is asked for over the API by
// everyone there is, and what came of it is compared with the table. A role
// that changes is a line that changes, and an operation without a line fails.
func TestWhoMayWhatIsTheTable(t *testing.T) {
	w := openAccess(t)
	var b strings.Builder
	b.WriteString(accessHead)
	fmt.Fprintf(&b, "%-24s", "operation")
	for _, who := range w.cast {
		fmt.Fprintf(&b, " %-9s", who.name)
	}
	for _, o := range w.s.App.Ops() {
		fmt.Fprintf(&b, "\n%-24s", o.Name)
		for _, who := range w.cast {
			fmt.Fprintf(&b, " %-9s", w.verdict(o, who))
		}
	}
	got := trimmed(b.String())
	if *redraw {
		if err := os.WriteFile(accessTable, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(accessTable)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("who may what is not as %s says; look at the difference, and if it is meant: go test ./internal/boot -run WhoMayWhat -redraw\n%s", accessTable, differing(got, string(want)))
	}
}

const accessHead = `# Who may ask for what, as the API answers it: yes, no, or who (not signed in).
# granted is a viewer who is approver on service/bell, and asks about it; elsewhere they ask about another.
# token is an agent's with the role operator, for run.* and whoami, on service/bell; its elsewhere is another service.
`

// trimmed takes away the blanks at the ends of lines.
func trimmed(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.TrimSpace(strings.Join(lines, "\n")) + "\n"
}

func differing(got, want string) string {
	var out []string
	have := map[string]bool{}
	for _, line := range strings.Split(want, "\n") {
		have[line] = true
	}
	for _, line := range strings.Split(got, "\n") {
		if !have[line] {
			out = append(out, "is     "+line)
		}
		delete(have, line)
	}
	for line := range maps.Keys(have) {
		out = append(out, "wanted "+line)
	}
	return strings.Join(out, "\n")
}

// The table must be able to be wrong: a door that lets everyone do everything
// is seen.
func TestATableOfWhoMayWhatSeesAnOpenDoor(t *testing.T) {
	w := openAccess(t)
	w.as = func(prentice.Actor) prentice.Actor {
		return prentice.Actor{Kind: prentice.Person, Name: "mallory", Role: prentice.Owner}
	}
	for _, o := range w.s.App.Ops() {
		if o.Name == "person.list" && w.verdict(o, w.cast[1]) != "yes" {
			t.Error("a viewer who is taken for an owner is not seen")
		}
	}
}

type accessor struct {
	name, token string
	elsewhere   bool
}

type accessWorld struct {
	t    *testing.T
	s    *System
	url  string
	cast []accessor
	as   func(prentice.Actor) prentice.Actor
}

func openAccess(t *testing.T) *accessWorld {
	t.Helper()
	w := &accessWorld{t: t, s: opened(t, Answers, map[string]string{"procedures/ring-gong.md": strings.ReplaceAll(accessProcedure, "bell", "gong")})}
	handler, err := api.New(api.Config{Door: w.s.App, Ops: w.s.App.Ops(), Log: slog.New(slog.DiscardHandler),
		Limits: api.Limits{Actor: rate.Inf, ActorBurst: 1 << 20, Stranger: rate.Inf, StrangerBurst: 1 << 20},
		Authenticate: func(r *http.Request) (prentice.Actor, error) {
			a, err := w.s.authenticate(r)
			if w.as != nil && err == nil && a.Known() {
				a = w.as(a)
			}
			return a, err
		}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	w.url = server.URL
	w.hire()
	return w
}

// hire makes everyone there is, and the runs and incidents that they ask about.
func (w *accessWorld) hire() {
	ctx, people := w.t.Context(), w.s.Identity
	token := func(r identity.TokenRequest) string {
		value, _, err := people.CreateToken(ctx, r)
		if err != nil {
			w.t.Fatal(err)
		}
		return value
	}
	w.cast = []accessor{{name: "nobody"}}
	for _, role := range []prentice.Role{prentice.Viewer, prentice.Operator, prentice.Approver, prentice.Owner} {
		name := "a-" + string(role)
		if _, err := people.AddPerson(ctx, name, role); err != nil {
			w.t.Fatal(err)
		}
		w.cast = append(w.cast, accessor{name: string(role), token: token(identity.TokenRequest{Name: "own", Kind: prentice.Person, Person: name, Role: role})})
	}
	w.cast = append(w.cast, accessor{name: "agent", token: token(identity.TokenRequest{Name: "agent", Person: "a-owner", Role: prentice.Operator})})
	if _, err := people.AddPerson(ctx, "a-granted", prentice.Viewer); err != nil {
		w.t.Fatal(err)
	}
	if _, err := people.Grant(ctx, "a-granted", prentice.Grant{Role: prentice.Approver, On: "service/bell"}); err != nil {
		w.t.Fatal(err)
	}
	granted := token(identity.TokenRequest{Name: "own", Kind: prentice.Person, Person: "a-granted", Role: prentice.Approver})
	narrow := token(identity.TokenRequest{Name: "narrow", Person: "a-owner", Role: prentice.Operator, Scope: &prentice.Scope{Ops: []string{"run.*", "whoami"}, On: []prentice.Ref{"service/bell"}}})
	w.cast = append(w.cast, accessor{name: "granted", token: granted}, accessor{name: "elsewhere", token: granted, elsewhere: true},
		accessor{name: "token", token: narrow}, accessor{name: "elsewhere", token: narrow, elsewhere: true})
	for _, which := range []string{"bell", "gong"} {
		asker := prentice.Actor{Kind: prentice.Person, Name: "olga", Role: prentice.Owner, Door: "cli"}
		for name, in := range map[string]string{"run.start": `{"procedure":"ring-` + which + `"}`, "incident.open": `{"subject":"service/` + which + `","summary":"silent"}`} {
			if _, err := w.s.App.Invoke(ctx, op.Request{Actor: asker, Op: name, In: json.RawMessage(in)}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// accessInputs are inputs that the examples of the fields do not make: about the
// bell, or harmless.
var accessInputs = map[string]string{
	"run.start":           `{"procedure":"ring-bell"}`,
	"run.adhoc":           `{"targets":"service(\"bell\").hosts","command":["true"]}`,
	"incident.open":       `{"subject":"service/bell","summary":"silent"}`,
	"token.revoke":        `{"id":9999}`,
	"person.role":         `{"name":"nobody-at-all","role":"viewer"}`,
	"person.grant":        `{"name":"nobody-at-all","role":"viewer","on":"service/bell"}`,
	"person.revoke-grant": `{"name":"nobody-at-all","on":"service/bell"}`,
	"evidence.show":       `{"seq":1}`,
}

// input is a good one for an operation: about the bell, or about the gong.
func (w *accessWorld) input(o op.Op, elsewhere bool) string {
	text, found := accessInputs[o.Name]
	if !found {
		in := map[string]any{}
		for _, f := range o.Fields() {
			switch {
			case f.Optional:
			case f.Name == "number" || f.Name == "run":
				in[f.Name] = strings.Split(o.Name, ".")[0] + "/1"
			case f.Type.Kind() == reflect.Slice:
				in[f.Name] = []string{strings.Split(o.Name, ".")[0] + "/1"}
			case f.Type.Kind() == reflect.Int64 || f.Type.Kind() == reflect.Int:
				in[f.Name] = 9999
			case f.Type.Kind() == reflect.Float64:
				in[f.Name] = json.RawMessage(f.Example)
			case len(f.Enum) > 0:
				in[f.Name] = f.Enum[0]
			case f.Example != "":
				in[f.Name] = f.Example
			case f.Moment():
				in[f.Name] = "2030-01-01T00:00:00Z"
			default:
				in[f.Name] = "words"
			}
		}
		raw, err := json.Marshal(in)
		if err != nil {
			w.t.Fatal(err)
		}
		text = string(raw)
	}
	if elsewhere {
		text = strings.NewReplacer("bell", "gong", "run/1", "run/2", "incident/1", "incident/2").Replace(text)
	}
	return text
}

// verdict is what the API says when someone asks.
func (w *accessWorld) verdict(o op.Op, who accessor) string {
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel() // a stream ends with it
	method, path, body := http.MethodPost, "/v1/op/"+o.Name, w.input(o, who.elsewhere)
	if o.Streams() {
		method, path, body = http.MethodGet, "/v1/watch/"+o.Name, ""
	}
	if o.Attend { // what is about a thing is judged by it, and without a terminal nothing begins
		path += "?in=" + url.QueryEscape(w.input(o, who.elsewhere))
	}
	r, err := http.NewRequestWithContext(ctx, method, w.url+path, bytes.NewReader([]byte(body)))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if who.token != "" {
		r.Header.Set("Authorization", "Bearer "+who.token)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	var said struct{ Kind, Detail string }
	if res.StatusCode >= 400 {
		raw, _ := io.ReadAll(res.Body)
		if err := json.Unmarshal(raw, &said); err != nil {
			w.t.Fatalf("%s: %d %s", o.Name, res.StatusCode, raw)
		}
	}
	switch {
	case res.StatusCode == http.StatusUnauthorized:
		return "who"
	case said.Kind == "denied":
		return "no"
	case strings.HasPrefix(said.Detail, "input of "):
		w.t.Errorf("%s: the table's input %s is wrong: %s", o.Name, body, said.Detail)
	}
	return "yes"
}

const accessCatalog = `apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: keepers}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: tower, annotations: {prentice.dev/local: "true", prentice.dev/place: tower}}
spec: {type: host, owner: "group:keepers"}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: bell, annotations: {prentice.dev/hosts: tower}}
spec: {type: service, lifecycle: production, owner: "group:keepers"}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: gong, annotations: {prentice.dev/hosts: tower}}
spec: {type: service, lifecycle: production, owner: "group:keepers"}
`

const accessProcedure = "---\nprocedure: ring-bell\nsummary: Ring it\nowner: group:keepers\nreview_by: 2099-01-01\ninputs:\n  it: {type: service, default: bell, doc: The bell.}\n" +
	"targets: service(inputs.it).hosts\nlimits: {max_targets: 2, parallel: 1, max_unhealthy: 50%, cooldown: 1ms, timeout: 5m, approval_expires: 1h}\n---\n# Ring\n## Act\n```sh id=ring\ntrue\n```\n"
