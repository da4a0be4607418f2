package proc

import "bytes"

// Bounded keeps so many bytes of what a program prints, and goes on reading: a program
// must not wait for us. Over says that there was more.
type Bounded struct {
	bytes.Buffer
	Most int
	Over bool
}

// Write implements io.Writer. It never fails.
func (b *Bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.Most {
		b.Over = true
		return len(p), nil
	}
	return b.Buffer.Write(p)
}
