package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"prentice"
)

// Hook writes a hook of the repository, where there is none, and says where it is.
func (w *Work) Hook(ctx context.Context, name, text string) (string, error) {
	dir := filepath.Join(w.Common, "hooks")
	if elsewhere, err := w.hooksElsewhere(ctx); err != nil || elsewhere != "" {
		if err == nil {
			err = prentice.Errorf(prentice.Refused, "the repository's hooks are in %s, which is not its own (core.hooksPath)", elsewhere).Try("put the hook there by hand: %s", strings.TrimSpace(firstOf(text)))
		}
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "the hook is not written: %w", err).Try("see who owns %s", dir)
	}
	path := filepath.Join(dir, name)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if errors.Is(err, fs.ErrExist) {
		if there, readErr := os.ReadFile(path); readErr == nil && string(there) == text {
			return path, nil
		}
		return "", prentice.Errorf(prentice.Conflict, "there is a hook already, and it is not overwritten: %s", path)
	}
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "the hook is not written: %w", err).Try("see who owns %s", dir)
	}
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return "", errors.Join(prentice.Errorf(prentice.Unavailable, "the hook is not written: %w", err).Try("see whether the disk is full"), os.Remove(path))
	}
	return path, nil
}

// hooksElsewhere is where the settings say that hooks are, if they say so.
func (w *Work) hooksElsewhere(ctx context.Context) (string, error) {
	own := &Work{Top: w.Top, Common: w.Common, env: env()}
	out, err := own.run(ctx, nil, 1<<16, "config", "--get-all", "core.hooksPath")
	if errors.Is(err, errNo) {
		return "", nil
	}
	for path := range strings.SplitSeq(strings.TrimSpace(string(out)), "\n") {
		if path != "" && path != os.DevNull { // which we say ourselves
			return path, err
		}
	}
	return "", err
}
