package environment

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"time"
)

// tails keeps the end of what each service printed.
func (k *keeper) tails(ctx context.Context, b Backend, e Environment) {
	for _, one := range e.Spec.Services {
		if err := k.tailOf(ctx, b, e, one.Name); err != nil && ctx.Err() == nil {
			k.c.Log.Info("what a service printed", "env", e.ID, "service", one.Name, "err", err)
		}
	}
}

func (k *keeper) tailOf(ctx context.Context, b Backend, e Environment, service string) error {
	ctx, cancel := context.WithTimeout(ctx, tailTimeout)
	defer cancel()
	r, err := b.Logs(ctx, e.ID, service, time.Time{}, false)
	if err != nil || r == nil {
		return err
	}
	out := &tail{most: tailBytes}
	_, err = io.Copy(out, r)
	if err = errors.Join(err, r.Close()); out.Len() == 0 {
		return err
	}
	return errors.Join(err, k.c.Print(ctx, e.ID, service, out.String()))
}

// tail keeps the last bytes that are written.
type tail struct {
	bytes.Buffer
	most int
}

func (t *tail) Write(b []byte) (int, error) {
	n := len(b)
	t.Buffer.Write(b)
	if over := t.Len() - t.most; over > 0 {
		t.Next(over)
	}
	return n, nil
}

// lines hears each line that is written.
type lines func(line string)

func (l lines) Write(b []byte) (int, error) {
	for line := range strings.SplitSeq(strings.TrimRight(string(b), "\n"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			l(line)
		}
	}
	return len(b), nil
}
