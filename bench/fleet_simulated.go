package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
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
				figure{name + ".wall", s.wall.Seconds(), "s", "-", true, "one look at simulated hosts through the door, 50 at once"},
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
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, k ssh.PublicKey) (*ssh.Permissions, error) {
		if string(k.Marshal()) != string(key.PublicKey().Marshal()) {
			return nil, errors.New("another key")
		}
		return nil, nil
	}}
	config.AddHostKey(key)
	var addresses []string
	var known strings.Builder
	for i := range simulatedSizes[len(simulatedSizes)-1] {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.%d.%d:0", 8+i/200, 1+i%200))
		if err != nil {
			return err
		}
		home := filepath.Join(folder, fmt.Sprint("home", i))
		if err := os.Mkdir(home, 0o700); err != nil {
			return err
		}
		addresses = append(addresses, l.Addr().String())
		known.WriteString(knownhosts.Line([]string{l.Addr().String()}, key.PublicKey()) + "\n")
		go listen(l, config, home)
	}
	if err := os.WriteFile(filepath.Join(folder, "known_hosts"), []byte(known.String()), 0o644); err != nil {
		return err
	}
	_, err = fmt.Println(strings.Join(addresses, "\n"))
	return err
}

func listen(l net.Listener, config *ssh.ServerConfig, home string) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go serve(conn, config, home)
	}
}

// serve answers one connection.
func serve(conn net.Conn, config *ssh.ServerConfig, home string) {
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for c := range channels {
		channel, asks, err := c.Accept()
		if err != nil {
			return
		}
		go session(channel, asks, home)
	}
}

// session runs the one command that a session is for.
func session(channel ssh.Channel, asks <-chan *ssh.Request, home string) {
	defer channel.Close()
	for ask := range asks {
		if ask.WantReply {
			ask.Reply(ask.Type == "exec", nil) //nolint:errcheck // whoever asked may have gone
		}
		if ask.Type != "exec" || len(ask.Payload) < 4 {
			continue
		}
		c := exec.Command("/bin/sh", "-c", string(ask.Payload[4:]))
		c.Env = []string{"HOME=" + home, "PATH=/usr/local/bin:/usr/bin:/bin"}
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		c.Stdout, c.Stderr = channel, channel.Stderr()
		in, err := c.StdinPipe()
		if err != nil || c.Start() != nil {
			return
		}
		go func() { io.Copy(in, channel); in.Close() }() //nolint:errcheck // the shell may end before it has read all
		c.Wait()                                         //nolint:errcheck // how it ended is told below
		status := ssh.Marshal(struct{ Code uint32 }{uint32(max(0, c.ProcessState.ExitCode()))})
		channel.SendRequest("exit-status", false, status) //nolint:errcheck // whoever asked may have gone
		return
	}
}
