package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"

	"prentice/internal/kit/outlive/sshtest"
)

// simulator is the word that makes this program the simulated hosts.
const simulator = "simulate-hosts"

// simulatedSizes are the numbers of hosts that show the shape of the curve.
var simulatedSizes = []int{100, 500, 1000, 2000}

// simulated is the time for one look at up to 2,000 hosts. They are SSH servers
// in one other process of this program, each with an address of its own; the
// shell that answers is real. It shows how the time grows, and where it would
// stop growing evenly; it is no measure of sshd.
func simulated(ctx context.Context) ([]figure, error) {
	folder, err := os.MkdirTemp("", "prentice-simulated-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	list, stop, err := startSimulator(ctx, folder)
	if err != nil {
		return nil, err
	}
	defer stop()
	var figures []figure
	for _, n := range simulatedSizes {
		w, err := newFleet(ctx, list, filepath.Join(folder, "key"), filepath.Join(folder, "known_hosts"), n)
		if err != nil {
			return figures, err
		}
		for _, state := range []string{"cold", "warm"} {
			s, err := measure(func() error { return w.everywhere(ctx, "fleet-look", n) })
			if err != nil {
				w.close()
				return figures, err
			}
			name := fmt.Sprintf("fleet.simulated.%d.%s", n, state)
			figures = append(figures,
				figure{name + ".wall", s.wall.Seconds(), "s", "-", true, "one look at simulated hosts over the API, 50 at once"},
				figure{name + ".each", 1000 * s.wall.Seconds() / float64(n), "ms", "-", true, "the same, a host"},
				figure{name + ".memory", s.memory, "MB", "-", true, "the most that this process had"})
		}
		w.close()
	}
	return figures, nil
}

// startSimulator starts the other process and waits until its hosts listen.
func startSimulator(ctx context.Context, folder string) (list []machine, stop func(), err error) {
	if err := writeKey(filepath.Join(folder, "key")); err != nil {
		return nil, nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	c := exec.CommandContext(ctx, self, simulator, folder)
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		return nil, nil, err
	}
	stop = func() { c.Process.Kill(); c.Wait() } //nolint:errcheck // it was ours, and is killed
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		list = append(list, machine{fmt.Sprintf("h%d", len(list)), lines.Text()})
		if len(list) == simulatedSizes[len(simulatedSizes)-1] {
			return list, stop, nil
		}
	}
	stop()
	return nil, nil, errors.New("the simulated hosts did not come up")
}

// simulate is that other process: it listens until it is killed.
func simulate(folder string) {
	if err := simulateHosts(folder); err != nil {
		fmt.Fprintln(os.Stderr, "bench: simulated hosts:", err)
		os.Exit(1)
	}
	select {}
}

func simulateHosts(folder string) error {
	raw, err := os.ReadFile(filepath.Join(folder, "key"))
	if err != nil {
		return err
	}
	key, err := ssh.ParsePrivateKey(raw)
	if err != nil {
		return err
	}
	hosts := sshtest.New(key)
	var addresses []string
	var known strings.Builder
	for i := range simulatedSizes[len(simulatedSizes)-1] {
		home := filepath.Join(folder, fmt.Sprint("home", i))
		if err := os.Mkdir(home, 0o700); err != nil {
			return err
		}
		l, line, err := hosts.Raise(fmt.Sprintf("127.0.%d.%d:0", 8+i/200, 1+i%200), home)
		if err != nil {
			return err
		}
		addresses = append(addresses, l.Addr().String())
		known.WriteString(line)
	}
	if err := os.WriteFile(filepath.Join(folder, "known_hosts"), []byte(known.String()), 0o644); err != nil {
		return err
	}
	_, err = fmt.Println(strings.Join(addresses, "\n"))
	return err
}
