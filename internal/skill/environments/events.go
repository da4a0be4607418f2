package environments

import (
	"context"

	"prentice"
	"prentice/internal/engine/environment"
)

// listen hears what became of changes.
func (k *Desk) listen(context.Context, prentice.EventRecord) error { return nil }

// over says that what an environment was for is over.
func (k *Desk) over(context.Context, environment.Environment) (string, error) { return "", nil }

// follow sees that the environments of changes are those of their newest patch sets.
func (k *Desk) follow(ctx context.Context) error { return nil }
