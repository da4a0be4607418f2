package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
)

// mapping says when a message becomes an event, and which.
type mapping struct {
	number int // in its hook, from 1
	line   int
	ignore bool
	when   *expr.Program

	kind, subject, id, data *expr.Program
}

func (m mapping) named() string { return fmt.Sprintf("mapping %d (line %d)", m.number, m.line) }

// environment is what the expressions of a mapping may speak of.
var environment = sync.OnceValues(func() (*expr.Env, error) {
	return expr.NewEnv(expr.Vars{"body": expr.Any, "headers": expr.MapOf(expr.String), "hook": expr.String})
})

func (r *reader) mapping(number int, n *strict.Node) mapping {
	v := r.Mapping(n, "mapping", "when", "do", "type", "subject", "id", "data")
	m := mapping{number: number, line: n.Line}
	m.when = r.expression(v["when"], "when", expr.Bool)
	if do := v["do"]; do != nil {
		m.ignore = r.Choice(do, "do", []string{"ignore"}) == "ignore"
		for _, key := range []string{"type", "subject", "id", "data"} {
			if v[key] != nil {
				r.Wrong(v[key], "take it out, or take do: ignore out", "what is ignored has no %s", key)
			}
		}
		return m
	}
	if v["type"] == nil {
		r.Wrong(n, `write type: "'ci.failed'", or do: ignore`, "the mapping does not say of which type the event is")
	}
	m.kind = r.expression(v["type"], "type", expr.String)
	m.subject = r.expression(v["subject"], "subject", expr.String)
	m.id = r.expression(v["id"], "id", expr.String, expr.Int)
	m.data = r.expression(v["data"], "data")
	return m
}

func (r *reader) expression(n *strict.Node, key string, want ...expr.Type) *expr.Program {
	if n == nil {
		return nil
	}
	source := r.Text(n, key)
	if source == "" {
		return nil
	}
	env, err := environment()
	if err != nil {
		r.Wrong(n, "report it", "%s: %v", key, err)
		return nil
	}
	program, err := env.Compile(source, want...)
	if err == nil {
		return &program
	}
	hint := "speak of body, headers and hook in CEL, such as body.action == 'completed'"
	if wrong, ok := errors.AsType[*expr.Error](err); ok && wrong.Unknown != "" {
		hint = "speak of body, headers and hook; write a text in quotes of its own: \"'ci.failed'\""
	}
	r.Wrong(n, hint, "%s: %v", key, err)
	return nil
}

// Mapped is what a message becomes.
type Mapped struct {
	Fits    bool // a mapping fits it
	Ignored bool // and says that nothing becomes of it
	Event   prentice.Event
	Says    string // which mapping fits, or why none does
}

// patience is how long the mappings of one message may be worked out.
const patience = 2 * time.Second

// Map says what a message becomes. The first mapping that fits counts. One whose
// condition cannot be worked out does not fit, and that is told.
func (h Hook) Map(ctx context.Context, m Message) (Mapped, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	body, err := m.value()
	if err != nil {
		return Mapped{}, err
	}
	values := map[string]any{"body": body, "headers": m.readable(h), "hook": h.Name}
	var odd []string
	for _, one := range h.mappings {
		fits := true
		if one.when != nil {
			if fits, err = one.when.Is(ctx, values); err != nil {
				odd = append(odd, fmt.Sprintf("%s: when: %v", one.named(), err))
				continue
			}
		}
		if !fits {
			continue
		}
		if one.ignore {
			return Mapped{Fits: true, Ignored: true, Says: one.named() + " ignores it"}, nil
		}
		e, err := one.event(ctx, h, values)
		return Mapped{Fits: err == nil, Event: e, Says: one.named()}, err
	}
	says := "no mapping fits"
	if len(h.mappings) == 0 {
		says = "the hook has no mappings"
	}
	if len(odd) > 0 {
		says += "; " + clip.To(strings.Join(odd, "; "), 500)
	}
	return Mapped{Says: says}, nil
}

// event is the event that a mapping makes.
func (m mapping) event(ctx context.Context, h Hook, values map[string]any) (e prentice.Event, err error) {
	e.Source = "hook/" + h.Name
	if e.Type, err = m.text(ctx, "type", m.kind, values); err != nil {
		return e, err
	}
	if !prentice.ValidName(e.Type) {
		return e, m.wrong("use letters, digits, dots and dashes, such as ci.failed", "type is %q", clip.Text(e.Type))
	}
	if m.subject != nil {
		subject, err := m.text(ctx, "subject", m.subject, values)
		if err != nil {
			return e, err
		}
		if e.Subject, err = prentice.ParseRef(subject); err != nil {
			return e, m.wrong("give a ref, such as \"service/checkout\"", "subject is %q", clip.Text(subject))
		}
	}
	if m.id != nil {
		if e.ID, err = m.text(ctx, "id", m.id, values); err != nil {
			return e, err
		}
	}
	if m.data == nil {
		return e, nil
	}
	is, err := m.data.Eval(ctx, values)
	if err != nil {
		return e, m.wrong("try it with: prentice hook test FILE", "data: %v", err)
	}
	if e.Data, err = json.Marshal(plain(is)); err != nil {
		return e, m.wrong("give what JSON can hold", "data: %v", err)
	}
	return e, nil
}

func (m mapping) text(ctx context.Context, key string, p *expr.Program, values map[string]any) (string, error) {
	is, err := p.Eval(ctx, values)
	if err != nil {
		return "", m.wrong("try it with: prentice hook test FILE", "%s: %v", key, err)
	}
	switch is := is.(type) {
	case string:
		return is, nil
	case int64:
		if key == "id" {
			return fmt.Sprint(is), nil
		}
	}
	return "", m.wrong("make it a text: string(…)", "%s is not a text", key)
}

func (m mapping) wrong(hint, format string, args ...any) error {
	return prentice.Errorf(prentice.Invalid, "%s: %s", m.named(), fmt.Sprintf(format, args...)).Try("%s", hint)
}

// plain makes values of expressions those that JSON holds.
func plain(is any) any {
	switch v := is.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	case time.Duration:
		return span.String(v)
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	}
	return is
}

// Mapping is a mapping as people read it.
type Mapping struct {
	When    string `json:"when,omitempty"`
	Ignore  bool   `json:"ignore,omitempty"`
	Type    string `json:"type,omitempty"`
	Subject string `json:"subject,omitempty"`
	ID      string `json:"id,omitempty"`
	Data    string `json:"data,omitempty"`
}

// String is the mapping in a line.
func (m Mapping) String() string {
	says := "every message"
	if m.When != "" {
		says = "when " + m.When
	}
	if m.Ignore {
		return says + ": ignored"
	}
	says += ": type " + m.Type
	if m.Subject != "" {
		says += ", subject " + m.Subject
	}
	return says
}

// Mappings are those of a hook, in their order.
func (h Hook) Mappings() []Mapping {
	list := []Mapping{}
	for _, m := range h.mappings {
		list = append(list, Mapping{When: sourceOf(m.when), Ignore: m.ignore, Type: sourceOf(m.kind), Subject: sourceOf(m.subject), ID: sourceOf(m.id), Data: sourceOf(m.data)})
	}
	return list
}

func sourceOf(p *expr.Program) string {
	if p == nil {
		return ""
	}
	return p.Source()
}
