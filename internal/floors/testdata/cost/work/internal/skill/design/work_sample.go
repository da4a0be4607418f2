package design

import "context"

// toil is work in the background that waits until it may end.
func toil(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
