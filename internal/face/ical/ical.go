// Package ical is the way in for calendars that subscribe to who is on call.
//
// Its words: the address of a subscriber holds a token, which is the secret: it says who asks, and
// revoking it ends the subscription. Its rules: it answers with what the door says, as an
// iCalendar, and calendars may keep it for an hour. It refuses to change anything.
package ical

import (
	"context"
	"io"
	"log/slog"
	"net/http"

	"prentice"
	"prentice/internal/op"
)

// Path is where calendars ask; behind it stand the token and on-call.ics.
const Path = "/ical/"

// Config is what the face needs.
type Config struct {
	// Export asks the door for the shifts of a rota, of a person, or of all.
	Export func(ctx context.Context, by prentice.Actor, rota, who string) (string, error)
	// Known says whose a token is; an actor who is not known is no one.
	Known func(context.Context, string) (prentice.Actor, error)
	Log   *slog.Logger
}

// New is the face as a handler of everything below Path.
func New(c Config) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path+"{token}/on-call.ics", func(w http.ResponseWriter, r *http.Request) {
		actor, err := c.Known(r.Context(), r.PathValue("token"))
		if err == nil && !actor.Known() {
			err = prentice.Errorf(prentice.NotFound, "there is no such calendar") // as for any address that is not there
		}
		text := ""
		if err == nil {
			actor.Door = "api"
			text, err = c.Export(r.Context(), actor, r.URL.Query().Get("rota"), r.URL.Query().Get("who"))
		}
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("X-Robots-Tag", "noindex")
		if err != nil {
			kind := prentice.KindOf(err)
			if kind == prentice.Unauthenticated {
				kind = prentice.NotFound
			}
			if kind == prentice.Internal {
				c.Log.Error("a calendar", "err", err)
			}
			http.Error(w, "there is no such calendar", op.ProblemOf(kind).Status)
			return
		}
		w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
		w.Header().Set("Cache-Control", "private, max-age=3600")
		_, _ = io.WriteString(w, text) // anyone who has gone hears nothing
	})
	return mux
}
