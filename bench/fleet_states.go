package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// few is how many of the hosts the peer acts on too: it begins a Python for each of them,
// and two hundred would take minutes.
const few = 20

// noServices is why a service step is not among the states. Stories have machines with a
// systemd each; of these sshds none has one, and they log in a user to whom a systemd without
// D-Bus does not answer. One systemd that all share would be measured and not the step: it
// answers one after the other, for us and for the peer.
const noServices = "one systemd for all sshds answers one after the other, for us and for the peer"

// states is the time in which a file comes to 200 hosts, and in which it is seen that a
// package is there: by us as a run with what would change, a journal and a way back, and
// by Ansible's modules copy and package_facts on a part of the hosts. All are warm: there
// are connections, and the helper. Each host sees a folder of its own under one name.
func states(ctx context.Context) ([]figure, error) {
	m, err := startMachines(ctx, fleetHosts)
	if m != nil {
		defer m.end()
	}
	if err != nil {
		return nil, err
	}
	w, err := newFleet(ctx, m.list, m.path("id_ed25519"), m.path("known_hosts"), fleetHosts, few)
	if err != nil {
		return nil, err
	}
	defer w.close()
	if err := w.everywhere(ctx, "fleet-change", fleetHosts); err != nil { // connections, and the helper
		return nil, err
	}
	f := &fleetTable{}
	ours := map[string]spent{}
	for _, part := range []struct {
		name, note string
		hosts      int
		procedures [2]string
	}{
		{"proc.file", "a file step that places another content, on 200 hosts, with the look before it", fleetHosts, [2]string{"states-file-a", "states-file-b"}},
		{"proc.file.few", "the same on 20 of them", few, [2]string{"states-file-a", "states-file-b"}},
		{"proc.package", "a package step where it is there already, on 200 hosts", fleetHosts, [2]string{"states-package", "states-package"}},
		{"proc.package.few", "the same on 20 of them", few, [2]string{"states-package", "states-package"}},
	} {
		var rounds []spent
		for n := range 3 {
			s, err := measure(func() error { return w.everywhere(ctx, part.procedures[n%2], part.hosts) })
			if err != nil {
				return f.figures, fmt.Errorf("%s: %w", part.name, err)
			}
			rounds = append(rounds, s)
		}
		ours[part.name] = middle(rounds)
		f.row(part.name, middle(rounds), part.note)
	}
	fmt.Printf("proc.service\tnot measured\t%s\n", noServices)
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	peers, err := ansibleStates(ctx, m)
	if err != nil {
		fmt.Printf("proc.ansible\tnot measured\t%v\n", err)
		return f.figures, nil
	}
	for _, peer := range []struct{ name, note string }{
		{"proc.file", "the peer: ansible ad hoc, -m copy with another content, 20 hosts, forks=50, warm"},
		{"proc.package", "the peer: ansible ad hoc, -m command with dpkg-query, which is less than its module apt, 20 hosts, forks=50, warm"},
	} {
		f.row(peer.name+".ansible", peers[peer.name], peer.note)
		f.faster(peer.name+".than-ansible", ours[peer.name+".few"].wall, peers[peer.name].wall, 5)
	}
	return f.figures, nil
}

// stateProcedures are what states asks for. folder is where each host has files of its own.
func stateProcedures(folder string) map[string]string {
	files := map[string]string{}
	for name, step := range map[string]string{
		"states-file-a":  "```file id=one path=" + folder + "/app.conf mode=0644\n" + strings.Repeat("a = 1\n", 200) + "```\n",
		"states-file-b":  "```file id=one path=" + folder + "/app.conf mode=0644\n" + strings.Repeat("b = 2\n", 200) + "```\n",
		"states-package": "```package id=one name=dpkg\n```\n",
	} {
		head, _, _ := strings.Cut(fmt.Sprintf(fleetProcedure, name, fleetParallel, "change", ""), "```sh")
		files["procedures/"+name+".md"] = head + step
	}
	return files
}

// ansibleStates is how long the peer takes for the same on some of the hosts, when its
// connections are there.
func ansibleStates(ctx context.Context, m *machines) (map[string]spent, error) {
	program, err := exec.LookPath("ansible")
	if err != nil {
		return nil, errors.New("no ansible on this machine")
	}
	sockets, err := os.MkdirTemp("", "cp") // a socket's path must be short
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(sockets)
	some := &machines{folder: m.folder, list: m.list[:few]}
	if err := some.forAnsible(sockets); err != nil {
		return nil, err
	}
	defer hangUpMasters(sockets)
	run := func(module string, args ...string) (spent, error) {
		c := exec.CommandContext(ctx, program, append([]string{"all", "-i", m.path("inventory"), "-f", fmt.Sprint(fleetParallel), "-o", "-m", module}, args...)...)
		c.Env = append(os.Environ(), "ANSIBLE_CONFIG="+m.path("ansible.cfg"), "ANSIBLE_HOME="+m.path("ansible"), "ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3")
		return counted(c, few, "CHANGED")
	}
	place := func(content string) []string {
		return []string{"-a", "dest=" + filepath.Join(m.folder, "here", "theirs.conf") + " mode=0644 content=" + content}
	}
	if _, err := run("copy", place("first")...); err != nil { // the connections
		return nil, err
	}
	spents := map[string]spent{}
	if spents["proc.file"], err = run("copy", place("second")...); err != nil {
		return nil, err
	}
	spents["proc.package"], err = run("command", "-a", "dpkg-query -W dpkg")
	return spents, err
}
