package cluster

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// problem is an answer that is a refusal.
type problem struct {
	code    int
	reason  string
	message string
}

// details is what kubectl shows of an object that is invalid: message is
// KIND "NAME" is invalid: FIELD: WHY.
func (p *problem) details() object {
	head, why, found := strings.Cut(p.message, " is invalid: ")
	kind, name, _ := strings.Cut(head, " ")
	field, why, _ := strings.Cut(why, ": ")
	if !found || p.code != 422 {
		return object{}
	}
	return object{"kind": kind, "name": strings.Trim(name, `"`), "causes": []any{object{"reason": "FieldValueInvalid", "message": why, "field": field}}}
}

// call is one request, as far as its path says what it is about.
type call struct {
	*http.Request
	user                       user
	kind                       kind
	namespace, name, sub, verb string
	body                       []byte
	dry                        bool
	warnings                   []string
}

// ServeHTTP implements http.Handler.
func (c *Cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	u, known := c.users[token]
	if !known {
		c.refuse(w, &problem{401, "Unauthorized", "Unauthorized"})
		return
	}
	if c.discover(w, r) {
		return
	}
	q, ok := route(r)
	if !ok {
		c.refuse(w, &problem{404, "NotFound", "the server could not find the requested resource"})
		return
	}
	q.user = u
	if wrong := c.answer(w, &q); wrong != nil {
		c.refuse(w, wrong)
	}
}

