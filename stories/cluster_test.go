package stories

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"gopkg.in/yaml.v3"

	"prentice/stories/cluster"
)

// raiseCluster raises a cluster with the objects of a file, in which the images of
// registry/ exist. $KUBECONFIG is the administrator's; the file kubeconfig has a context
// for each Role, with what that lets do and no more.
func raiseCluster(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "cluster FILE")
	c := cluster.New()
	c.Admin("admin")
	c.Images = func(image string) bool { return strings.HasPrefix(image, "registry/") }
	d := yaml.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	for {
		var o map[string]any
		err := d.Decode(&o)
		if errors.Is(err, io.EOF) {
			break
		}
		ts.Check(err)
		ts.Check(c.Load(o))
	}
	server, end := c.Serve()
	ts.Defer(end)
	ts.Check(os.WriteFile(ts.MkAbs("admin.kubeconfig"), []byte(cluster.Config(server, "admin")), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("kubeconfig"), []byte(cluster.Config(server, c.Tokens()...)), 0o600))
	ts.Setenv("KUBECONFIG", ts.MkAbs("admin.kubeconfig"))
}

func hasKubectl() bool {
	_, err := exec.LookPath("kubectl")
	return err == nil
}
