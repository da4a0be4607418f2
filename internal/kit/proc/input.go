package proc

import (
	"io"
	"os"
)

// input carries a reader to the child. A Reader cannot be told to stop, so one
// that blocks is left behind when the child has ended, and is not waited for.
type input struct {
	from     io.Reader
	childEnd *os.File
	ourEnd   *os.File
}

func newInput(from io.Reader) (*input, error) {
	if from == nil {
		null, err := os.Open(os.DevNull)
		return &input{childEnd: null}, err
	}
	r, w, err := os.Pipe()
	return &input{from: from, childEnd: r, ourEnd: w}, err
}

func (i *input) begin() {
	i.childEnd.Close()
	if i.ourEnd == nil {
		return
	}
	go func() {
		io.Copy(i.ourEnd, i.from) //nolint:errcheck // a child need not read all that it is given
		i.ourEnd.Close()
	}()
}

func (i *input) end() {
	i.childEnd.Close()
	if i.ourEnd != nil {
		i.ourEnd.Close()
	}
}
