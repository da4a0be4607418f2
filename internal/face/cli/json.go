package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"

	"gopkg.in/yaml.v3"

	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// json prints indented JSON, or the exact bytes of an output that has such.
func (p *printer) json(out any) error {
	if exact, ok := out.(op.Exact); ok && !isNil(out) {
		return p.exact(exact.Canonical())
	}
	b, err := marshal(out, "  ")
	if err != nil {
		return err
	}
	_, err = p.out.Write(append(b, '\n'))
	return err
}

// exact prints bytes that someone will hash. Only someone who looks at them
// gets a line end behind them and escapes in them.
func (p *printer) exact(b []byte) error {
	if p.screen.Terminal() {
		b = append(quiet(b), '\n')
	}
	_, err := p.out.Write(b)
	return err
}

func (p *printer) jsonLine(item any) error {
	b, err := marshal(item, "")
	if err != nil {
		return err
	}
	_, err = p.out.Write(append(b, '\n'))
	return err
}

func marshal(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("print as JSON: %w", err)
	}
	return quiet(bytes.TrimRight(b.Bytes(), "\n")), nil
}

// quiet writes the characters that steer a terminal as JSON escapes, which mean
// the same to a program. In JSON such characters stand only within strings.
func quiet(b []byte) []byte {
	s := string(b)
	if term.Safe(s) == s {
		return b
	}
	var out strings.Builder
	for _, r := range s {
		switch {
		case r < 0x7f || term.Safe(string(r)) == string(r):
			out.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return []byte(out.String())
}

// yaml prints the JSON form as YAML, with its keys in their order.
func (p *printer) yaml(out any) error {
	b, err := marshal(out, "")
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	node, err := p.node(d)
	if err != nil {
		return fmt.Errorf("print as YAML: %w", err)
	}
	var text bytes.Buffer
	e := yaml.NewEncoder(&text)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(node), e.Close()); err != nil {
		return fmt.Errorf("print as YAML: %w", err)
	}
	_, err = p.out.Write(escaped(text.Bytes(), `\U%08x`))
	return err
}

// escaped writes what is left of the characters that steer a terminal as escapes;
// each stands within double quotes, where an escape means the same.
func escaped(b []byte, form string) []byte {
	if s := string(b); term.Safe(s) != s {
		var out strings.Builder
		for _, r := range s {
			if term.Safe(string(r)) == string(r) {
				out.WriteRune(r)
			} else {
				fmt.Fprintf(&out, form, r)
			}
		}
		return []byte(out.String())
	}
	return b
}

// node reads one JSON value as a YAML node.
func (p *printer) node(d *json.Decoder) (*yaml.Node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		return p.collection(d, token)
	case string:
		n := &yaml.Node{}
		n.SetString(token)
		if term.Safe(token) != token {
			n.Style = yaml.DoubleQuotedStyle
		}
		return n, nil
	case json.Number:
		tag := "!!int"
		if strings.ContainsAny(token.String(), ".eE") {
			tag = "!!float"
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: token.String()}, nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(token)}, nil
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
	}
}

func (p *printer) collection(d *json.Decoder, open json.Delim) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	if open == '{' {
		n.Kind = yaml.MappingNode
	}
	for d.More() { // of an object: key, value, key, value
		child, err := p.node(d)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, child)
	}
	_, err := d.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
