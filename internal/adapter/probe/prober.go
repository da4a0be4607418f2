package probe

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/proc"
	"prentice/internal/kit/reach"
)

// DefaultTimeout is how long a look may take when its probe does not say.
const DefaultTimeout = 3 * time.Second

// Prober looks. It is safe for many at once.
type Prober struct {
	env    []string
	dialer net.Dialer
	client http.Client
	kinds  []prentice.ProbeKind
	secret Secret
}

// Secret gives a secret that may be sent to a machine, by its name.
type Secret func(ctx context.Context, machine, name string) (string, error)

// New makes a prober. Its commands get the environment env and nothing else;
// without one, the usual PATH and no language.
func New(env ...string) *Prober {
	if len(env) == 0 {
		env = []string{"PATH=" + proc.DefaultPath, "LANG=C.UTF-8"}
	}
	p := &Prober{env: env, dialer: net.Dialer{KeepAlive: -1}}
	p.client = http.Client{CheckRedirect: follow, Transport: p.transport()}
	p.kinds = []prentice.ProbeKind{web{p}, port{p}, program{p}, certificate{p}, names{p}, echo{}, health{p}, postgres{p}, mysql{p}, &registration{p: p, mu: &sync.Mutex{}, known: map[string]registered{}}}
	return p
}

// Know says which kinds there are beside those of this package, and gives the prober
// back. It must be called before the first look.
func (p *Prober) Know(kinds []prentice.ProbeKind) *Prober {
	p.kinds = append(p.kinds, kinds...)
	return p
}

// Give says where secrets come from, and gives the prober back. It must be called before
// the first look; without it no probe has any.
func (p *Prober) Give(secret Secret) *Prober {
	p.secret = secret
	return p
}

// reveal is the secret that an option names, for the machine that a probe asks.
func (p *Prober) reveal(ctx context.Context, q prentice.Probe, key, machine string) (string, error) {
	switch name := q.Options.Text(key); {
	case name == "":
		return "", nil
	case p.secret == nil:
		return "", fmt.Errorf("secret %s: there are none where this look is made", name)
	default:
		return p.secret(ctx, machine, name)
	}
}

// Kinds are all that it knows.
func (p *Prober) Kinds() []prentice.ProbeKind { return slices.Clone(p.kinds) }

func (p *Prober) names() (names []string) {
	for _, k := range p.kinds {
		names = append(names, k.Name())
	}
	return names
}

// Probe looks once. It takes at most the probe's timeout, and for a command
// that does not listen a second more.
func (p *Prober) Probe(ctx context.Context, q prentice.Probe) prentice.Observation {
	timeout := q.Timeout
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	looking, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	began := time.Now()
	seen := p.look(looking, q)
	seen.Time, seen.Latency = began, time.Since(began)
	if ctx.Err() != nil && !seen.OK() {
		seen.Truth, seen.Says = prentice.NotSeen, "the look was stopped before there was an answer"
	}
	return seen
}

func (p *Prober) look(ctx context.Context, q prentice.Probe) prentice.Observation {
	for _, k := range p.kinds {
		if k.Name() == q.Kind {
			return k.Look(ctx, q)
		}
	}
	return unseen(fmt.Sprintf("%q is not a kind of probe: use one of %s", q.Kind, strings.Join(p.names(), ", ")))
}

// unreached is an observation of a target that did not answer at all.
func unreached(q prentice.Probe, err error) prentice.Observation {
	says := q.Shown() + ": " + reach.Why(err)
	if reach.Ours(err) {
		return unseen(says)
	}
	return failed(says)
}

func failed(says string) prentice.Observation {
	return prentice.Observation{Truth: prentice.Fail, Says: says}
}

func unseen(says string) prentice.Observation {
	return prentice.Observation{Truth: prentice.NotSeen, Says: says}
}
