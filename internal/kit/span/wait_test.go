package span

import (
	"context"
	"testing"
	"time"
)

func TestAWaitEndsWithItsTimeOrWithItsContext(t *testing.T) {
	if !Wait(t.Context(), time.Millisecond) {
		t.Error("the time is not over")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if Wait(ctx, time.Hour) {
		t.Error("it waited although its context had ended")
	}
}
