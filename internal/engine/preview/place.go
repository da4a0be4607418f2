package preview

import (
	"context"
	"net"
	"time"

	"prentice"
)

// State is how a place is.
type State string

// The states. Whatever else there is, is not ready.
const (
	Making  State = "making"
	Ready   State = "ready"
	Failed  State = "failed"
	Stopped State = "stopped"
)

// Place is an environment as its visitors find it.
type Place struct {
	ID       string // of the environment
	Name     string // of the address by which it was asked for, such as change-42
	Of       string // the name that all environments of its change have in turn; "" is of none
	Title    string // what it is of, in a few words
	State    State
	Waits    string    // what it waits for, or what failed
	Since    time.Time // when it became so
	Ends     time.Time // zero is not known
	By       prentice.Ref
	Services []Service // those with an address
}

// Service is one that has an address.
type Service struct {
	Name string
	Port int
	Main bool   // it answers at the name of the place itself
	Host string // what it is told as its host; "" is the name that was asked
	Says string // why it does not answer yet; "" is that it does
}

// Is says whether a link or a pass for a target is for this place: the target is its ID, or
// the name by which it was asked for. An ID has no hyphen, so that no name is one.
func (p Place) Is(target string) bool {
	return target != "" && (target == p.ID || target == p.Name)
}

// Service is the one that answers under a name; "" is that of the place itself.
func (p Place) Service(name string) (Service, bool) {
	for _, s := range p.Services {
		if s.Name == name || name == "" && s.Main {
			return s, true
		}
	}
	if name == "" && len(p.Services) > 0 {
		return p.Services[0], true
	}
	return Service{}, false
}

// Targets are the environments there are, for the chapter that answers for previews.
type Targets interface {
	// Place is the environment that has a name or ID: one that is there, or else the last
	// that had it. An error of kind NotFound says that there never was one.
	Place(ctx context.Context, name string) (Place, error)
	// Dial connects to a port of a service.
	Dial(ctx context.Context, id, service string, port int) (net.Conn, error)
}

// Visit is who looks at a place.
type Visit struct {
	Place Place
	Who   prentice.Ref // person/ann, or link/7
	Plain bool         // without a banner
	Ends  time.Time    // of the pass
}

type visitKey struct{}

// With hands a visit to handlers that are asked about it.
func With(ctx context.Context, v Visit) context.Context {
	return context.WithValue(ctx, visitKey{}, v)
}

// Of is the visit of a request that was let through; without one there is none.
func Of(ctx context.Context) (Visit, bool) {
	v, ok := ctx.Value(visitKey{}).(Visit)
	return v, ok
}
