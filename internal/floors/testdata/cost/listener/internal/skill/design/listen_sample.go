package design

import (
	"context"

	"prentice"
)

// hear is a listener that does nothing about an event.
func hear(context.Context, prentice.EventRecord) error { return nil }
