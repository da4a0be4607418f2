package git

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

var changing = regexp.MustCompile(`^refs/changes/[1-9][0-9]*/[1-9][0-9]*$`)

// SetPatchSet makes the ref of a patch set. It is made once: one that is there already is
// the same, or that is an error.
func (w *Work) SetPatchSet(ctx context.Context, ref, commit string) error {
	if !changing.MatchString(ref) || !objectID.MatchString(commit) {
		return prentice.Errorf(prentice.Internal, "%q and %q are no patch set", clip.Text(ref), clip.Text(commit))
	}
	there, err := w.run(ctx, nil, 1<<10, "rev-parse", "--verify", "--quiet", "--end-of-options", ref)
	switch {
	case err == nil && strings.TrimSpace(string(there)) == commit:
		return nil
	case err == nil:
		return prentice.Errorf(prentice.Conflict, "%s is %.12s already, and a patch set never changes", ref, there).Try("see who wrote it: git log %s", ref)
	case !errors.Is(err, errNo):
		return err
	}
	_, err = w.run(ctx, nil, 1<<10, "update-ref", "--no-deref", ref, commit, strings.Repeat("0", len(commit)))
	return err
}
