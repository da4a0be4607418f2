package envbox_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"prentice/internal/adapter/envbox"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/needtest"
)

// victimWord is where the test program finds the folder in which it makes an environment, to be killed.
const victimWord = "PRENTICE_ENVBOX_VICTIM"

// sharingWord says that its environments have databases in the shared server.
const sharingWord = "PRENTICE_ENVBOX_SHARING"

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimWord); dir != "" {
		victim(dir)
	}
	os.Exit(m.Run())
}

// victim makes and stops an environment again and again, and says each step.
func victim(dir string) {
	ctx := context.Background()
	b, err := envbox.New(ctx, dir)
	for i := 0; err == nil; i++ {
		s := killed(fmt.Sprintf("kill%dx%d", os.Getpid(), i))
		if os.Getenv(sharingWord) != "" {
			s = killedSharing(s.ID, i)
		}
		fmt.Println("making", s.ID)
		err = b.Prepare(ctx, s, nil)
		for _, sv := range s.Services {
			if err == nil {
				err = b.Start(ctx, s, sv.Name)
			}
		}
		if err == nil {
			err = b.Stop(ctx, s, s.Services[0].Name)
		}
		if err == nil {
			err = b.Remove(ctx, s.ID)
		}
		fmt.Println("removed", s.ID)
	}
	fmt.Println("failed", err)
	os.Exit(1)
}

func killed(id string) environment.Spec {
	one, two := service("one", `echo x >/data/x; busybox httpd -f -p 8080 -h /data`), service("two", `busybox sleep 3600 & (busybox setsid busybox sleep 3600 &); wait`)
	one.Mounts = []environment.Mount{{Volume: "data", To: "/data"}}
	one.StopGrace = 50 * time.Millisecond
	return environment.Spec{ID: id, Services: []environment.Service{one, two}, Volumes: []string{"data"}}
}

// counted is what the machine has of environments below a folder.
type counted struct{ Processes, Networks, Mounts, Groups, Files, Ports int }

// count looks at the machine: processes and networks of the cells' programs, mounts, groups, files and ports.
// What others make at the same moment has other names.
func count(t *testing.T, dir string) (c counted) {
	t.Helper()
	sum := sha256.Sum256([]byte(dir))
	marker := "prentice-env-" + hex.EncodeToString(sum[:4]) + "-"
	own, _ := os.Readlink("/proc/self/ns/net")
	networks := map[string]bool{}
	list, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range list {
		says := func(file, word string) bool {
			text, _ := os.ReadFile(p + "/" + file) // of one that has ended there is none
			return strings.Contains(string(text), word)
		}
		if !says("cmdline", marker) && !says("cgroup", marker) && (!says("mountinfo", dir) || says("cmdline", os.Args[0])) {
			continue
		}
		c.Processes++
		if net, err := os.Readlink(p + "/ns/net"); err == nil && net != own {
			networks[net] = true
		}
	}
	c.Networks = len(networks)
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	c.Mounts = strings.Count(string(mounts), dir)
	for _, pattern := range []string{"/sys/fs/cgroup/" + marker + "*", "/sys/fs/cgroup/*/" + marker + "*"} {
		groups, _ := filepath.Glob(pattern)
		c.Groups += len(groups)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if n := f.Name(); n != ".lock" && n != "filter.bpf" {
			c.Files++
		}
	}
	for _, table := range []string{"tcp", "tcp6"} {
		text, _ := os.ReadFile("/proc/net/" + table)
		c.Ports += strings.Count(string(text), ":1F90 00000000:0000 0A") // 8080, which the services listen at
	}
	return c
}

// A prentice is killed at any moment of making, stopping and removing environments, and the
// next one removes what it left, by ID. PRENTICE_KILLS=1000 does it a thousand times.
func TestAPrenticeThatIsKilledLeavesNothingOfItsEnvironments(t *testing.T) {
	needtest.Program(t, "bwrap")
	needtest.Program(t, "busybox")
	kills := 20
	if n, err := strconv.Atoi(os.Getenv("PRENTICE_KILLS")); err == nil {
		kills = n
	}
	dir := filepath.Join(t.TempDir(), "environments")
	b := made(t, dir)
	if err := b.Can(t.Context(), killed("trial")); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	before, found := count(t, dir), 0
	var seen []counted // just before each kill
	for range kills {
		c := exec.Command("/proc/self/exe")
		c.Env = append(os.Environ(), victimWord+"="+dir)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		in := bufio.NewScanner(out)
		for in.Scan() && !strings.HasPrefix(in.Text(), "making") {
			if strings.HasPrefix(in.Text(), "failed") {
				t.Error(in.Text())
			}
		}
		time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond) // at any moment
		seen = append(seen, count(t, dir))
		c.Process.Kill()
		c.Wait()
		b := made(t, dir)
		all, err := b.All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		found += len(all)
		for _, id := range all {
			if err := b.Remove(t.Context(), id); err != nil {
				t.Error(err)
			}
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.ContainsFunc(seen, func(c counted) bool { return c.Processes > 0 && c.Networks > 0 && c.Files > 0 }) {
		t.Errorf("nothing was seen of what is looked for: %+v", seen)
	}
	if after := count(t, dir); after != before {
		files, _ := os.ReadDir(dir)
		t.Errorf("%v: before %d kills the machine had %+v, and after them %+v", files, kills, before, after)
	} else {
		t.Logf("%d kills left something of %d environments, which the next removed; the machine has %+v as before", kills, found, after)
	}
}
