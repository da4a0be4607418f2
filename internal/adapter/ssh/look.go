package ssh

import (
	"context"
	"slices"

	"prentice"
)

// Known is what is known of a host without asking it.
type Known struct {
	User, Address string
	Keys          []string // the sorts of its keys that are known
	Connected     bool     // there is a connection to it now
	Why           string   // why it cannot be reached at all
}

// About says what is known of a host.
func (r *Reach) About(name, address string) (k Known) {
	var config *Config
	if r.Config != nil {
		config = r.Config()
	}
	p, err := locate(name, address, config, 0)
	if err != nil {
		k.Why = err.Error()
		return k
	}
	k.User, k.Address, k.Why = p.user, p.address, p.why()
	ring, err := r.ring(name)
	if err != nil {
		k.Why = err.Error()
		return k
	}
	for _, known := range ring.wanted(p.address) {
		if sort := known.Key.Type(); !slices.Contains(k.Keys, sort) {
			k.Keys = append(k.Keys, sort)
		}
	}
	slices.Sort(k.Keys)
	k.Connected = r.connected(p)
	return k
}

// connected says whether there is a connection to a place now. One that is being dialled
// is none.
func (r *Reach) connected(p *place) bool {
	r.mu.Lock()
	l := r.links[p.id()]
	r.mu.Unlock()
	if l == nil || !l.mu.TryLock() {
		return false
	}
	defer l.mu.Unlock()
	return l.client != nil
}

// Check connects to a host, signs in and has its shell say yes. It changes nothing
// there.
func (r *Reach) Check(ctx context.Context, target prentice.Target) error {
	out, err := r.Glance(ctx, prentice.Work{Target: target, Step: prentice.PlannedStep{ID: "check", Body: "true\n"}}, "")
	if err != nil {
		return err
	}
	if !out.OK {
		return prentice.Errorf(prentice.Unavailable, "host %s lets us in, and its shell does not run: %s", target.Ref.Name(), out.Says).Try("sign in there by hand and run: true")
	}
	return nil
}
