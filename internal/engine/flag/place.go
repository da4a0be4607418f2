package flag

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// places is the line of each value of a JSON text, by the keys that lead to it.
type places struct {
	text  []byte
	lines map[string]int
	twice []string // what is there twice
}

// locate reads the text and finds the lines. It refuses what is no JSON, and what nests so
// deep that reading it would be dear.
func locate(text []byte) (*places, int, error) {
	p := &places{text: text, lines: map[string]int{}}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err := p.value(d, nil)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = fmt.Errorf("it ends too early")
	}
	if err != nil {
		return nil, p.line(d.InputOffset()), err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, p.line(d.InputOffset()), fmt.Errorf("something follows the end of the JSON object")
	}
	return p, 0, nil
}

const deepest = 100 // levels of nesting

func (p *places) value(d *json.Decoder, path []string) error {
	if len(path) > deepest {
		return fmt.Errorf("it nests deeper than %d levels", deepest)
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	if _, ok := p.lines[at(path...)]; !ok {
		p.lines[at(path...)] = p.line(d.InputOffset() - 1)
	}
	switch token {
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return err
			}
			name, below := key.(string), append(path[:len(path):len(path)], key.(string))
			p.lines[at(below...)] = p.line(d.InputOffset() - 1)
			if seen[name] {
				p.twice = append(p.twice, at(below...))
			}
			seen[name] = true
			if err := p.value(d, below); err != nil {
				return err
			}
		}
	case json.Delim('['):
		for i := 0; d.More(); i++ {
			if err := p.value(d, append(path[:len(path):len(path)], fmt.Sprint(i))); err != nil {
				return err
			}
		}
	default:
		return nil
	}
	_, err = d.Token()
	return err
}

func (p *places) line(offset int64) int {
	return 1 + bytes.Count(p.text[:min(max(0, int(offset)), len(p.text))], []byte("\n"))
}

// at is a path as one text.
func at(path ...string) string { return strings.Join(path, "\x00") }
