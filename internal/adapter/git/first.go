package git

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
)

// First makes the first commit of a branch that is not there yet, of these files and no
// others, and says which it is.
func (w *Work) First(ctx context.Context, branch string, files []check.Edit, author, message string, at time.Time) (string, error) {
	ref := "refs/heads/" + branch
	have, err := w.Ref(ctx, ref)
	if err != nil {
		return "", err
	}
	if have != "" {
		return "", prentice.Errorf(prentice.Conflict, "the branch %s is there already", clip.Text(branch)).Try("propose a change for it: git push origin HEAD:refs/for/%s", branch)
	}
	var in bytes.Buffer
	when := fmt.Sprintf("%d +0000", at.Unix())
	fmt.Fprintf(&in, "commit %s\nmark :1\nauthor %s <%s@prentice.invalid> %s\ncommitter %s %s\ndata %d\n%s\n", ref, name(author), name(author), when, keeper, when, len(message), message)
	for _, f := range files {
		if strings.ContainsRune(f.Path, 0) {
			return "", prentice.Errorf(prentice.Invalid, "%q is no path", clip.Text(f.Path)).Try("rename it")
		}
		mode := f.Mode
		if mode == 0 {
			mode = check.Regular
		}
		fmt.Fprintf(&in, "M %o inline %s\ndata %d\n", mode, quotedPath(f.Path), len(f.Content))
		in.Write(f.Content)
		in.WriteString("\n")
	}
	in.WriteString("done\n")
	if _, err := w.run(ctx, &in, 1<<20, "fast-import", "--quiet", "--done", "--date-format=raw"); err != nil {
		return "", err
	}
	return w.Ref(ctx, ref)
}

// quotedPath is a path as fast-import reads it, whatever is in it.
func quotedPath(path string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(path) + `"`
}
