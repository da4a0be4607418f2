package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// ansible is its fastest way to run one command: ad hoc, -m raw, which needs no
// Python there. Cold makes the connections; warm finds those that ControlPersist
// has kept.
func ansible(ctx context.Context, m *machines) (cold, warm spent, err error) {
	program, err := exec.LookPath("ansible")
	if err != nil {
		return cold, warm, errors.New("no ansible on this machine")
	}
	sockets, err := os.MkdirTemp("", "cp") // a socket's path must be short
	if err != nil {
		return cold, warm, err
	}
	defer os.RemoveAll(sockets)
	if err := m.forAnsible(sockets); err != nil {
		return cold, warm, err
	}
	defer hangUpMasters(sockets)
	run := func() (spent, error) {
		c := exec.CommandContext(ctx, program, "all", "-i", m.path("inventory"), "-f", fmt.Sprint(fleetParallel), "-m", "raw", "-a", fleetCommand)
		c.Env = append(os.Environ(), "ANSIBLE_CONFIG="+m.path("ansible.cfg"), "ANSIBLE_HOME="+m.path("ansible"))
		return counted(c, len(m.list), "CHANGED")
	}
	if cold, err = run(); err != nil {
		return cold, warm, err
	}
	warm, err = run()
	return cold, warm, err
}

// forAnsible writes its inventory and its settings.
func (m *machines) forAnsible(sockets string) error {
	var inventory strings.Builder
	for _, one := range m.list {
		host, port, _ := strings.Cut(one.address, ":")
		fmt.Fprintf(&inventory, "%s ansible_host=%s ansible_port=%s\n", one.name, host, port)
	}
	config := fmt.Sprintf("[defaults]\nremote_user=%s\nprivate_key_file=%s\nremote_tmp=%s\n[ssh_connection]\ncontrol_path_dir=%s\nssh_args=-F none -o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=%s\n",
		fleetUser, m.path("id_ed25519"), m.path("here/.ansible"), sockets, m.path("known_hosts"))
	return errors.Join(os.WriteFile(m.path("inventory"), []byte(inventory.String()), 0o644), os.WriteFile(m.path("ansible.cfg"), []byte(config), 0o644))
}

// hangUpMasters ends the connections that ansible's ssh has kept.
func hangUpMasters(sockets string) {
	list, _ := filepath.Glob(filepath.Join(sockets, "*"))
	for _, socket := range list {
		exec.Command("ssh", "-F", "none", "-o", "ControlPath="+socket, "-O", "exit", "host").Run() //nolint:errcheck // it may have gone already
	}
}

// clustershell keeps no connections, so there is only cold.
func clustershell(ctx context.Context, m *machines) (spent, error) {
	program, err := exec.LookPath("clush")
	if err != nil {
		return spent{}, errors.New("no clush on this machine")
	}
	var names []string
	var port string
	for _, one := range m.list {
		host, p, _ := strings.Cut(one.address, ":")
		names, port = append(names, host), p
	}
	c := exec.CommandContext(ctx, program, "-f", fmt.Sprint(fleetParallel), "-l", fleetUser, "-w", strings.Join(names, ","),
		"-o", fmt.Sprintf("-F none -p %s -i %s -o UserKnownHostsFile=%s -o BatchMode=yes", port, m.path("id_ed25519"), m.path("known_hosts")), fleetCommand)
	return counted(c, len(m.list), ": ")
}

// counted runs a peer and counts the hosts that came out well.
func counted(c *exec.Cmd, hosts int, well string) (spent, error) {
	begun := time.Now()
	out, err := c.CombinedOutput()
	s := spent{wall: time.Since(begun)}
	if got := strings.Count(string(out), well); err != nil || got < hosts {
		return s, fmt.Errorf("%s: %d of %d hosts, %v: %.300s", filepath.Base(c.Path), got, hosts, err, out)
	}
	usage := c.ProcessState.SysUsage().(*syscall.Rusage)
	s.busy, s.memory = c.ProcessState.UserTime()+c.ProcessState.SystemTime(), float64(usage.Maxrss)/1024
	return s, nil
}
