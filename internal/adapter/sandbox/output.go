package sandbox

import "io"

// bounded lets so many bytes through, and then calls for the end.
type bounded struct {
	to   io.Writer
	left int64
	full func()
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	all := len(p)
	if int64(all) > b.left {
		p, b.over = p[:b.left], true
		b.full()
	}
	b.left -= int64(len(p))
	if b.to == nil || len(p) == 0 {
		return all, nil
	}
	if _, err := b.to.Write(p); err != nil {
		return 0, err
	}
	return all, nil
}
