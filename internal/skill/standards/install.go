package standards

import (
	"context"
	"strings"

	"prentice"
	"prentice/internal/op"
)

// InstallIn says which hook.
type InstallIn struct {
	Hook string `json:"hook,omitempty" arg:"1" enum:"pre-commit,pre-push" default:"pre-commit" doc:"When to check: before each commit what is staged, or before each push the change since its base."`
	Dir  string `json:"dir,omitempty" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
}

// Installed is the hook that was written.
type Installed struct {
	File string `json:"file"`
	Hook string `json:"hook"`
}

// Text implements op.Texter.
func (i Installed) Text() string {
	return "● " + i.Hook + " checks from now on, by " + shown(i.File) + "\n  git " + strings.TrimPrefix(i.Hook, "pre-") + " --no-verify passes it over; remove the file to have it no more\n"
}

func installOp(d Deps) op.Op {
	return op.New("check.install", prentice.Look, prentice.Viewer, "Have git check before each commit or push", d.install).
		WithExample("prentice check install pre-push").WithoutState().OnlyHere().ThatKeeps().WithHelp(
		"Writes a hook into the repository's own hooks, where none is: a hook that is there is never overwritten, and then the line to put into it is said. The hook runs the prentice that is on the PATH, and passes where there is none. Before a commit no command is performed; before a push they have two minutes, and what is not judged then is said, and holds no one up: it is judged where the change lands.")
}

func (d Deps) install(ctx context.Context, _ op.Call, in InstallIn) (Installed, error) {
	if d.Open == nil {
		return Installed{}, unavailable("the repository")
	}
	repo, err := d.Open(ctx, orText(in.Dir, "."))
	if err != nil {
		return Installed{}, err
	}
	defer repo.Close() //nolint:errcheck // what it writes is written when it says so
	command := hookCommands[in.Hook]
	file, err := repo.Hook(ctx, in.Hook, strings.ReplaceAll(hookText, "COMMAND", command))
	if prentice.KindOf(err) == prentice.Conflict {
		return Installed{}, prentice.Errorf(prentice.Conflict, "%w", err).Try("put this line into it: prentice check %s || exit $?", command)
	}
	return Installed{file, in.Hook}, err
}

var hookCommands = map[string]string{"pre-commit": "--staged --quick", "pre-push": "--changed --within 2m"}

// hookText is the hook. An unknown (exit code 10) is told and does not hold a person up
// at their desk: the server, or CI, is who decides.
const hookText = `#!/bin/sh
# Checks what is about to be committed or pushed. Written by: prentice check install
command -v prentice >/dev/null 2>&1 || exit 0
prentice check COMMAND
code=$?
[ "$code" -eq 10 ] && exit 0
exit "$code"
`

var _ op.Texter = Installed{}
