package main

import (
	"context"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"prentice/internal/kit/freeport"
)

// machine is one that is acted on: an address, and the key that it must show.
type machine struct{ name, address string }

// fleetUser is the user that is signed in as: one with /bin/sh, because a root
// with a long profile would be what is measured.
const fleetUser = "prentice-bench"

// machines are real sshds, each with an address, a key and a home folder of its
// own.
type machines struct {
	folder  string
	list    []machine
	running []*exec.Cmd
}

// startMachines starts so many sshds on 127.0.7.1 and on. Anyone who called ends
// them.
func startMachines(ctx context.Context, number int) (*machines, error) {
	sshd, err := exec.LookPath("/usr/sbin/sshd")
	if err != nil || os.Geteuid() != 0 {
		return nil, errors.New("it needs root, to make a user, and /usr/sbin/sshd")
	}
	m := &machines{}
	if m.folder, err = os.MkdirTemp("", "prentice-fleet-"); err != nil {
		return nil, err
	}
	if err := errors.Join(os.Chmod(m.folder, 0o755), os.MkdirAll("/run/sshd", 0o755)); err != nil {
		return m, err
	}
	who, err := m.addUser()
	if err != nil {
		return m, err
	}
	if err := writeKey(m.path("id_ed25519")); err != nil {
		return m, err
	}
	port, err := freeport.Give()
	if err != nil {
		return m, err
	}
	var known strings.Builder
	for i := range number {
		one := machine{fmt.Sprintf("h%d", i), fmt.Sprintf("127.0.7.%d:%d", i+1, port)}
		if err := m.start(ctx, sshd, one, who, &known); err != nil {
			return m, err
		}
	}
	return m, errors.Join(os.WriteFile(m.path("known_hosts"), []byte(known.String()), 0o644), m.answer())
}

func (m *machines) path(name string) string { return filepath.Join(m.folder, name) }

// addUser makes the user. "*" is a password that no one has; useradd's own locks
// the user for keys too.
func (m *machines) addUser() (*user.User, error) {
	if who, err := user.Lookup(fleetUser); err == nil {
		return who, nil // a measurement that was killed left it
	}
	if out, err := exec.Command("useradd", "-M", "-d", m.folder, "-s", "/bin/sh", "-p", "*", fleetUser).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("useradd: %w: %s", err, out)
	}
	return user.Lookup(fleetUser)
}

// start starts one sshd.
func (m *machines) start(ctx context.Context, sshd string, one machine, who *user.User, known *strings.Builder) error {
	key, home, conf := m.path(one.name+".key"), m.path(one.name), m.path(one.name+".conf")
	if err := writeKey(key); err != nil {
		return err
	}
	public, err := publicOf(key)
	if err != nil {
		return err
	}
	known.WriteString(knownhosts.Line([]string{one.address}, public) + "\n")
	if err := os.Mkdir(home, 0o700); err != nil {
		return err
	}
	uid, err1 := strconv.Atoi(who.Uid)
	gid, err2 := strconv.Atoi(who.Gid)
	if err := errors.Join(err1, err2, os.Chown(home, uid, gid)); err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(one.address)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("Port %s\nListenAddress %s\nHostKey %s\nAuthorizedKeysFile %s\nPidFile none\nStrictModes no\nUsePAM no\nUseDNS no\nMaxStartups 1000:30:2000\nPrintMotd no\nPrintLastLog no\nSetEnv HOME=%s\n",
		port, host, key, m.path("id_ed25519.pub"), home)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		return err
	}
	here := m.path("here") // each machine sees its own home there
	if err := os.MkdirAll(here, 0o755); err != nil {
		return err
	}
	c := exec.CommandContext(ctx, "unshare", "-m", "sh", "-c", `mount --bind "$1" "$2" && shift 2 && exec "$@"`, "-", home, here, sshd, "-D", "-f", conf, "-E", m.path("sshd.log"))
	if err := c.Start(); err != nil {
		return err
	}
	m.list, m.running = append(m.list, one), append(m.running, c)
	return nil
}

// answer waits until all of them listen.
func (m *machines) answer() error {
	until := time.Now().Add(30 * time.Second)
	for _, one := range m.list {
		for {
			conn, err := net.Dial("tcp", one.address)
			if err == nil {
				conn.Close()
				break
			}
			if time.Now().After(until) {
				return fmt.Errorf("%s does not listen: %w", one.address, err)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	return nil
}

// hangUp ends the connections to the machines from their side: the processes
// that the sshds have for them.
func (m *machines) hangUp() {
	ours := map[string]bool{}
	for _, c := range m.running {
		ours[strconv.Itoa(c.Process.Pid)] = true
	}
	for left := 1; left > 0; {
		left = 0
		stats, _ := filepath.Glob("/proc/[0-9]*/stat")
		for _, file := range stats {
			raw, _ := os.ReadFile(file) // it may have gone already
			_, after, _ := strings.Cut(string(raw), ") ")
			fields := strings.Fields(after)
			if len(fields) > 1 && ours[fields[1]] && fields[0] != "Z" {
				pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
				syscall.Kill(pid, syscall.SIGTERM) //nolint:errcheck // as above
				left++
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// end ends what was started, by its id, and takes the user away.
func (m *machines) end() {
	for _, c := range m.running {
		c.Process.Kill() //nolint:errcheck // it may have gone already
		c.Wait()         //nolint:errcheck // it was killed
	}
	exec.Command("userdel", fleetUser).Run() //nolint:errcheck // it may never have been made
	os.RemoveAll(m.folder)
}

// writeKey makes a private key, and its public half beside it.
func writeKey(file string) error {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		return err
	}
	shown, err := ssh.NewPublicKey(public)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(file, pem.EncodeToMemory(block), 0o600), os.WriteFile(file+".pub", ssh.MarshalAuthorizedKey(shown), 0o644))
}

func publicOf(file string) (ssh.PublicKey, error) {
	raw, err := os.ReadFile(file + ".pub")
	if err != nil {
		return nil, err
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey(raw)
	return key, err
}
