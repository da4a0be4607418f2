package standard

import (
	"context"
	"encoding/json"
	"errors"

	"prentice/internal/engine/check"
)

// question is exactly what a rule asks: one way, and the files that it looks at.
type question struct {
	Builtin string   `json:"builtin,omitempty"`
	Pattern string   `json:"pattern,omitempty"`
	In      string   `json:"in,omitempty"`     // where a pattern looks: content or path
	Wanted  bool     `json:"wanted,omitempty"` // the pattern is to be there
	CEL     string   `json:"cel,omitempty"`
	Schema  any      `json:"schema,omitempty"`
	Sandbox string   `json:"sandbox,omitempty"` // a script for the sandbox
	Paths   []string `json:"paths,omitempty"`
	Except  []string `json:"except,omitempty"`
	Unread  string   `json:"unread,omitempty"` // its standard cannot be read, and why
}

func (q question) way() string {
	switch {
	case q.Builtin != "":
		return "builtin"
	case q.Pattern != "":
		return "pattern"
	case q.CEL != "":
		return "cel"
	case q.Sandbox != "":
		return "sandbox"
	}
	return "schema"
}

// kind is who judges it.
func (q question) kind() string {
	if q.Sandbox != "" {
		return ScriptKind
	}
	return Kind
}

// text is the question in the one form that a rule carries.
func (q question) text() string {
	raw, err := json.Marshal(q)
	if err != nil {
		return "" // a schema with keys that are no texts, which compile refuses
	}
	return string(raw)
}

// judge is a question ready to be asked.
type judge struct {
	each   func(*Text) ([]check.Finding, error)                  // of each file
	whole  func(context.Context, *View) ([]check.Finding, error) // of the tree
	covers func(path string) bool                                // which files
	bare   bool                                                  // their content is not read
}

// hinted is an error with what to do about it.
type hinted struct {
	error
	hint string
}

func hintOf(err error) string {
	if h, ok := errors.AsType[hinted](err); ok {
		return h.hint
	}
	return "correct it"
}

func (q question) compile(known Analysers) (judge, error) {
	covers, err := covering(q.Paths, q.Except)
	if err != nil {
		return judge{}, err
	}
	switch q.way() {
	case "builtin":
		return known.judge(q, covers)
	case "pattern":
		return q.compilePattern(covers)
	case "cel":
		return q.compileCEL(covers)
	case "sandbox":
		return q.compileScript(covers)
	}
	return q.compileSchema(covers)
}
