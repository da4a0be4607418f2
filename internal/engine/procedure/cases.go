package procedure

import (
	"encoding/json"
	"slices"
	"strconv"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// TestFile is where a team keeps its cases, in the team folder.
const TestFile = "procedure_test.yaml"

// Case is one line of a team's own table: an event or a request, and what is
// expected to come of it: a plan that is so, a refusal, or which procedures are
// proposed.
type Case struct {
	Name     string
	Request  prentice.RunRequest // without a procedure: what the event proposes is asked
	Captured map[string]string   // what checks see: by ID.NAME, or ID.NAME@HOST
	Choices  map[string][]string // what sources outside say, by input
	Proposes []string            // nil: it is not asked
	Refused  string              // what the refusal says; "": a plan is expected
	Plan     Expected
	At       prentice.Pos
}

// Expected is what a plan must be like. What is nil or "" is not asked.
type Expected struct {
	Steps, LeftOut, Targets []string // all of them, in order
	Risk                    string
	Undoable                *bool
	Subject                 string
	Env                     map[string]map[string]string // by step: values of variables
}

var (
	caseKeys  = []string{"name", "procedure", "inputs", "event", "captured", "choices", "proposes", "refused", "steps", "left_out", "targets", "risk", "undoable", "subject", "env"}
	planKeys  = []string{"steps", "left_out", "targets", "risk", "undoable", "subject", "env"}
	eventKeys = []string{"type", "subject", "source", "data"}
)

// caseReader reads a table of cases.
type caseReader struct {
	strict.Reader
	file  string
	known []string // procedures
	names map[string]int
	begun int // how many problems there were before the case that is being read
}

// Cases reads a table of cases for the procedures of a library. A case that cannot be
// read is among the findings, and not among the cases.
func (l *Library) Cases(file string, text []byte) ([]Case, []prentice.Finding) {
	r := caseReader{Reader: strict.Reader{Near: nearest.Of}, file: file, names: map[string]int{}}
	for _, e := range l.entries {
		r.known = append(r.known, e.proc.Name)
	}
	root := r.Document(text)
	if root == nil && len(r.Problems) == 0 {
		r.Wrong(nil, "write cases: and begin each case with a dash", "there are no cases")
	}
	if len(r.Problems) > 0 {
		return nil, team.Findings(file, r.Problems)
	}
	list := r.Mapping(root, "table of cases", "cases")["cases"]
	if list == nil {
		r.Wrong(root, "write cases: and begin each case with a dash", "there are no cases")
	}
	var cases []Case
	for _, n := range r.List(list, "cases") {
		r.begun = len(r.Problems)
		if c := r.testCase(n); len(r.Problems) == r.begun {
			cases = append(cases, c)
		}
	}
	return cases, team.Findings(file, r.Problems)
}

func (r *caseReader) testCase(n *strict.Node) Case {
	v := r.Mapping(n, "case", caseKeys...)
	c := Case{At: prentice.Pos{File: r.file, Line: n.Line, Column: n.Column}}
	c.Name = r.Needed(v["name"], n, "case", "name", "say what the case is, as a fact")
	if line := r.names[c.Name]; line > 0 {
		r.Wrong(v["name"], "the other one is in line "+strconv.Itoa(line), "there is another case %q", clip.Text(c.Name))
	}
	r.names[c.Name] = n.Line
	if v["procedure"] != nil {
		c.Request.Procedure = r.Choice(v["procedure"], "procedure", r.known)
	}
	c.Request.Inputs = r.texts(v["inputs"], "inputs")
	c.Request.Event = r.event(v["event"])
	c.Captured = r.texts(v["captured"], "captured")
	c.Choices = r.lists(v["choices"], "choices")
	if v["proposes"] != nil {
		c.Proposes = r.proposes(v["proposes"])
	}
	if v["refused"] != nil {
		c.Refused = r.Text(v["refused"], "refused")
	}
	c.Plan = r.expected(v)
	r.asks(c, n, v)
	return c
}

// asks refuses a case that asks for nothing, or for two things.
func (r *caseReader) asks(c Case, n *strict.Node, v map[string]*strict.Node) {
	plan := slices.IndexFunc(planKeys, func(key string) bool { return v[key] != nil }) >= 0
	switch {
	case c.Proposes != nil && v["event"] == nil:
		r.Wrong(v["proposes"], "write event: {type: …}", "proposes says something only of an event")
	case c.Proposes != nil && (v["procedure"] != nil || v["inputs"] != nil || v["refused"] != nil || plan):
		r.Wrong(v["proposes"], "make it two cases", "a case asks what an event proposes, or what a procedure plans")
	case c.Proposes != nil:
	case v["procedure"] == nil:
		r.Wrong(n, "name one of the team's, or write proposes:", "the case names no procedure")
	case v["refused"] != nil && plan:
		r.Wrong(v["refused"], "make it two cases", "what is refused has no plan")
	case v["refused"] == nil && !plan:
		r.Wrong(n, "write refused:, or one of steps, left_out, targets, risk, undoable, subject and env", "the case expects nothing")
	}
}

// proposes is a list of procedures, or [] for none.
func (r *caseReader) proposes(n *strict.Node) []string {
	if len(n.Content) == 0 && n.Value == "" {
		return []string{}
	}
	return r.Choices(n, "the team", r.known)
}

func (r *caseReader) expected(v map[string]*strict.Node) (e Expected) {
	e.Steps, e.LeftOut, e.Targets = r.listOrNone(v["steps"], "steps"), r.listOrNone(v["left_out"], "left_out"), r.listOrNone(v["targets"], "targets")
	if v["risk"] != nil {
		e.Risk = r.Choice(v["risk"], "risk", []string{"look", "change", "danger"})
	}
	if n := v["undoable"]; n != nil {
		yes := r.Choice(n, "answer", []string{"true", "false"}) == "true"
		e.Undoable = &yes
	}
	if v["subject"] != nil {
		e.Subject = r.Text(v["subject"], "subject")
	}
	if v["env"] == nil {
		return e
	}
	e.Env = map[string]map[string]string{}
	for _, key := range r.keys(v["env"], "env") {
		e.Env[key.name] = r.texts(key.value, "env of step "+clip.Text(key.name))
	}
	return e
}

// listOrNone is a list of names, or [] for none of them; nil where it is not said.
func (r *caseReader) listOrNone(n *strict.Node, what string) []string {
	switch {
	case n == nil:
		return nil
	case len(n.Content) == 0 && n.Value == "":
		return []string{}
	}
	return r.Words(n, what)
}

func (r *caseReader) event(n *strict.Node) *prentice.Event {
	if n == nil {
		return nil
	}
	v := r.Mapping(n, "event", eventKeys...)
	e := prentice.Event{ID: "case", Source: "case", Type: r.Needed(v["type"], n, "event", "type", "write a type such as probe.failed")}
	if v["source"] != nil {
		e.Source = r.Text(v["source"], "source")
	}
	if v["subject"] != nil {
		e.Subject = prentice.Ref(r.Text(v["subject"], "subject"))
	}
	if v["data"] != nil {
		var data any
		if err := v["data"].Decode(&data); err != nil {
			r.Wrong(v["data"], "write it as JSON, or as YAML that could be", "the data of the event cannot be read: %v", err)
		}
		raw, err := json.Marshal(data)
		if err != nil {
			r.Wrong(v["data"], "write texts as keys", "the data of the event has no JSON form: %v", err)
		}
		e.Data = raw
	}
	if err := e.Check(); err != nil && len(r.Problems) == r.begun {
		r.Wrong(n, prentice.HintOf(err), "%v", err)
	}
	return &e
}

// pair is a key of a mapping whose names the writer chooses.
type pair struct {
	name  string
	value *strict.Node
}

func (r *caseReader) keys(n *strict.Node, what string) []pair {
	if n == nil {
		return nil
	}
	var names []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		names = append(names, n.Content[i].Value)
	}
	var pairs []pair
	values := r.Mapping(n, what, names...)
	for _, name := range sortedKeys(values) {
		pairs = append(pairs, pair{name, values[name]})
	}
	return pairs
}

// lists is a mapping from names to lists of single values.
func (r *caseReader) lists(n *strict.Node, what string) map[string][]string {
	lists := map[string][]string{}
	for _, key := range r.keys(n, what) {
		if lists[key.name] = r.listOrNone(key.value, what+" of "+key.name); lists[key.name] == nil {
			lists[key.name] = []string{}
		}
	}
	return lists
}

// texts is a mapping from names to single values. An empty one is a value too.
func (r *caseReader) texts(n *strict.Node, what string) map[string]string {
	texts := map[string]string{}
	for _, key := range r.keys(n, what) {
		if len(key.value.Content) > 0 {
			r.Wrong(key.value, "write a single value; a list has commas between its values", "%s of %s is not a text", clip.Text(key.name), what)
			continue
		}
		texts[key.name] = key.value.Value
	}
	return texts
}
