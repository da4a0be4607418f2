package git

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"prentice"
	review "prentice/internal/engine/change"
)

// Amend is a commit like another one, in which a file has another content and the message
// may be another: the author stays, and who commits is named. Nothing points to it yet.
func (w *Work) Amend(ctx context.Context, of review.Commit, path string, content []byte, message, by string, at time.Time) (string, error) {
	dir, err := os.MkdirTemp("", "prentice-index-")
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "a folder for the moment: %w", err).Try("free space under %s", os.TempDir())
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is below the temporary folder
	o := &Work{Top: w.Top, Common: w.Common, own: w.own, hash: w.hash}
	o.env = append(slices.Clone(w.env), "GIT_INDEX_FILE="+filepath.Join(dir, "index"), "GIT_AUTHOR_NAME="+name(of.Author), "GIT_AUTHOR_EMAIL="+of.Email, fmt.Sprintf("GIT_AUTHOR_DATE=@%d +0000", of.Time.Unix()),
		"GIT_COMMITTER_NAME="+name(by), "GIT_COMMITTER_EMAIL="+name(by)+"@localhost", fmt.Sprintf("GIT_COMMITTER_DATE=@%d +0000", at.Unix()))
	mode, err := o.run(ctx, nil, 1<<16, "ls-tree", "-z", "--full-tree", of.ID, "--", path)
	if err != nil {
		return "", err
	}
	sort, _, _ := strings.Cut(string(mode), " ")
	if sort != "100644" && sort != "100755" {
		return "", prentice.Errorf(prentice.NotFound, "%.12s has no plain file %q", of.ID, path).Try("change it in a clone, and push it")
	}
	blob, err := o.run(ctx, bytes.NewReader(content), 1<<10, "hash-object", "-w", "--stdin", "--no-filters")
	if err != nil {
		return "", err
	}
	if _, err := o.run(ctx, nil, 1<<10, "read-tree", "--end-of-options", of.Tree); err != nil {
		return "", err
	}
	if _, err := o.run(ctx, strings.NewReader(sort+" "+strings.TrimSpace(string(blob))+"\t"+path+"\x00"), 1<<10, "update-index", "-z", "--index-info"); err != nil {
		return "", err
	}
	tree, err := o.run(ctx, nil, 1<<10, "write-tree")
	if err != nil {
		return "", err
	}
	args := []string{"commit-tree", "-F", "-"}
	for _, p := range of.Parents {
		args = append(args, "-p", p)
	}
	id, err := o.run(ctx, strings.NewReader(message), 1<<10, append(args, strings.TrimSpace(string(tree)))...)
	return strings.TrimSpace(string(id)), err
}

// name is one that git takes for an author.
func name(s string) string {
	s = strings.TrimSpace(strings.NewReplacer("<", "", ">", "", "\n", " ").Replace(s))
	if s == "" {
		return "unknown"
	}
	return s
}
