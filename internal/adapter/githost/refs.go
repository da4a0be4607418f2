package githost

import (
	"context"
	"strings"

	"prentice/internal/engine/push"
)

// Refs are the refs of a repository.
func (h *Host) Refs(ctx context.Context, name string) ([]push.Ref, error) {
	dir, err := h.Open(name)
	if err != nil {
		return nil, err
	}
	out, err := h.git(ctx, dir, nil, []string{"GIT_DIR=" + dir}, "for-each-ref", "--format=%(refname) %(objectname) %(symref)")
	if err != nil {
		return nil, err
	}
	var list []push.Ref
	for line := range strings.Lines(string(out)) {
		part := strings.SplitN(strings.TrimRight(line, "\n"), " ", 3)
		if len(part) == 3 {
			list = append(list, push.Ref{Name: part[0], ID: part[1], Symbolic: part[2]})
		}
	}
	return list, nil
}
