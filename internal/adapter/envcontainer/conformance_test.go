package envcontainer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice/internal/engine/environment"
	"prentice/internal/engine/environment/environmenttest"
	"prentice/internal/kit/container/containertest"
)

func TestItKeepsWhatABackEndPromises(t *testing.T) {
	e := containertest.Podman(t)
	e.Image("localhost/tools:1", containertest.Made{})
	w := &world{t: t, engine: e, image: "localhost/tools:1"}
	environmenttest.Check(t, environmenttest.World{
		Open:    func(t *testing.T) environment.Backend { return newBackend(t, e, own) },
		Service: w.sh,
		Left: func(t *testing.T, id string) []string {
			return append(w.leftOf(id), onMachine(t, markOf(own)+"-"+id)...)
		},
	})
}

// leftOf is what the engine has of an environment.
func (w *world) leftOf(id string) (list []string) {
	for _, one := range w.left() {
		if strings.Contains(one, id) {
			list = append(list, one)
		}
	}
	return list
}

// onMachine is what this machine has of an environment, whatever its engine says.
func onMachine(t *testing.T, id string) (list []string) {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range lines {
		if text, _ := os.ReadFile(file); strings.Contains(string(text), id) {
			list = append(list, "process "+file)
		}
	}
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	if strings.Contains(string(mounts), id) {
		list = append(list, "a mount")
	}
	for _, pattern := range []string{"/var/lib/cni/networks/*" + id + "*", "/etc/cni/net.d/*" + id + "*", "/tmp/pr-*/networks/*" + id + "*", "/tmp/pr-*/store/volumes/*" + id + "*"} {
		files, _ := filepath.Glob(pattern)
		list = append(list, files...)
	}
	return list
}
