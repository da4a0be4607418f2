package checkrun

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"prentice/internal/engine/pipeline"
	"prentice/internal/kit/term"
)

// What is kept of what a run printed, for its finding, and how long a line may be.
const (
	mostLines = 30
	longest   = 300 // bytes of a line in a finding; what is longer is cut
	mostLine  = 64 << 10
)

// printed takes what a run prints: into its log, to who listens, and the last lines into
// its finding. Lines with the seal say which step begins.
type printed struct {
	check pipeline.Check
	seal  []byte
	log   io.Writer
	tell  func(string)
	step  int
	line  []byte       // the one that has not ended
	cut   bool         // it is longer than is kept
	blank bool         // the last one was empty
	out   bytes.Buffer // for the log
	lines [mostLines][]byte
	count int // of lines of this step that were not empty
}

func newPrinted(c pipeline.Check, seal string, log io.Writer, tell func(string)) *printed {
	return &printed{check: c, seal: []byte(seal + " "), log: log, tell: tell, step: -1, blank: true}
}

// Write implements io.Writer. It never fails: what cannot be logged is still judged.
func (p *printed) Write(b []byte) (int, error) {
	all := len(b)
	for len(b) > 0 {
		part, rest, whole := bytes.Cut(b, []byte("\n"))
		if room := mostLine - len(p.line); len(part) > room {
			part, p.cut = part[:room], true
		}
		p.line = append(p.line, part...)
		if whole {
			p.ended()
		}
		b = rest
	}
	p.flush()
	return all, nil
}

func (p *printed) flush() {
	p.out.WriteTo(p.log) //nolint:errcheck // what cannot be logged is still judged
	p.out.Reset()
}

func (p *printed) end() {
	if len(p.line) > 0 {
		p.ended()
	}
	p.flush()
}

func (p *printed) ended() {
	line := bytes.TrimSuffix(p.line, []byte("\r"))
	if p.cut {
		line = append(line, "…"...)
	}
	p.line, p.cut = p.line[:0], false
	if rest, sealed := bytes.CutPrefix(line, p.seal); sealed {
		if n, err := strconv.Atoi(string(rest)); err == nil && n >= 0 && n < len(p.check.Steps) {
			p.step, p.count = n, 0
			p.say([]byte("── " + p.check.Steps[n].Name))
		}
		return
	}
	if len(line) == 0 && p.blank {
		return // the line before a mark, or one of many
	}
	p.blank = len(line) == 0
	p.say(line)
	if !p.blank {
		at := &p.lines[p.count%mostLines]
		*at = append((*at)[:0], line[:min(len(line), longest+1)]...)
		p.count++
	}
}

func (p *printed) say(line []byte) {
	p.out.Write(line)
	p.out.WriteByte('\n')
	if p.tell != nil {
		p.tell(p.check.Name + " │ " + string(line))
	}
}

// last are the last lines of the step that was performed last.
func (p *printed) last() (list []string) {
	for i := max(0, p.count-mostLines); i < p.count; i++ {
		line := p.lines[i%mostLines]
		end := ""
		if len(line) > longest {
			line, end = line[:longest], "…"
		}
		if text := term.Line(strings.ToValidUTF8(string(line), "?")); strings.TrimSpace(text) != "" {
			list = append(list, text+end)
		}
	}
	return list
}
