package envcontainer

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"prentice/internal/engine/environment"
	"prentice/internal/kit/container/containertest"
)

// killed is the environment that is made and removed until the process is killed.
func killedSpec(w *world) environment.Spec {
	web := w.sh("web", "exec httpd -f -p 8080 -h /srv")
	web.Mounts = []environment.Mount{{Volume: "data", To: "/data"}, {Path: "site", To: "/srv"}}
	built := environment.Service{Name: "built", Build: &environment.Build{Context: ".", Inline: "FROM " + w.image + "\nCOPY site /srv\nCMD [\"sleep\", \"1000\"]\n"}}
	return environment.Spec{ID: "killed", Services: []environment.Service{web, built}, Volumes: []string{"data"}, Tree: fstest.MapFS{"site/page": {Data: []byte("x")}}}
}

// TestMain is also the process that is killed.
func TestMain(m *testing.M) {
	if os.Getenv("PRENTICE_KILLED") == "" {
		os.Exit(m.Run())
	}
	ctx := context.Background()
	b, err := New(ctx, os.Getenv("PRENTICE_KILLED"), os.Getenv("PRENTICE_SCRATCH"))
	if err != nil {
		panic(err)
	}
	s := killedSpec(&world{image: "localhost/tools:1"})
	fmt.Println("begun")
	for {
		if err := b.Prepare(ctx, s, &bytes.Buffer{}); err != nil {
			panic(err)
		}
		for _, one := range s.Services {
			if err := b.Start(ctx, s, one.Name); err != nil {
				panic(err)
			}
		}
		if err := b.Remove(ctx, s.ID); err != nil {
			panic(err)
		}
	}
}

// TestWhatIsKilledAtAnyMomentLeavesNothing kills a process that makes and removes an
// environment; PRENTICE_KILLS says how often.
func TestWhatIsKilledAtAnyMomentLeavesNothing(t *testing.T) {
	e := containertest.Podman(t)
	e.Image("localhost/tools:1", containertest.Made{})
	w := &world{t: t, engine: e, image: "localhost/tools:1"}
	kills, err := strconv.Atoi(os.Getenv("PRENTICE_KILLS"))
	if err != nil {
		kills = 6
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for i := range kills {
		c := exec.Command(program)
		c.Env = append(os.Environ(), "PRENTICE_KILLED="+own, "PRENTICE_SCRATCH="+t.TempDir())
		var said bytes.Buffer
		c.Stdout, c.Stderr = &said, &said
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i*397%2311+100) * time.Millisecond) // the moment is what is tried, not how long it takes
		c.Process.Kill()
		c.Wait()
		if bytes.Contains(said.Bytes(), []byte("panic")) {
			t.Fatalf("kill %d: %s", i, said.String())
		}
		next := newBackend(t, e, own)
		if i%2 == 0 { // one that goes on makes it whole first
			w.Backend = next
			w.begin(killedSpec(w))
			if got := w.in("killed", "web", "cat /srv/page"); got != "x[0]" {
				t.Errorf("kill %d: %q", i, got)
			}
		}
		if err := next.Remove(t.Context(), "killed"); err != nil {
			t.Fatalf("kill %d: %v", i, err)
		}
		left := append(w.left(), onMachine(t, w.mark)...)
		if all, err := next.All(t.Context()); err != nil || len(all)+len(left) > 0 {
			t.Errorf("kill %d: %v %v %v", i, all, left, err)
		}
		if i%50 == 49 {
			t.Logf("%d kills", i+1)
		}
	}
	t.Logf("%d kills: Podman and this machine have nothing of it", kills)
}
