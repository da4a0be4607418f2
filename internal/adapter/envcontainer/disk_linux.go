package envcontainer

import (
	"context"
	"syscall"
)

// free are the bytes that the disk of the engine has left; 0 where that is not known, so
// that what environments have is measured at its time alone.
func (b *Backend) free(ctx context.Context) int64 {
	volumes, err := b.engine.Root(ctx)
	var s syscall.Statfs_t
	if err != nil || syscall.Statfs(volumes, &s) != nil {
		return 0
	}
	return int64(s.Bavail) * s.Bsize //nolint:gosec,unconvert // a disk has fewer
}
