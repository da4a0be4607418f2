package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// What is done to the fleet: one command on each of so many hosts, so many at
// once.
const (
	fleetHosts    = 200
	fleetParallel = 50
	fleetRounds   = 5
	fleetCommand  = "hostname"
)

// fleet is the time for one command on 200 hosts, each a real sshd on this
// machine: by us, over the API, with locks, journal, evidence and logs; by
// Ansible and by ClusterShell; and by a bare loop over the SSH library, which is
// the limit. The sshds share the machine's processors with anyone who asks. Cold
// means that no connection is there; warm that all are.
func fleet(ctx context.Context) ([]figure, error) {
	m, err := startMachines(ctx, fleetHosts)
	if m != nil {
		defer m.end()
	}
	if err != nil {
		return nil, err
	}
	f := &fleetTable{}
	bareCold, bareWarm, err := f.bare(m)
	if err != nil {
		return nil, err
	}
	w, err := newFleet(ctx, m.list, m.path("id_ed25519"), m.path("known_hosts"), fleetHosts)
	if err != nil {
		return nil, err
	}
	defer w.close()
	ours := map[string]spent{}
	for _, part := range []struct {
		name, risk, state, note string
		over                    spent
		most                    float64
	}{
		{"fleet.look.cold", "look", "cold", "one step of risk=look on 200 sshds over the API, cold", bareCold, 1.3},
		{"fleet.look.warm", "look", "warm", "the same, warm, on hosts that have no helper", bareWarm, 1.5},
		{"fleet.change.cold", "change", "cold", "one step of risk=change, cold", bareCold, 1.5},
		{"fleet.change.warm", "change", "warm", "the same, warm", bareWarm, 3},
		{"fleet.look.helped", "look", "warm", "one step of risk=look, warm, on hosts that have the helper", bareWarm, 1.5},
	} {
		var rounds []spent
		for range fleetRounds {
			if part.state == "cold" {
				m.hangUp()
			}
			s, err := measure(func() error { return w.everywhere(ctx, "fleet-"+part.risk, fleetHosts) })
			if err != nil {
				return f.figures, err
			}
			rounds = append(rounds, s)
		}
		ours[strings.TrimPrefix(part.name, "fleet.")] = middle(rounds)
		f.row(part.name, middle(rounds), part.note)
		f.ratio(part.name+".over-bare", middle(rounds).wall, part.over.wall, part.most)
	}
	f.peers(ctx, m, ours)
	return f.figures, nil
}

// fleetTable gathers the figures.
type fleetTable struct{ figures []figure }

func (f *fleetTable) row(name string, s spent, note string) {
	f.figures = append(f.figures,
		figure{name + ".wall", s.wall.Seconds(), "s", "-", true, note},
		figure{name + ".cpu", s.busy.Seconds(), "s", "-", true, "processor time of the client"},
		figure{name + ".memory", s.memory, "MB", "-", true, "the most that one process of the client had"})
}

func (f *fleetTable) ratio(name string, ours, limit time.Duration, most float64) {
	r := ours.Seconds() / limit.Seconds()
	f.figures = append(f.figures, figure{name, r, "×", fmt.Sprintf("≤ %.1f", most), r <= most, "wall time over that of the bare loop"})
}

func (f *fleetTable) faster(name string, ours, peer time.Duration, least float64) {
	r := peer.Seconds() / ours.Seconds()
	f.figures = append(f.figures, figure{name, r, "×", fmt.Sprintf("≥ %.0f", least), r >= least, "how much longer the peer took"})
}

// bare measures the limit.
func (f *fleetTable) bare(m *machines) (cold, warm spent, err error) {
	b, err := newBare(m.list, m.path("id_ed25519"), m.path("known_hosts"))
	if err != nil {
		return cold, warm, err
	}
	defer b.close()
	var colds, warms []spent
	for range fleetRounds {
		b.close()
		for _, to := range []*[]spent{&colds, &warms} {
			s, err := measure(func() error { return b.round(fleetCommand) })
			if err != nil {
				return cold, warm, err
			}
			*to = append(*to, s)
		}
	}
	cold, warm = middle(colds), middle(warms)
	f.row("fleet.bare.cold", cold, "the limit: a bare loop over x/crypto/ssh, host keys checked, 50 at once")
	f.row("fleet.bare.warm", warm, "the same on kept connections")
	return cold, warm, nil
}

// peers measures the others, where they are installed.
func (f *fleetTable) peers(ctx context.Context, m *machines, ours map[string]spent) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if cold, warm, err := ansible(ctx, m); err != nil {
		fmt.Printf("fleet.ansible\tnot measured\t%v\n", err)
	} else {
		f.row("fleet.ansible.cold", cold, "the peer: ansible ad hoc, -m raw, forks=50")
		f.row("fleet.ansible.warm", warm, "the same on connections that ControlPersist kept")
		for _, risk := range []string{"look", "change"} {
			f.faster("fleet."+risk+".cold.than-ansible", ours[risk+".cold"].wall, cold.wall, 12)
			f.faster("fleet."+risk+".warm.than-ansible", ours[risk+".warm"].wall, warm.wall, map[string]float64{"look": 50, "change": 5}[risk])
		}
	}
	if cold, err := clustershell(ctx, m); err != nil {
		fmt.Printf("fleet.clustershell\tnot measured\t%v\n", err)
	} else {
		f.row("fleet.clustershell.cold", cold, "the peer: clush, fanout 50, which keeps no connections")
	}
}
