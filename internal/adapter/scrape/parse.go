package scrape

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"

	"prentice/internal/engine/metric"
	"prentice/internal/kit/clip"
)

// Parse reads a page. A page that does not say what it is, is read as the text format of Prometheus.
func Parse(body []byte, kind string) (out metric.Scraped, err error) {
	if strings.Contains(kind, "protobuf") {
		return out, errors.New("it answers in protobuf, and text was asked for")
	}
	body = append(body, '\n')[:len(body)] // the parser adds a line's end, in place: then a part of it says where it is
	p, err := textparse.New(body, kind, nil, textparse.ParserOptions{FallbackContentType: "text/plain"})
	if p == nil {
		return out, fmt.Errorf("its answer is no text of metrics: %w", err)
	}
	at := -1 // nothing was read
	for {
		entry, err := p.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return metric.Scraped{}, fmt.Errorf("line %d is not as its format wants it: %s", lineAfter(body, at), clip.Text(strings.ToValidUTF8(err.Error(), "?")))
		}
		var part []byte
		switch entry {
		case textparse.EntryType:
			part, _ = p.Type()
		case textparse.EntryHelp:
			part, _ = p.Help()
		case textparse.EntryUnit:
			part, _ = p.Unit()
		case textparse.EntryComment:
			part = p.Comment()
		case textparse.EntrySeries:
			var value float64
			part, _, value = p.Series()
			var said labels.Labels
			p.Labels(&said)
			one := metric.Sample{Labels: make([]metric.Label, 0, said.Len()), Value: value}
			said.Range(func(l labels.Label) { one.Labels = append(one.Labels, metric.Label{Name: l.Name, Value: l.Value}) })
			if !metric.Fits(one.Labels) {
				out.Bent++
			} else {
				out.Samples = append(out.Samples, one)
			}
		}
		if here := cap(body) - cap(part); cap(part) > 0 && here >= at && here <= len(body) {
			at = here
		}
	}
}

// lineAfter is the first line with something in it behind the one in which a place is.
func lineAfter(body []byte, at int) int {
	line, rest := 0, body
	if at >= 0 {
		line = 1 + bytes.Count(body[:at], []byte("\n"))
		end := bytes.IndexByte(body[at:], '\n')
		if end < 0 {
			return line
		}
		rest = body[at+end+1:]
	}
	empty := len(rest) - len(bytes.TrimLeft(rest, "\n"))
	return line + empty + 1
}
