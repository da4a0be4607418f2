package prentice

import (
	"context"
	"net/url"
	"strings"
	"time"
)

// Probe is a question asked of a service again and again. Kind is the name of a
// ProbeKind; Target is what that asks: a URL, a host:port, a command line.
type Probe struct {
	Name      string        `json:"name"`
	Kind      string        `json:"kind"`
	Target    string        `json:"target"`
	Status    int           `json:"status,omitempty"` // the wanted status; 0 is any that is good
	Contains  string        `json:"contains,omitempty"`
	Interval  time.Duration `json:"interval"`
	Timeout   time.Duration `json:"timeout"`
	FailAfter int           `json:"fail_after"` // consecutive failures until the service counts as down
	PassAfter int           `json:"pass_after"` // consecutive passes until it counts as well
	Options   Options       `json:"options,omitempty"`
	Says      string        `json:"-"` // what its target does when it passes, as its kind says
	Machine   string        `json:"-"` // that it asks over a network, as its kind says; "" is none, or no one can tell
}

// Options are what only some kinds read of a probe, by key: a text is one value, a list
// many, and a mapping one "name: value" each, in the order of the file. A secret stands in
// it by its name, never by its value.
type Options map[string][]string

// Has says whether a key was written.
func (o Options) Has(key string) bool { return len(o[key]) > 0 }

// Text is the value of a key, or "".
func (o Options) Text(key string) string {
	if len(o[key]) == 0 {
		return ""
	}
	return o[key][0]
}

// Shown is a probe's target as people may see it: without a password.
func (p Probe) Shown() string {
	u, err := url.Parse(p.Target)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return strings.ToValidUTF8(p.Target, "")
	}
	return u.Redacted()
}

// ProbeKind is one sort of probe. All but Look are pure, and work with nothing given
// to the kind.
type ProbeKind interface {
	// Name is the word behind kind: in the catalog: http, tcp, command.
	Name() string
	// Keys are those that it reads of a probe beside what all have: status, contains, and
	// the keys of its Options.
	Keys() []string
	// Lint says what is wrong with the target of a probe, or with one of its Keys.
	Lint(Probe) []Finding
	// Says is what the target does when it passes, such as "answers 2xx".
	Says(Probe) string
	// Machine is the name or address that it asks over a network, or "".
	Machine(Probe) string
	// Look asks once. It must stop when its context does, and says that nothing was
	// seen when the question could not be asked.
	Look(context.Context, Probe) Observation
}

// Truth is what is known of a claim, or what one look at a target saw.
type Truth string

// Unknown is never a pass, and it is not a fail either; it comes with a reason.
const (
	Pass    Truth = "pass"
	Fail    Truth = "fail"
	NotSeen Truth = "unknown"
)

// Observation is what one look at a probe's target saw. Its zero value is one
// that saw nothing: a look that could not be made says neither that a service is
// well nor that it is down.
type Observation struct {
	Time    time.Time     `json:"time"`
	Truth   Truth         `json:"truth"`
	Status  int           `json:"status,omitempty"` // HTTP status or exit code, if there was one
	Latency time.Duration `json:"latency"`          // until the answer, or until there was none
	Says    string        `json:"says"`             // what was seen, one line
	Phases  Phases        `json:"phases,omitzero"`  // of Latency, where there were any
	Ends    time.Time     `json:"ends,omitzero"`    // when what was seen ends by itself, such as a certificate

	// Degraded says of a pass that it came with something to look into, which calls no one:
	// it needed a second try, or what is well will not stay so.
	Degraded bool `json:"degraded,omitempty"`
}

// Phases are the parts of the time until an answer: each ends where the next begins, and
// what did not happen took no time.
type Phases struct {
	DNS       time.Duration `json:"dns,omitempty"`
	Connect   time.Duration `json:"connect,omitempty"`
	TLS       time.Duration `json:"tls,omitempty"`
	FirstByte time.Duration `json:"first_byte,omitempty"` // from the request to the beginning of its answer
}

// OK says whether the target answered as it should.
func (o Observation) OK() bool { return o.Truth == Pass }

// Failed says whether the target was asked and did not answer as it should.
func (o Observation) Failed() bool { return o.Truth == Fail }
