package git

import (
	"context"
	"crypto/sha1" //nolint:gosec // it is what git names commits by
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
)

// idOf is what a commit is called that says a text.
func (w *Work) idOf(text []byte) string {
	of := fmt.Appendf(nil, "commit %d\x00%s", len(text), text)
	if w.hash == "sha256" {
		sum := sha256.Sum256(of)
		return hex.EncodeToString(sum[:])
	}
	sum := sha1.Sum(of) //nolint:gosec // see above
	return hex.EncodeToString(sum[:])
}

// The headers that hold signatures, by what names the objects.
var signatureHeaders = map[string]string{"sha1": "gpgsig", "sha256": "gpgsig-sha256"}

// commit reads one as git keeps it. Its signature is of all that is not a signature.
func (w *Work) commit(id, text string) check.Commit {
	head, message, _ := strings.Cut(text, "\n\n")
	c := check.Commit{ID: id, Message: message}
	var content, signature strings.Builder
	own, in := signatureHeaders[w.hash], ""
	for line := range strings.SplitAfterSeq(head+"\n", "\n") {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if key != "" || in == "" { // a line that begins with a space goes on with the one before
			in = ""
			if key == "gpgsig" || key == "gpgsig-sha256" {
				in = key
			}
		}
		switch {
		case in != "" && in == own:
			c.Signed = true
			signature.WriteString(value + "\n")
		case in != "":
		default:
			content.WriteString(line)
		}
		switch key {
		case "parent":
			c.Parents = append(c.Parents, value)
		case "author":
			c.Author, c.Email, c.Time = author(value)
		case "committer":
			_, c.Committer, c.Committed = author(value)
		}
	}
	c.Signature, c.Content = signature.String(), []byte(content.String()+strings.TrimPrefix(text, head+"\n"))
	return c
}

// Whole are commits as git keeps them, with their signatures.
func (w *Work) Whole(_ context.Context, ids []string) (list []check.Commit, err error) {
	for _, id := range ids {
		kind, text, err := w.object(id, 1<<20)
		if err != nil {
			return nil, err
		}
		if kind != "commit" || w.idOf(text) != id {
			return nil, prentice.Errorf(prentice.Unavailable, "%.12s is no commit, or is not what its id says", id).Try("look with: git fsck")
		}
		list = append(list, w.commit(id, string(text)))
	}
	return list, nil
}
