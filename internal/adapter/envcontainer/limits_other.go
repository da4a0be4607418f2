//go:build !linux

package envcontainer

import (
	"context"

	"prentice/internal/kit/container"
)

func limitToOwn([]container.Ulimit) {}

func (b *Backend) free(context.Context) int64 { return 0 }
