// Package ansible asks ansible-inventory for hosts that no file lists: those that a
// program or a plug-in makes (https://docs.ansible.com/ansible/latest/cli/ansible-inventory.html).
//
// Ansible runs what stands in the team folder, as the user who runs prentice. So it is
// asked only where the settings of the machine name it. It gets a short environment, no
// settings of the team folder, an own folder for what it writes, and a time; what it
// prints is bounded, and nothing of it is kept but hosts.
package ansible

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/proc"
)

// settings is an empty file of settings, so that no other counts.
const settings = "ansible.cfg"

// The bounds of one answer.
const (
	patience  = 30 * time.Second
	mostBytes = 32 << 20
)

// Inventory is the program. The zero one is none.
type Inventory struct {
	Program  string        // a path, or a name that is looked up
	Patience time.Duration // 0 is half a minute
	Most     int           // bytes of an answer; 0 is 32 MiB
}

// Check says when the program is not there.
func (i Inventory) Check() error {
	if i.Program == "" {
		return nil
	}
	path, err := proc.Find(i.Program, env(""))
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		return prentice.Errorf(prentice.Invalid, "inventory-program %q is not there: %w", i.Program, err).Try("install ansible-core, write the whole path, or leave the setting out")
	}
	return nil
}

// List is what the program prints of some sources.
func (i Inventory) List(sources []string) ([]byte, error) {
	wait, most := i.Patience, i.Most
	if wait <= 0 {
		wait = patience
	}
	if most <= 0 {
		most = mostBytes
	}
	own, err := os.MkdirTemp("", "prentice-inventory-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(own) //nolint:errcheck // what stays costs only space
	if err := os.WriteFile(filepath.Join(own, settings), nil, 0o600); err != nil {
		return nil, err
	}
	argv := []string{i.Program, "--list"}
	for _, s := range sources {
		argv = append(argv, "-i", s)
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	out, says := &proc.Bounded{Most: most}, &proc.Bounded{Most: 64 << 10}
	exit, err := proc.Run(ctx, proc.Spec{Argv: argv, Dir: own, Env: env(own), Out: out, Err: says, Grace: time.Second})
	switch {
	case errors.Is(err, proc.ErrTimeout):
		return nil, fmt.Errorf("it did not answer within %s", wait)
	case out.Over:
		return nil, fmt.Errorf("it prints more than %d bytes", most)
	case err != nil:
		return nil, err
	case !exit.OK():
		return nil, fmt.Errorf("%s: %s", exit, lastLine(says.Bytes()))
	case bytes.Contains(says.Bytes(), []byte("Unable to parse")) || bytes.Contains(says.Bytes(), []byte("Failed to parse")):
		return nil, errors.New(lastLine(says.Bytes()))
	}
	return out.Bytes(), nil
}

// env is all that Ansible gets. One source that cannot be read is an error of it all:
// half a list of hosts is another list.
func env(own string) []string {
	list := []string{"PATH=" + proc.DefaultPath, "LANG=C.UTF-8", "ANSIBLE_CONFIG=" + filepath.Join(own, settings), "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=1", "ANSIBLE_NOCOLOR=1", "ANSIBLE_LOCAL_TEMP=" + own, "ANSIBLE_HOME=" + own, "TMPDIR=" + own}
	if home, err := os.UserHomeDir(); err == nil {
		list = append(list, "HOME="+home)
	}
	return list
}

// lastLine is what was said last, in a length that people read.
func lastLine(says []byte) string {
	lines := strings.Split(strings.TrimSpace(string(says)), "\n")
	last := strings.ToValidUTF8(strings.TrimSpace(lines[len(lines)-1]), "?")
	if len(last) > 300 {
		last = last[:300] + "…"
	}
	return last
}
