package boot

import (
	"context"
	"errors"
	"io"

	"prentice"
	"prentice/internal/adapter/git"
	"prentice/internal/engine/artifact"
	"prentice/internal/engine/environment"
)

// copies are the folders that people sent, in the folder that all replicas have.
func (s *System) copies() artifact.Content {
	return artifact.Content{Dir: s.path("copies"), Most: environment.MostCopiedBytes}
}

// copyOf is one of them.
func (s *System) copyOf(_ context.Context, digest string) (environment.Copy, error) {
	digest, err := artifact.ParseDigest(digest)
	if err != nil {
		return environment.Copy{}, prentice.Errorf(prentice.Invalid, "a folder is sent before it is named").Try("let the command line send it: prentice env create .")
	}
	f, err := s.copies().Open(digest)
	if prentice.KindOf(err) == prentice.NotFound {
		return environment.Copy{}, prentice.Errorf(prentice.NotFound, "the copy %s of a folder is not kept here", digest).Try("send it again: prentice env create .")
	}
	if err != nil {
		return environment.Copy{}, err
	}
	return environment.OpenCopy(f)
}

// packFolder gives the files of a folder in a working tree, as they are now.
func packFolder(ctx context.Context, folder string) (io.ReadCloser, error) {
	work, err := git.Open(ctx, folder)
	if err != nil {
		return nil, err
	}
	copied, err := work.Copied(ctx, folder)
	if err != nil {
		return nil, errors.Join(err, work.Close())
	}
	from, to := io.Pipe()
	go func() {
		err := environment.Copy{Files: copied.FS, Name: copied.Name, Commit: copied.Commit, Changed: copied.Changed, Modules: copied.Modules}.Pack(to)
		to.CloseWithError(errors.Join(err, work.Close()))
	}()
	return from, nil
}
