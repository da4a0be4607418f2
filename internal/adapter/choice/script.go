package choice

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/choices"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/render"
)

// Box performs a script where it can change nothing and reach nothing, and hands over what
// it printed.
type Box func(ctx context.Context, script string, out *bytes.Buffer) (says string, err error)

// perform is what the script of a source prints.
func (a Asker) perform(ctx context.Context, s prentice.ChoiceSource) ([]string, error) {
	if a.Box == nil {
		return nil, prentice.Errorf(prentice.Unavailable, "there is no sandbox here for the script %s", s.Script)
	}
	var out bytes.Buffer
	says, err := a.Box(ctx, s.Text, &out)
	if err != nil {
		return nil, err
	}
	if says != "" {
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		return nil, prentice.Errorf(prentice.Unavailable, "%s", strings.TrimSuffix(fmt.Sprintf("%s: %s", says, clip.To(render.Plain(lines[len(lines)-1]), 200)), ": "))
	}
	return choices.Values(out.String(), s.Path)
}
