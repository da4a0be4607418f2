package starter

import (
	"strings"

	"prentice/internal/kit/merge"
)

// Upgraded is a team's procedure with what the library has changed since.
type Upgraded struct {
	Text      string
	Conflicts int // places that both changed, marked in Text
}

// Upgrade joins the changes of a team to a procedure, and those of the library since
// base was taken over: the library's text of that time. Name, owner, review and origin
// are the team's, and no change.
func (t Template) Upgrade(mine, base, version string) Upgraded {
	text, crlf := strings.ReplaceAll(mine, "\r\n", "\n"), strings.Contains(mine, "\r\n")
	text = set(text, "origin", "")
	as := As{Name: line(text, "procedure"), Owner: line(text, "owner"), ReviewBy: line(text, "review_by")}
	joined, conflicts := merge.Three(Of(t.Name, base).own(as), text, t.own(as), merge.Names{Mine: "the team's", Base: "as it was taken over", Theirs: "the library's " + version})
	joined = withOrigin(joined, t.origin(version))
	if crlf {
		joined = strings.ReplaceAll(joined, "\n", "\r\n")
	}
	return Upgraded{joined, conflicts}
}
