package proc

import "errors"

// streams are what a child reads and writes. Err is out where both go one way.
type streams struct {
	in       *input
	out, err *output
}

func newStreams(s Spec) (*streams, error) {
	out, err := newOutput(s.Out)
	if err != nil {
		return nil, err
	}
	std := &streams{out: out, err: out}
	if s.Err != nil {
		if std.err, err = newOutput(s.Err); err != nil {
			out.discard()
			return nil, err
		}
	}
	if std.in, err = newInput(s.Stdin); err != nil {
		std.each(func(o *output) error { o.discard(); return nil }) //nolint:errcheck // it has none
		return nil, err
	}
	return std, nil
}

// each does something with each output once.
func (s *streams) each(do func(*output) error) error {
	err := do(s.out)
	if s.err != s.out {
		err = errors.Join(err, do(s.err))
	}
	return err
}

// discard gives up the streams of a child that never was.
func (s *streams) discard() {
	s.each(func(o *output) error { o.discard(); return nil }) //nolint:errcheck // it has none
	s.in.end()
}

func (s *streams) begin() {
	s.each(func(o *output) error { o.begin(); return nil }) //nolint:errcheck // it has none
	s.in.begin()
}

// end waits until all that the child wrote is kept.
func (s *streams) end() error {
	err := s.each((*output).end)
	s.in.end()
	return err
}
