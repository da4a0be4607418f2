package capture

import (
	"bytes"
	"strings"
)

// MostPrinted is how much of an output is kept whole, and how long its last line may
// be.
const MostPrinted = 1 << 20

// Printed keeps of what is written to it the last line that is not blank, and all of it
// while it is short enough. It takes everything. Aside is the beginning of lines that
// others write between, which are no part of the output.
type Printed struct {
	Aside string

	whole []byte // until it is too long
	long  bool
	line  []byte // the one that is being written
	over  bool   // it is too long
	last  []byte
	lost  bool // the last line was too long
}

// Write implements io.Writer. It never fails.
func (p *Printed) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			p.add(b)
			break
		}
		p.add(b[:end])
		p.endLine()
		b = b[end+1:]
	}
	return n, nil
}

func (p *Printed) add(b []byte) {
	if p.over = p.over || len(p.line)+len(b) > MostPrinted; !p.over {
		p.line = append(p.line, b...)
	}
}

// endLine keeps the line that is over.
func (p *Printed) endLine() {
	line, over := p.line, p.over
	p.line, p.over = p.line[:0], false
	if p.Aside != "" && !over && bytes.HasPrefix(line, []byte(p.Aside)) {
		return
	}
	if p.long = p.long || over || len(p.whole)+len(line) >= MostPrinted; p.long {
		p.whole = nil
	} else {
		p.whole = append(append(p.whole, line...), '\n')
	}
	if over || len(bytes.TrimSpace(line)) > 0 {
		p.last, p.lost = append(p.last[:0], line...), over
	}
}

// Last is the last line that is not blank. ok is false when it is too long to be kept.
func (p *Printed) Last() (line string, ok bool) {
	p.finish()
	return strings.TrimSpace(string(p.last)), !p.lost
}

// All is the whole output. ok is false when it is too long to be kept.
func (p *Printed) All() (text string, ok bool) {
	p.finish()
	return string(p.whole), !p.long
}

// finish takes a line without an end for a whole one.
func (p *Printed) finish() {
	if len(p.line) > 0 || p.over {
		p.endLine()
	}
}
