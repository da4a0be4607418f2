package environments

import (
	"context"
	"io/fs"
	"time"

	"prentice"
	"prentice/internal/engine/environment"
)

// ofFolder reads what someone asks for from a copy of their folder.
func (k *Desk) ofFolder(ctx context.Context, in PlanIn) (out asked, err error) {
	switch {
	case in.Revision != "" || in.Change != "":
		return out, prentice.Errorf(prentice.Invalid, "a folder is taken as it is now, and neither at a revision nor as a change").Try("leave that out; or name the repository")
	case k.Copy == nil:
		return out, prentice.Errorf(prentice.Unavailable, "nothing takes folders here").Try("start prentice: prentice up")
	}
	c, err := k.Copy(ctx, in.Repository)
	if err != nil {
		return out, err
	}
	defer c.Close() //nolint:errcheck // it was only read
	out.Copy, out.At, out.Profiles = in.Repository, c.Says(), in.Profiles
	var says environment.Preview
	if text, err := fs.ReadFile(c.Files, environment.RepositoryFile); err == nil {
		if says, err = environment.ReadPreview(text); err != nil {
			return out, err
		}
	}
	out.ttl = says.TTL
	if len(out.Profiles) == 0 {
		out.Profiles = says.Profiles
	}
	backend := in.Backend
	if backend == "" {
		backend = says.Backend
	}
	return out, k.choose(ctx, &out, c.Files, backend)
}

// unnamed is how long a copy is kept that no environment is made from.
const unnamed = time.Hour

// forgetCopies lets go of the copies of environments that are over.
func (k *Desk) forgetCopies(ctx context.Context) error {
	if k.Forget == nil {
		return nil
	}
	return k.Forget(k.Clock().Add(-unnamed), func(digest string) (bool, error) {
		live, err := k.Live(ctx)
		for _, e := range live {
			if e.Copy == digest {
				return true, err
			}
		}
		return false, err
	})
}
