package checkrun

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/kit/clip"
)

// The bounds of looking for calls, and where it finds what it needs.
const (
	reachTime    = 10 * time.Minute
	mostReached  = 64 << 20
	reachProgram = "/run/steps/govulncheck"
	reachBook    = "/run/steps/advisories"
)

// Govulncheck is the program on this machine: in PATH, or where go install puts it.
func Govulncheck(getenv func(string) string) (string, error) {
	if file, err := exec.LookPath("govulncheck"); err == nil && filepath.IsAbs(file) {
		return file, nil
	}
	home, _ := os.UserHomeDir() // without one, it is not there
	for _, dir := range []string{getenv("GOBIN"), filepath.Join(firstFolder(getenv("GOPATH")), "bin"), filepath.Join(home, "go", "bin")} {
		file := filepath.Join(dir, "govulncheck")
		if about, err := os.Stat(file); filepath.IsAbs(file) && err == nil && about.Mode().IsRegular() && about.Mode()&0o111 != 0 {
			return file, nil
		}
	}
	return "", prentice.Errorf(prentice.Unavailable, "govulncheck is not on this machine").Try("install it: go install golang.org/x/vuln/cmd/govulncheck@latest")
}

func firstFolder(list string) string {
	first, _, _ := strings.Cut(list, string(filepath.ListSeparator))
	return first
}

// Reach is what govulncheck prints of the module in a folder of a tree, with these
// advisories by their names. It builds what a stranger wrote, so it does that in a
// sandbox, with the modules that are on this machine and without a network.
func (d *Desk) Reach(ctx context.Context, t *check.Tree, folder string, advisories map[string][]byte) ([]byte, error) {
	program, err := Govulncheck(os.Getenv)
	if err != nil {
		return nil, err
	}
	p, err := d.place(ctx)
	if err != nil {
		return nil, err
	}
	defer p.Close() //nolint:errcheck // what it leaves is swept by the next
	j := p.view(pipeline.Check{Timeout: reachTime})
	if !slices.ContainsFunc(p.tools.Path, func(dir string) bool { return strings.HasPrefix(dir, "/opt/tools/go/") }) && p.tools.Env["GOCACHE"] == "" {
		return nil, prentice.Errorf(prentice.Unavailable, "Go is not on this machine").Try("install Go where PATH finds it")
	}
	j.Limits.Time, j.Limits.Output = reachTime, mostReached
	j.Files = append(files(t), sandbox.File{Path: reachProgram, Executable: true, Open: func() ([]byte, error) { return os.ReadFile(program) }})
	for name, text := range advisories {
		if !prentice.ValidName(strings.ToLower(name)) {
			return nil, prentice.Errorf(prentice.Invalid, "%q is no name of an advisory", clip.Text(name))
		}
		j.Files = append(j.Files, sandbox.File{Path: reachBook + "/" + name + ".json", Open: func() ([]byte, error) { return text, nil }})
	}
	j.Env["REACH_IN"] = "/work/" + folder
	j.Argv = []string{"/bin/sh", "-c", `cd "$REACH_IN" || exit 1; ` + reachProgram + " -db file://" + reachBook + ` -format json ./... 2>"$HOME/said" || { code=$?; echo; tail -n 5 "$HOME/said"; exit $code; }`}
	var printed bytes.Buffer
	j.Out = &printed
	exit, err := p.box.Run(ctx, j)
	switch {
	case ctx.Err() != nil:
		return nil, interrupted(ctx)
	case err != nil:
		return nil, err
	case !exit.OK():
		said := strings.Fields(printed.String())
		return nil, prentice.Errorf(prentice.Unavailable, "govulncheck ended with %s: %s", exit, clip.To(strings.Join(said[max(0, len(said)-40):], " "), 300)).Try("see whether go build ./... works in a check: prentice check init")
	}
	return printed.Bytes(), nil
}
