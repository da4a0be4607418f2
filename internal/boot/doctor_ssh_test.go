package boot

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice/internal/kit/needtest"
	"prentice/internal/team"
)

// realAgent is an ssh-agent of OpenSSH, with a key or without.
func realAgent(t *testing.T, key string) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "agent")
	c := exec.Command(needtest.Program(t, "ssh-agent"), "-D", "-a", socket)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() }) //nolint:errcheck // the test is over
	for range 6000 {
		if conn, err := net.Dial("unix", socket); err == nil {
			conn.Close()
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if key != "" {
		add := exec.Command("ssh-add", "-q", key)
		add.Env = append(os.Environ(), "SSH_AUTH_SOCK="+socket)
		if out, err := add.CombinedOutput(); err != nil {
			t.Fatalf("ssh-add: %v %s", err, out)
		}
	}
	return socket
}

func TestDoctorLooksWhetherOtherMachinesCanBeReached(t *testing.T) {
	folder := t.TempDir()
	key := filepath.Join(folder, "id_ed25519")
	if out, err := exec.Command(needtest.Program(t, "ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	silent, err := net.Listen("unix", filepath.Join(t.TempDir(), "silent"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for fact, c := range map[string]struct {
		folder, socket string
		state          health
		says           string
	}{
		"an agent with a key":          {t.TempDir(), realAgent(t, key), fine, "1 key at"},
		"an agent without a key":       {folder, realAgent(t, ""), advice, "holds no key"},
		"an agent that is gone":        {folder, filepath.Join(folder, "gone"), advice, "no agent answers"},
		"an agent that says nothing":   {folder, silent.Addr().String(), advice, "no agent answers"},
		"a key in the data folder":     {folder, "", fine, "id_ed25519 in"},
		"neither a key nor an agent":   {t.TempDir(), "", advice, "there is none in"},
		"no key, and an empty agent":   {t.TempDir(), realAgent(t, ""), advice, "holds no key"},
		"no key, and an agent is gone": {t.TempDir(), filepath.Join(folder, "gone"), advice, "no agent answers"},
	} {
		list := sshKeys(t.Context(), c.folder, c.socket)
		if len(list) == 0 || list[0].State != c.state || !strings.Contains(list[0].Says, c.says) || (list[0].Try == "") != (c.state == fine) {
			t.Errorf("%s: %+v", fact, list)
		}
		if last := list[len(list)-1]; strings.HasPrefix(fact, "n") && !strings.Contains(last.Says, "there is none in") {
			t.Errorf("%s: %+v", fact, list)
		}
	}
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	known := filepath.Join(folder, "known_hosts")
	for text, state := range map[string]health{"": fine, "web1 " + string(public): fine, "web1 ssh-ed25519 not-a-key\n": broken} {
		if err := os.WriteFile(known, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if is := knownHosts(filepath.Join(folder, "none"), known); is.State != state || (is.Try == "") != (state == fine) {
			t.Errorf("with %q: %+v", text, is)
		}
	}
	if is := knownHosts(filepath.Join(folder, "none")); is.State != advice {
		t.Errorf("without a file: %+v", is)
	}
	if list := sshHealth(t.Context(), Settings{Data: folder, Team: folder}, []team.Host{{Local: true}}); list != nil {
		t.Errorf("a team of this machine alone: %+v", list)
	}
}
