package checkrun

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/kit/mask"
)

// secretFile is where a run finds a secret, beside its variable. It is in the memory of the
// sandbox: what stands on a command line can be seen by others.
func secretFile(c pipeline.Check, name string) string {
	if c.Image != "" {
		return sandbox.Beside + "/secrets/" + name
	}
	return "/run/secrets/" + name
}

// give gives a run the secrets that its check names. One that it does not get is why the
// check is unknown.
func (j *job) give(ctx context.Context, t *check.Tree, c pipeline.Check) error {
	for _, name := range c.Secrets {
		if t.Secret == nil {
			return prentice.Errorf(prentice.Refused, "it needs the secret %s, and a check gets none here", name)
		}
		value, err := t.Secret(ctx, name)
		if err != nil {
			return prentice.Errorf(prentice.KindOf(err), "it needs the secret %s: %w", name, err)
		}
		j.values = append(j.values, value)
		j.Files = append(j.Files, sandbox.File{Path: secretFile(c, name), Open: func() ([]byte, error) { return []byte(value), nil }})
	}
	if len(j.values) > 0 {
		j.Results.Whole = false
	}
	return nil
}

// hide takes the secrets out of the reports that a run brought back, before they are read.
func (j job) hide(reports *os.Root, c pipeline.Check) error {
	if len(j.values) == 0 {
		return nil
	}
	return fs.WalkDir(reports.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.ContainsFunc(c.Reports.All(), func(p string) bool { return check.Within(p, name) }) {
			return err
		}
		return masked(reports, name, j.values)
	})
}

func masked(root *os.Root, name string, values []string) error {
	from, err := root.Open(name)
	if err != nil {
		return err
	}
	defer from.Close() //nolint:errcheck // it was only read
	draft := name + ".masked"
	to, err := root.OpenFile(draft, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	w := mask.Writer(to, values)
	_, err = io.Copy(w, from)
	if err = errors.Join(err, w.Close(), to.Close()); err != nil {
		return err
	}
	return root.Rename(draft, name)
}
