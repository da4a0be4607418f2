package githost

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"prentice"
)

// pushesFile is locked by each push of a repository while it lasts, by whichever process
// serves it, and alone by the one who removes objects. When it was written is when that was
// last done.
const pushesFile = "prentice-pushes"

func openPushes(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, pushesFile), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, cannotWrite(dir, err)
	}
	return f, nil
}

// underWay says that a push lasts until the file is closed. It waits for the one who removes
// objects.
func underWay(ctx context.Context, dir string) (*os.File, error) {
	f, err := openPushes(dir)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
		switch {
		case err == nil:
			return f, nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			f.Close()
			return nil, cannotWrite(dir, err)
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, prentice.Errorf(prentice.Unavailable, "the repository is being tidied").Try("push again in a few minutes")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// alone is held while no push is under way; nil where one is.
func alone(dir string) (*os.File, error) {
	f, err := openPushes(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, nil
		}
		return nil, cannotWrite(dir, err)
	}
	return f, nil
}
