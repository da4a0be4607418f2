// Package hostfacts looks at a machine once, and reads what that said: disks, memory, handles,
// load, clock and updates.
//
// Its words: a look is one script for a POSIX shell, which only reads, and is the same here and
// over SSH; what it printed is read into facts. An amount is how much there is of something,
// and how much of it is in use.
//
// It refuses to trust the machine: what it prints is cut at a bound, a line that is no fact is
// passed over, and a number that cannot be is none. What a machine does not say is not known,
// and never zero.
package hostfacts

import (
	_ "embed"
	"strings"
)

//go:embed look.sh
var look string

// Most is how many bytes of an answer are read.
const Most = 256 << 10

// Script is the look. Updates are asked for only now and then: that costs a second.
func Script(updates bool) string {
	if updates {
		return "UPDATES=yes\n" + look
	}
	return look
}

// Cut keeps the first bytes of what is written, and takes all, so that a machine that
// prints without end fills nothing here.
type Cut struct {
	text strings.Builder
	Over bool // there was more
}

// Write implements io.Writer.
func (c *Cut) Write(p []byte) (int, error) {
	room := Most - c.text.Len()
	if len(p) > room {
		c.Over = true
	}
	c.text.Write(p[:min(len(p), room)])
	return len(p), nil
}

// String is what was kept.
func (c *Cut) String() string { return c.text.String() }
