package security

import (
	"context"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/op"
)

// HostState is a host, how it is reached, and what is known of that.
type HostState struct {
	Host     prentice.Ref   `json:"host"`
	Address  string         `json:"address,omitempty"` // user@host:port; "" is this machine
	Groups   []string       `json:"groups"`
	Services []prentice.Ref `json:"services"`
	Keys     []string       `json:"keys"` // the sorts of its key that are known
	State    string         `json:"state"`
	Seen     time.Time      `json:"seen,omitzero"` // the last step there, or the last check
	Took     time.Duration  `json:"took,omitempty"`
	Says     string         `json:"says,omitempty"`
	Hint     string         `json:"hint,omitempty"`

	Cause gate.ContactState `json:"cause,omitempty"` // why it is unreachable
}

// The states of a host.
const (
	HostHere      = "here"        // this machine
	HostConnected = "connected"   // there is a connection to it now
	HostReached   = "reachable"   // it was reached the last time
	HostLost      = "unreachable" // it was not
	HostBlocked   = "blocked"     // no plan may aim at it
	HostUnknown   = "unknown"     // no one has tried since prentice was started
)

func hostSign(state string) string {
	switch state {
	case HostLost:
		return "■"
	case HostBlocked:
		return "▲"
	case HostUnknown:
		return "○"
	}
	return "●"
}

// Hosts is a list of hosts.
type Hosts struct {
	Hosts []HostState `json:"hosts"`
}

// Table implements op.Tabler.
func (h Hosts) Table() (head []string, rows [][]string) {
	for _, one := range h.Hosts {
		key := strings.Join(one.Keys, ", ")
		switch {
		case one.State == HostHere:
			key = "–"
		case key == "":
			key = "not known"
		}
		rows = append(rows, []string{string(one.Host), hostSign(one.State) + " " + one.State, one.address(), strings.Join(one.Groups, ", "), key, op.Cell(one.Seen), one.why()})
	}
	return []string{"HOST", "STATE", "ADDRESS", "GROUPS", "KEY", "LAST CONTACT (UTC)", "WHY"}, rows
}

func (h HostState) address() string {
	if h.Address == "" {
		return "this machine"
	}
	return h.Address
}

func (h HostState) why() string {
	if h.Hint == "" {
		return h.Says
	}
	return h.Says + ": " + h.Hint
}

// Empty implements op.Emptier.
func (h Hosts) Empty() string {
	return "No host is declared. Declare one in catalog-info.yaml, in an inventory, or in ssh_config in the team folder; see prentice catalog check."
}

// HostCheck is hosts that were tried just now.
type HostCheck struct {
	Hosts []HostState `json:"hosts"`
	Bad   int         `json:"bad"` // that were not reached
}

// Table implements op.Tabler.
func (h HostCheck) Table() (head []string, rows [][]string) {
	for _, one := range h.Hosts {
		took := ""
		if one.Took > 0 {
			took = one.Took.Round(time.Millisecond).String()
		}
		rows = append(rows, []string{string(one.Host), hostSign(one.State) + " " + one.State, one.address(), took, one.why()})
	}
	return []string{"HOST", "STATE", "ADDRESS", "TOOK", "WHY"}, rows
}

// Empty implements op.Emptier.
func (h HostCheck) Empty() string { return Hosts{}.Empty() }

// ExitCode implements op.Ender: 9 when a host was not reached.
func (h HostCheck) ExitCode() int {
	if h.Bad > 0 {
		return op.NotWell
	}
	return 0
}

type hostListIn struct {
	Names []string `json:"names,omitempty" arg:"1" doc:"Only these: names of hosts, patterns such as web-*, groups, or services." maxItems:"500"`
}

type hostCheckIn struct {
	Names []string `json:"names,omitempty" arg:"1" doc:"Which: names of hosts, patterns such as web-*, groups, or services; all when nothing is named." maxItems:"500"`
}

func (d Deps) hostLookOps() []op.Op {
	return []op.Op{
		op.New("host.list", prentice.Look, prentice.Viewer, "List hosts: where each is, whether it was reached, and whether its key is known.", d.listHosts).
			WithExample("prentice host list web-*").FromFiles().
			WithHelp("It connects to none. A host is connected when there is a connection to it now, reachable or unreachable as the last check or step found it, and unknown when it was not tried; prentice host check tries."),
		op.New("host.check", prentice.Look, prentice.Operator, "Connect to hosts and say of each whether prentice can act on it, or why not.", d.checkHosts).
			WithExample("prentice host check web-*").
			WithHelp("It connects as a step would, checks the key of the host, signs in, and has the shell there say yes: nothing is changed and nothing is left behind. Up to 16 hosts are tried at a time, each for at most 15 seconds. Ends with exit code 9 when one was not reached."),
	}
}

func (d Deps) listHosts(ctx context.Context, _ op.Call, in hostListIn) (Hosts, error) {
	if d.Hosts == nil {
		return Hosts{}, noHosts()
	}
	list, err := d.Hosts(ctx, in.Names)
	return Hosts{list}, err
}

func (d Deps) checkHosts(ctx context.Context, _ op.Call, in hostCheckIn) (HostCheck, error) {
	if d.CheckHosts == nil {
		return HostCheck{}, noHosts()
	}
	list, err := d.CheckHosts(ctx, in.Names)
	out := HostCheck{Hosts: list}
	for _, one := range list {
		if one.State == HostLost || one.State == HostBlocked {
			out.Bad++
		}
	}
	return out, err
}

func noHosts() error {
	return prentice.Errorf(prentice.Unavailable, "hosts cannot be asked from here").Try("ask the server that acts on them")
}
