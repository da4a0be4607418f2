package boot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"

	"prentice/internal/team"
)

// agentPatience is how long an agent may take to say which keys it holds.
const agentPatience = 2 * time.Second

// sshHealth looks at what it takes to reach the team's other machines: a key, in the
// data folder or in an agent, and the keys of the hosts. None of them is used.
func sshHealth(ctx context.Context, set Settings, hosts []team.Host) []checked {
	if !slices.ContainsFunc(hosts, func(h team.Host) bool { return !h.Local }) {
		return nil
	}
	return append(sshKeys(ctx, filepath.Join(set.Data, "ssh"), os.Getenv("SSH_AUTH_SOCK")),
		knownHosts(filepath.Join(set.Data, "ssh", "known_hosts"), filepath.Join(set.Team, "known_hosts")))
}

func sshKeys(ctx context.Context, folder, socket string) (list []checked) {
	const about, try = "ssh keys", "ssh-keygen -t ed25519 -N '' -f %s, as the user who runs prentice"
	var have []string
	for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
			have = append(have, name)
		}
	}
	held, err := agentKeys(ctx, socket)
	switch {
	case err != nil:
		list = append(list, but(advice, "ssh agent", fmt.Sprintf("SSH_AUTH_SOCK is %s, and no agent answers there: %v", socket, err), "start the agent, or take SSH_AUTH_SOCK out of the environment of prentice"))
	case socket != "" && held == 0:
		list = append(list, but(advice, "ssh agent", "the agent at "+socket+" holds no key", "ssh-add FILE"))
	case socket != "":
		list = append(list, good("ssh agent", "%s at %s", counted(held, "key"), socket))
	}
	if len(have) == 0 && held == 0 {
		return append(list, but(advice, about, "there is none in "+folder+" and none in an agent: only hosts whose IdentityFile is in ssh_config can be reached", fmt.Sprintf(try, filepath.Join(folder, "id_ed25519"))))
	}
	if len(have) > 0 {
		list = append(list, good(about, "%s in %s", strings.Join(have, ", "), folder))
	}
	return list
}

// agentKeys is how many keys the agent at a socket holds; no socket has none.
func agentKeys(ctx context.Context, socket string) (int, error) {
	if socket == "" {
		return 0, nil
	}
	ctx, cancel := context.WithTimeout(ctx, agentPatience)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(agentPatience)); err != nil {
		return 0, err
	}
	keys, err := agent.NewClient(conn).List()
	return len(keys), err
}

// knownHosts reads the files in which the keys of hosts are.
func knownHosts(files ...string) checked {
	const about = "known hosts"
	var there []string
	for _, file := range files {
		_, err := os.Stat(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			_, err = knownhosts.New(file)
		}
		if err != nil {
			return but(broken, about, err.Error()+": no host can be reached", "correct that line, or take it out")
		}
		there = append(there, file)
	}
	if len(there) == 0 {
		return but(advice, about, "no key of a host is known, so that none is reached", "look at a host's key, and accept it: prentice host accept-key NAME --fingerprint SHA256:…")
	}
	return good(about, "%s", strings.Join(there, ", "))
}