func (c *Cluster) discover(w http.ResponseWriter, r *http.Request) bool {
	path := strings.TrimSuffix(r.URL.Path, "/")
	var is object
	switch path {
	case "/version":
		is = object{"major": "1", "minor": "30", "gitVersion": "v1.30.0", "platform": "linux/amd64"}
	case "/api":
		is = object{"kind": "APIVersions", "versions": []any{"v1"}}
	case "/apis":
		is = apiGroups()
	case "/openapi/v2":
		w.Header().Set("Content-Type", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")
		w.Write(openAPI()) //nolint:errcheck // who asked has gone
		return true
	default:
		is = resources(path)
	}
	if is == nil || r.Method != http.MethodGet {
		return false
	}
	write(w, 200, is)
	return true
}

// route is what a path is about.
func route(r *http.Request) (q call, ok bool) {
	q.Request = r
	for _, k := range kinds {
		rest, found := strings.CutPrefix(r.URL.Path, k.prefix()+"/")
		if !found {
			continue
		}
		parts := strings.Split(rest, "/")
		if !k.everywhere && parts[0] == "namespaces" && len(parts) > 2 {
			q.namespace, parts = parts[1], parts[2:]
		}
		if parts[0] != k.plural || len(parts) > 3 {
			continue
		}
		parts = append(parts, "", "")
		q.kind, q.name, q.sub = k, parts[1], parts[2]
		q.verb = map[string]string{"GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}[r.Method]
		switch {
		case q.verb == "get" && q.name == "" && r.URL.Query().Get("watch") != "":
			q.verb = "watch"
		case q.verb == "get" && q.name == "":
			q.verb = "list"
		}
		q.dry = r.URL.Query().Get("dryRun") == "All"
		return q, q.verb != ""
	}
	return q, false
}

func (c *Cluster) answer(w http.ResponseWriter, q *call) *problem {
	if !q.user.may(q.verb, q.kind, q.sub, q.namespace, q.name) {
		return q.user.forbidden(q.verb, q.kind, q.sub, q.namespace, q.name)
	}
	if q.verb == "watch" {
		c.watch(w, q)
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(q.Body, 3<<20))
	if err != nil {
		return &problem{400, "BadRequest", err.Error()}
	}
	q.body = body
	c.mu.Lock()
	defer c.mu.Unlock()
	is, wrong := c.do(q)
	if wrong != nil {
		return wrong
	}
	for _, text := range q.warnings {
		w.Header().Add("Warning", "299 - "+quoted(text))
	}
	code := 200
	if q.verb == "create" {
		code = 201
	}
	write(w, code, is)
	return nil
}

func quoted(s string) string {
	return `"` + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `"`, `\"`) + `"`
}

// do is the request done. The lock is held.
func (c *Cluster) do(q *call) (object, *problem) {
	if q.verb == "list" {
		items := []any{}
		for _, o := range c.list(q.kind, selectionOf(q.namespace, q.URL.Query())) {
			items = append(items, o)
		}
		return object{"kind": q.kind.name + "List", "apiVersion": q.kind.apiVersion(), "metadata": object{"resourceVersion": fmt.Sprint(c.version)}, "items": items}, nil
	}
	o := c.objects[key(q.kind, q.namespace, q.name)]
	if o == nil && q.name != "" && (q.verb != "patch" || q.Header.Get("Content-Type") != applyPatch) {
		return nil, &problem{404, "NotFound", fmt.Sprintf("%s %q not found", q.kind.qualified(), q.name)}
	}
	switch {
	case q.sub == "scale" && q.kind.name == "Deployment":
		return c.scale(q, o)
	case q.sub == "eviction" && q.kind.name == "Pod" && q.verb == "create":
		return c.evict(q, o)
	case q.sub != "":
		return nil, &problem{404, "NotFound", "the server could not find the requested resource"}
	case q.verb == "get":
		return o, nil
	case q.verb == "delete":
		if !q.dry {
			c.remove(q.kind, o)
		}
		return object{"kind": "Status", "apiVersion": "v1", "status": "Success", "details": object{"name": q.name, "uid": text(o, "metadata", "uid")}}, nil
	case q.verb == "create":
		return c.create(q)
	}
	return c.change(q, o)
}

func (c *Cluster) create(q *call) (object, *problem) {
	var o object
	if err := json.Unmarshal(q.body, &o); err != nil {
		return nil, &problem{400, "BadRequest", err.Error()}
	}
	set(o, q.namespace, "metadata", "namespace")
	if q.kind.everywhere {
		delete(o["metadata"].(object), "namespace")
	}
	if c.objects[key(q.kind, q.namespace, text(o, "metadata", "name"))] != nil {
		return nil, &problem{409, "AlreadyExists", fmt.Sprintf("%s %q already exists", q.kind.qualified(), text(o, "metadata", "name"))}
	}
	return c.keep(q, o, nil)
}

// change is a PUT or a PATCH.
func (c *Cluster) change(q *call, was object) (object, *problem) {
	var body any
	if err := json.Unmarshal(q.body, &body); err != nil {
		return nil, &problem{400, "BadRequest", err.Error()}
	}
	o := object{}
	if was != nil {
		o = copyOf(was)
	}
	var err error
	kindOf := strings.Split(q.Header.Get("Content-Type"), ";")[0]
	switch {
	case q.verb == "update":
		o, _ = body.(object)
	case kindOf == "application/merge-patch+json":
		mergePatch(o, body)
	case kindOf == "application/strategic-merge-patch+json" && !q.kind.custom:
		_, err = strategic(q.kind.name, o, body)
	case kindOf == "application/json-patch+json":
		ops, ok := body.([]any)
		if !ok {
			return nil, &problem{400, "BadRequest", "a JSON patch is a list"}
		}
		err = jsonPatch(o, ops)
	case kindOf == applyPatch:
		return c.apply(q, was, body)
	default:
		return nil, &problem{415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"}
	}
	if err != nil {
		return nil, &problem{422, "Invalid", err.Error()}
	}
	return c.keep(q, o, was)
}

// keep is an object looked at and kept as the newest, unless it is a dry run.
func (c *Cluster) keep(q *call, o, was object) (object, *problem) {
	if wrong := immutable(q, o, was); wrong != nil {
		return nil, wrong
	}
	var unknown []string
	if wrong := c.check(q.kind, o, q.URL.Query().Get("fieldValidation"), &unknown); wrong != nil {
		return nil, wrong
	}
	for _, name := range unknown {
		q.warnings = append(q.warnings, fmt.Sprintf("unknown field %q", name))
	}
	if given := text(o, "metadata", "resourceVersion"); was != nil && given != "" && given != text(was, "metadata", "resourceVersion") {
		return nil, &problem{409, "Conflict", fmt.Sprintf("Operation cannot be fulfilled on %s %q: the object has been modified; please apply your changes to the latest version and try again", q.kind.qualified(), q.name)}
	}
	o = defaulted(q.kind, o)
	if q.dry {
		return o, nil
	}
	return c.put(q.kind, o), nil
}

// check is what a kind's objects must be like. Unknown fields are refused, or listed.
func (c *Cluster) check(k kind, o object, mode string, unknown *[]string) *problem {
	if k.custom {
		return nil
	}
	var found []string
	if err := look(k.name, o, "", &found); err != nil {
		return &problem{400, "BadRequest", fmt.Sprintf("%s in version %q cannot be handled as a %s: %v", k.name, k.version, k.name, err)}
	}
	slices.Sort(found)
	switch {
	case mode == "Strict" && len(found) > 0:
		return &problem{400, "BadRequest", fmt.Sprintf("%s in version %q cannot be handled as a %s: strict decoding error: unknown field %q", k.name, k.version, k.name, found[0])}
	case mode != "Ignore" && unknown != nil:
		*unknown = found
	}
	return invalid(k, o)
}

func write(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v) //nolint:errcheck // who asked has gone
}

func (c *Cluster) refuse(w http.ResponseWriter, p *problem) {
	write(w, p.code, object{"kind": "Status", "apiVersion": "v1", "metadata": object{}, "status": "Failure", "message": p.message, "reason": p.reason, "details": p.details(), "code": p.code})
}

// immutable is what a change may not touch.
func immutable(q *call, o, was object) *problem {
	if was == nil {
		return nil
	}
	for _, name := range []string{"name", "namespace", "uid"} {
		if have := text(o, "metadata", name); have != text(was, "metadata", name) && (name != "uid" || have != "") {
			return &problem{422, "Invalid", fmt.Sprintf("%s %q is invalid: metadata.%s: field is immutable", q.kind.name, q.name, name)}
		}
	}
	if q.kind.name == "Deployment" && !same(at(o, "spec", "selector"), at(was, "spec", "selector")) {
		return &problem{422, "Invalid", fmt.Sprintf("Deployment.apps %q is invalid: spec.selector: field is immutable", q.name)}
	}
	return nil
}
