package gate

import (
	"fmt"
	"strings"
	"time"

	"prentice"
)

// ContactState says why a host cannot be acted on.
type ContactState string

// The ways in which a host is not reached.
const (
	ContactNoAnswer   ContactState = "no-answer"     // it is down, far, slow, or no SSH server is there
	ContactKeyUnknown ContactState = "key-unknown"   // no one has accepted its host key
	ContactKeyChanged ContactState = "key-changed"   // its host key is another one than the accepted
	ContactNoLogin    ContactState = "login-refused" // it lets no one in with the keys that there are
	ContactOther      ContactState = "other"         // Says says what
)

// HostContact is a host that was tried and not reached.
type HostContact struct {
	Host  prentice.Ref `json:"host"`
	State ContactState `json:"state"`
	Says  string       `json:"says"`
	Hint  string       `json:"hint,omitempty"`
	Tried time.Time    `json:"tried"`
}

// Contact is whether the hosts on which a plan acts over the network can be
// reached, as far as that is known. It is about this moment and no part of a plan.
type Contact struct {
	Hosts    int           `json:"hosts"`    // on which it acts over the network
	Reached  int           `json:"reached"`  // of those
	Checking int           `json:"checking"` // that are being tried, and have not answered yet
	Lost     []HostContact `json:"lost"`     // that were tried and not reached
	First    bool          `json:"first"`    // the first that it does is done there, so that nothing of it could bring them back
}

// None says whether nothing of the plan could be done: it begins on its hosts, and
// each of them was tried in vain. One of which nothing is known may be up.
func (c *Contact) None() bool {
	return c != nil && c.First && c.Hosts > 0 && len(c.Lost) == c.Hosts
}

// Unknown is how many hosts no one has tried lately.
func (c *Contact) Unknown() int { return c.Hosts - c.Reached - c.Checking - len(c.Lost) }

// mostNamed is how many hosts a sentence names.
const mostNamed = 3

// Short is the hosts that are not reached, in a few words, or "".
func (c *Contact) Short() string {
	if c == nil || len(c.Lost) == 0 {
		return ""
	}
	names := make([]string, 0, mostNamed)
	for _, h := range c.Lost[:min(len(c.Lost), mostNamed)] {
		names = append(names, string(h.Host))
	}
	text := strings.Join(names, ", ")
	if more := len(c.Lost) - mostNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	if c.Hosts == 1 {
		return "its host cannot be reached: " + text
	}
	return fmt.Sprintf("%d of %d hosts cannot be reached: %s", len(c.Lost), c.Hosts, text)
}

// String is where all of them stand, in a sentence.
func (c *Contact) String() string {
	var parts []string
	if c.Reached > 0 && c.Reached == c.Hosts {
		return hostsOf(c.Reached) + " can be reached"
	}
	for _, p := range []struct {
		n    int
		says string
	}{{c.Reached, "reached"}, {len(c.Lost), "not reached"}, {c.Checking, "still being checked"}, {c.Unknown(), "not checked lately"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.says))
		}
	}
	return hostsOf(c.Hosts) + ": " + strings.Join(parts, ", ")
}

func hostsOf(n int) string {
	if n == 1 {
		return "1 host"
	}
	return fmt.Sprintf("%d hosts", n)
}
