package ssh

import (
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"prentice"
	"prentice/internal/kit/outlive"
)

// Reach leads to hosts. Config is the team's ssh_config at this moment, and may be
// nil. Keys is the folder of private keys, Known the files of known hosts, the
// first of which is ours to write. Agent is the socket of an agent, or "".
type Reach struct {
	Config func() *Config
	Keys   string
	Known  []string
	// AlsoKnown is a file of known hosts that may be elsewhere by now; nil is none.
	AlsoKnown func() string
	Agent     string
	Grace     time.Duration

	Helpers  func() outlive.Helpers // that are put on hosts, when the first is needed; nil or none is the wrapper everywhere
	Unhelped func(host, why string) // is told of a host that has no helper; nil is no one

	mu    sync.Mutex // guards what follows
	links map[string]*link

	once     sync.Once
	dialling chan struct{} // made once; as long as many may be dialled at once

	lanes lanes
	rings kept[knownKeys]
	keys  kept[[]ssh.Signer]
	agent agentLink
	pace  pace // zero is the usual
}

// helpers are those that there are.
func (r *Reach) helpers() outlive.Helpers {
	if r.Helpers == nil {
		return nil
	}
	return r.Helpers()
}

// Way leads to the shell of the work's target, of its user or, with sudo, of root.
func (r *Reach) Way(w prentice.Work) (outlive.Way, error) { return r.way(w) }

func (r *Reach) way(w prentice.Work) (*way, error) {
	var config *Config
	if r.Config != nil {
		config = r.Config()
	}
	machine := w.Target.Machine()
	p, err := locate(machine.Ref.Name(), machine.Address, config, 0)
	if err != nil {
		return nil, err
	}
	if why := p.why(); why != "" {
		return nil, prentice.Errorf(prentice.Refused, "host %s is not reached from here: %s", p.name, why).Try("see prentice catalog check")
	}
	return &way{Reach: r, place: p, sudo: w.Step.Attrs["sudo"] == "true"}, nil
}

// way is a host and the user whose shell is meant.
type way struct {
	*Reach
	place *place
	sudo  bool
}

// Name implements outlive.Way.
func (w *way) Name() string { return w.place.name }

// Home implements outlive.Way.
func (w *way) Home() string {
	if w.sudo {
		return "~root/.prentice on " + w.place.name
	}
	return "~" + w.place.user + "/.prentice on " + w.place.name
}

// ID implements outlive.Way.
func (w *way) ID() string {
	if w.sudo {
		return w.place.id() + " sudo"
	}
	return w.place.id()
}
