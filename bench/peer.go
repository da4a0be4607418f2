package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// builtPeer builds a program that is measured beside us, from the module proxy, in a
// folder of its own, so that what it depends on is in no go.mod of ours.
func builtPeer(ctx context.Context, module, dir string) (program string, err error) {
	build := exec.CommandContext(ctx, "go", "install", module)
	build.Dir, build.Env = dir, append(os.Environ(), "GOBIN="+dir, "GOFLAGS=-mod=mod")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s cannot be built: %w: %s", module, err, out)
	}
	name, _, _ := strings.Cut(module, "@")
	if strings.HasPrefix(path.Base(name), "v") { // a major version is no name of a program
		name = path.Dir(name)
	}
	return filepath.Join(dir, path.Base(name)), nil
}
