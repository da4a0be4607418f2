package previews

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/op"
)

// Through asks the chapter's operations through the door, for the pages of prentice.
type Through struct{ Door op.Door }

// Open is the address at which a browser comes into an environment.
func (t Through) Open(ctx context.Context, by prentice.Actor, env, service, to string) (string, error) {
	opened, err := op.Ask[Opened](ctx, t.Door, op.Request{Actor: by, Op: "preview.open", In: openIn{env, service, to}})
	return opened.URL, err
}

// Share is the address of a new share link.
func (t Through) Share(ctx context.Context, by prentice.Actor, env, note string, ends time.Duration, uses int) (LinkMade, error) {
	return op.Ask[LinkMade](ctx, t.Door, op.Request{Actor: by, Op: "link.create", In: createIn{Env: env, Note: note, Ends: ends, Uses: uses}})
}

// Revoke takes a share link back.
func (t Through) Revoke(ctx context.Context, by prentice.Actor, number int64, reason string) (LinkOut, error) {
	return op.Ask[LinkOut](ctx, t.Door, op.Request{Actor: by, Op: "link.revoke", In: revokeIn{number, reason}})
}

// Requests are what an environment was asked last.
func (t Through) Requests(ctx context.Context, by prentice.Actor, env string) (Requests, error) {
	return op.Ask[Requests](ctx, t.Door, op.Request{Actor: by, Op: "preview.requests", In: requestsIn{Env: env, Limit: 500}})
}
