package crash

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"prentice/internal/kit/freeport"
)

// sshd is outside most people's PATH, and must be started by its full name.
const sshd = "/usr/sbin/sshd"

// reachable says whether there can be another machine.
func reachable() bool {
	_, err := os.Stat(sshd)
	return err == nil
}

// raiseFar raises the machine far, which steps act on over SSH: a real sshd with
// a home folder of its own. A step there is not ended when prentice is killed, and
// finds the folder of the lane as FAR_STATE.
func raiseFar(t *testing.T, dir, team, state string) error {
	if !reachable() {
		return nil
	}
	far := filepath.Join(dir, "far")
	if err := os.MkdirAll(filepath.Join(far, "home"), 0o700); err != nil {
		return err
	}
	for _, name := range []string{"host", "me"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(far, name)).CombinedOutput(); err != nil {
			return fmt.Errorf("ssh-keygen: %w: %s", err, out)
		}
	}
	port, err := freeport.Give()
	if err != nil {
		return err
	}
	key, err := os.ReadFile(filepath.Join(far, "host.pub"))
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		filepath.Join(far, "conf"): fmt.Sprintf("Port %d\nListenAddress 127.0.0.1\nHostKey %s\nAuthorizedKeysFile %s\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nSetEnv HOME=%s FAR_STATE=%s PATH=/usr/local/bin:/usr/bin:/bin\n",
			port, filepath.Join(far, "host"), filepath.Join(far, "me.pub"), filepath.Join(far, "home"), state),
		filepath.Join(team, "ssh_config"):               fmt.Sprintf("Host far\nIdentityFile %s\n", filepath.Join(far, "me")),
		filepath.Join(team, "known_hosts"):              fmt.Sprintf("[127.0.0.1]:%d %s", port, key),
		filepath.Join(team, "far", "catalog-info.yaml"): fmt.Sprintf("apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata:\n  name: far\n  annotations:\n    prentice.dev/address: %s\nspec:\n  type: host\n  owner: group:platform\n", freeport.Address(port)),
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			return err
		}
	}
	if os.Geteuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			return err
		}
	}
	c := exec.Command(sshd, "-D", "-f", filepath.Join(far, "conf"), "-E", filepath.Join(far, "log"))
	if err := c.Start(); err != nil {
		return err
	}
	t.Cleanup(func() {
		c.Process.Kill() //nolint:errcheck // it is ours
		c.Wait()         //nolint:errcheck // it was killed
	})
	for give := time.Now().Add(most); time.Now().Before(give); time.Sleep(10 * time.Millisecond) {
		if conn, err := net.Dial("tcp", freeport.Address(port)); err == nil {
			return conn.Close()
		}
	}
	return errors.New("the sshd of far does not listen")
}
