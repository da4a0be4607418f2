package checkrun

import (
	"bytes"
	"context"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/engine/standard"
)

// The bounds of a script that a rule of a standard asks by.
const (
	scriptTime  = time.Minute
	mostSaid    = 1 << 20 // bytes
	mostOfThem  = 2000    // that are read
	scriptsFile = "/run/steps/rule"
)

// Scripts is the desk as who runs the scripts of rules.
func (d *Desk) Scripts() standard.Scripts {
	return standard.Scripts{
		Tool: func() string { return d.tools().Digest() },
		Open: func(ctx context.Context) (standard.Place, error) {
			p, err := d.place(ctx)
			if err != nil {
				return nil, err
			}
			return p, nil
		},
	}
}

// Ask runs the script of a rule in a sandbox with the files of a tree. Nothing comes back
// but its exit code and what it printed.
func (p *place) Ask(ctx context.Context, t *check.Tree, script string) (standard.Said, error) {
	j := p.view(pipeline.Check{Timeout: scriptTime})
	j.Limits.Time, j.Limits.Output = scriptTime, mostSaid
	j.Files = append(files(t), sandbox.File{Path: scriptsFile, Open: func() ([]byte, error) { return []byte(script), nil }})
	j.Argv = []string{"/bin/sh", "-c", "cd /work && exec sh " + scriptsFile}
	var printed bytes.Buffer
	j.Out = &printed
	exit, err := p.box.Run(ctx, j)
	switch {
	case ctx.Err() != nil:
		return standard.Said{}, interrupted(ctx)
	case err != nil:
		return standard.Said{}, err
	case exit.TimedOut, exit.Signal != "":
		return standard.Said{}, prentice.Errorf(prentice.Unavailable, "the script did not come to its end: %s", exit)
	case exit.Code == 125:
		return standard.Said{}, prentice.Errorf(prentice.Unavailable, "the sandbox could not be made: %s", strings.Join(strings.Fields(printed.String()), " "))
	}
	said := standard.Said{Code: exit.Code}
	for line := range strings.Lines(printed.String()) {
		if line = strings.TrimSpace(line); line != "" && len(said.Lines) < mostOfThem {
			said.Lines = append(said.Lines, line)
		}
	}
	return said, nil
}
