package envcontainer

import (
	"syscall"

	"prentice/internal/kit/container"
)

// limitToOwn asks for no more than this process may give: an engine that is begun like it
// may not raise its own limits.
func limitToOwn(list []container.Ulimit) {
	for i, u := range list {
		resource, is := map[string]int{"nofile": syscall.RLIMIT_NOFILE, "nproc": 6, "fsize": syscall.RLIMIT_FSIZE}[u.Name]
		var most syscall.Rlimit
		if is && syscall.Getrlimit(resource, &most) == nil && most.Max < uint64(u.Hard) { //nolint:gosec // limits are not negative
			list[i].Soft, list[i].Hard = int64(most.Max), int64(most.Max) //nolint:gosec // it is less
		}
	}
}
