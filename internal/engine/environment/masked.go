package environment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"prentice/internal/kit/mask"
)

// masked is a back end of one environment which says nothing that was given to it as a
// secret: neither in what services print, nor in what programs print beside them, nor in why
// one could not begin.
type masked struct {
	Backend
	of     Environment
	values func(context.Context, Environment) ([]string, error)
}

// Logs implements Backend.
func (m masked) Logs(ctx context.Context, id, service string, since time.Time, follow bool) (io.ReadCloser, error) {
	values, err := m.values(ctx, m.of)
	if err != nil {
		return nil, err
	}
	from, err := m.Backend.Logs(ctx, id, service, since, follow)
	if err != nil || from == nil {
		return from, err
	}
	out, in := io.Pipe()
	go func() {
		w := mask.Writer(in, values)
		_, err := io.Copy(w, from)
		in.CloseWithError(errors.Join(err, w.Close())) //nolint:errcheck // it gives none
	}()
	return printing{out, from}, nil
}

// printing is what is read of a pipe behind which something else is read.
type printing struct {
	*io.PipeReader
	from io.Closer
}

// Close implements io.Closer.
func (p printing) Close() error { return errors.Join(p.PipeReader.Close(), p.from.Close()) }

// Exec implements Backend.
func (m masked) Exec(ctx context.Context, id, service string, p Program) (int, error) {
	values, err := m.values(ctx, m.of)
	if err != nil {
		return 0, err
	}
	if p.Out == nil {
		return m.Backend.Exec(ctx, id, service, p)
	}
	w := mask.Writer(p.Out, values)
	p.Out = w
	code, err := m.Backend.Exec(ctx, id, service, p)
	return code, errors.Join(err, w.Close())
}

// States implements Backend.
func (m masked) States(ctx context.Context, id string) (map[string]State, error) {
	all, err := m.Backend.States(ctx, id)
	if err != nil {
		return nil, err
	}
	for name, s := range all {
		if s.Said == "" {
			continue
		}
		values, err := m.values(ctx, m.of)
		if err != nil {
			return nil, err
		}
		s.Said = mask.String(s.Said, values)
		all[name] = s
	}
	return all, nil
}

// gave remembers a value that an environment was given: it is hidden also when the secret has
// another by now.
func (c *Conductor) gave(id, name, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.given == nil {
		c.given = map[string]map[string][]string{}
	}
	if c.given[id] == nil {
		c.given[id] = map[string][]string{}
	}
	if !slices.Contains(c.given[id][name], value) {
		c.given[id][name] = append(c.given[id][name], value)
	}
}

// ungave forgets what one was given that is no more.
func (c *Conductor) ungave(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.given, id)
}

// hidden are the values of an environment's secrets: those that this process gave it, or that
// they have now. What cannot be known cannot be hidden: the error says so, beside the others.
func (c *Conductor) hidden(ctx context.Context, e Environment) (values []string, trouble error) {
	for _, name := range e.Spec.SecretNames() {
		c.mu.Lock()
		given := c.given[e.ID][name]
		c.mu.Unlock()
		if len(given) > 0 || e.Outside || c.Secret == nil {
			values = append(values, given...)
			continue
		}
		value, err := c.Secret(ctx, name)
		if err != nil {
			trouble = fmt.Errorf("what %s prints is not shown, as the secret %s cannot be hidden in it: %w", e.Ref(), name, err)
			continue
		}
		values = append(values, value)
	}
	return values, trouble
}

// quiet is a back end of an environment, without what is secret of it.
func (c *Conductor) quiet(b Backend, e Environment) Backend {
	if len(e.Spec.SecretNames()) == 0 {
		return b
	}
	return masked{b, e, c.hidden}
}

var _ Backend = masked{}
