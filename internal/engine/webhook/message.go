package webhook

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
	"prentice/internal/kit/mask"
)

// Message is what a sender posted. The names of headers are in small letters.
type Message struct {
	Header map[string]string
	Body   []byte
}

const (
	mostHeaders = 64
	longHeader  = 1000
	deepest     = 60       // of what stands in each other
	keptBody    = 16 << 10 // bytes of a body that people see
	hidden      = "*****"
)

// MessageOf is a request as a message. Of a header that is there more than once, all
// values count, so that no one reads another than was signed.
func MessageOf(h http.Header, body []byte) Message {
	m := Message{Header: map[string]string{}, Body: body}
	for name, values := range h {
		m.Header[strings.ToLower(name)] = strings.Join(values, ",")
	}
	return m
}

// readable is the headers that expressions and people see: none that holds what
// shows who the sender is.
func (m Message) readable(h Hook) map[string]string {
	kept := map[string]string{}
	for name, value := range m.Header {
		if secretive(name) || name == h.Header || strings.Contains(name, "signature") || len(kept) >= mostHeaders || !utf8.ValidString(value) {
			continue
		}
		kept[name] = clip.To(value, longHeader)
	}
	return kept
}

// value is the body as expressions see it: JSON, the fields of a form, or else a text.
func (m Message) value() (any, error) {
	if !utf8.Valid(m.Body) {
		return nil, prentice.Errorf(prentice.Invalid, "the body is not UTF-8").Try("send JSON in UTF-8")
	}
	kind, _, err := mime.ParseMediaType(m.Header["content-type"])
	if err != nil {
		kind = "application/json"
	}
	switch {
	case kind == "application/x-www-form-urlencoded":
		return form(string(m.Body))
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		if deep(m.Body) {
			return nil, prentice.Errorf(prentice.Invalid, "the body is more than %d levels deep", deepest).Try("send less of it")
		}
		is, err := expr.JSON(m.Body)
		if err != nil {
			return nil, prentice.Errorf(prentice.Invalid, "the body is %w", err).Try("send JSON and say so: Content-Type: application/json")
		}
		return is, nil
	}
	return string(m.Body), nil
}

// form is the fields of a form. One named payload that holds JSON is read, as GitHub
// sends it.
func form(text string) (any, error) {
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "the body is not a form: %w", err).Try("encode it as a form, or send JSON")
	}
	fields := map[string]any{}
	for name, is := range values {
		fields[name] = strings.Join(is, ",")
	}
	if payload := values.Get("payload"); strings.HasPrefix(payload, "{") && !deep([]byte(payload)) {
		if read, err := expr.JSON([]byte(payload)); err == nil {
			return read, nil
		}
	}
	return fields, nil
}

// deep says whether brackets stand deeper in each other than is read.
func deep(raw []byte) bool {
	depth, text := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			if depth++; depth > deepest {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// Shown is a message as people may see it: bounded, and with what is secret hidden.
type Shown struct {
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Bytes   int               `json:"bytes"`         // that came
	Cut     bool              `json:"cut,omitempty"` // more came than is shown
}

// Show is what people see of a message that a hook got.
func (m Message) Show(h Hook, secrets []string) Shown {
	s := Shown{Headers: m.readable(h), Bytes: len(m.Body)}
	for name, value := range s.Headers {
		s.Headers[name] = mask.String(value, secrets)
	}
	text := strings.ToValidUTF8(strings.ReplaceAll(string(m.Body), "\x00", ""), "?")
	if !deep(m.Body) {
		if is, err := expr.JSON(m.Body); err == nil && len(m.Body) > 0 {
			if raw, err := json.MarshalIndent(hide(plain(is)), "", "  "); err == nil {
				text = string(raw)
			}
		}
	}
	text = mask.String(text, secrets)
	s.Body = clip.To(text, keptBody)
	s.Cut = len(s.Body) < len(text)
	return s
}

// hide takes the values out whose names say that they are secret.
func hide(is any) any {
	switch v := is.(type) {
	case []any:
		for i := range v {
			v[i] = hide(v[i])
		}
	case map[string]any:
		for name, value := range v {
			if _, text := value.(string); text && secretive(strings.ToLower(name)) {
				v[name] = hidden
				continue
			}
			v[name] = hide(value)
		}
	}
	return is
}

var secretNames = []string{"password", "passwd", "secret", "token", "authorization", "cookie", "api_key", "apikey", "api-key", "private_key", "credential"}

func secretive(name string) bool {
	for _, part := range secretNames {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}
