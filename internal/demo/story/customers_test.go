package story

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"prentice"
)

func TestWhoInterruptsTheStoryIsNotToldThatTheShopDoesNotAnswer(t *testing.T) {
	ctx, end := context.WithCancelCause(t.Context())
	end(errors.New("interrupt signal received"))
	_, _, err := talk(ctx, http.MethodGet, "http://127.0.0.1:1/", "")
	if !errors.Is(err, context.Canceled) || prentice.HintOf(err) != "" {
		t.Errorf("%v, hint %q", err, prentice.HintOf(err))
	}
}
