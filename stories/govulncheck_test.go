package stories

import (
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// vulncheck is the program that looks for calls, as the module of the stories pins it.
var vulncheck = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "tool", "-n", "govulncheck").Output()
	return strings.TrimSpace(string(out)), err
})

// govulncheck puts the program into a story's PATH.
func govulncheck(ts *testscript.TestScript, neg bool, args []string) {
	file, err := vulncheck()
	ts.Check(err)
	if neg || len(args) > 0 {
		ts.Fatalf("usage: govulncheck")
	}
	ts.Setenv("PATH", filepath.Dir(file)+string(filepath.ListSeparator)+ts.Getenv("PATH"))
}
