package hook

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"prentice"
)

// Message is what a sender posted to a webhook that has a name. By is who its token is
// of; if it has none, no one.
type Message struct {
	Hook   string
	Header http.Header
	Body   []byte
	By     prentice.Actor
}

// Named takes messages to webhooks that have a name. What shows who sends one is its
// own matter.
type Named interface {
	// Largest is how many bytes a message to a hook may have.
	Largest(hook string) (int64, error)
	// TooLarge is told of a message that was not read.
	TooLarge(ctx context.Context, hook string, why error)
	// Take keeps a message; what it answers goes to the sender as JSON.
	Take(context.Context, Message) (any, error)
}

// named takes a message. It is read before anyone knows who sends it, because what is
// signed is its body: so no more of it is read than its hook takes.
func (f *face) named(w http.ResponseWriter, r *http.Request) {
	if f.Named == nil {
		writeProblem(w, 0, prentice.Errorf(prentice.NotFound, "there are no webhooks here").Try("post to /v1/events"))
		return
	}
	name := r.PathValue("name")
	most, err := f.Named.Largest(name)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	by, err := f.Authenticate(r)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(patience)) // not every writer can set one
	body, err := read(w, r, most)
	if err != nil {
		f.Named.TooLarge(r.Context(), name, err)
		f.refuse(w, r, err)
		return
	}
	by.Door = "hook"
	taken, err := f.Named.Take(r.Context(), Message{Hook: name, Header: r.Header, Body: body, By: by})
	if err != nil {
		if prentice.KindOf(err) == prentice.Limited || prentice.KindOf(err) == prentice.Unavailable {
			w.Header().Set("Retry-After", "60")
		}
		f.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(taken) // anyone who has gone hears nothing
}
