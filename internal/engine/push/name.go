package push

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// BranchName says why a text can be no name of a branch, or "".
func BranchName(s string) string {
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "refs/") || strings.EqualFold(s, "HEAD") {
		return "it would be taken for something else"
	}
	return RefName(heads + s)
}

// newName says why no ref is made under a name: names are typed into shells, and taken for
// commits.
func newName(ref string) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(ref, "refs/"), "/")
	switch {
	case strings.ContainsAny(rest, "$`;|&<>\"'"):
		return "it holds a character that a shell takes for more than itself"
	case hexID.MatchString(rest):
		return "it would be taken for a commit"
	}
	return ""
}

var hexID = regexp.MustCompile(`^[0-9a-fA-F]{40}([0-9a-fA-F]{24})?$`)

// RefName says why a text can be no full name of a ref, or "". It asks for more than git
// does: a name is seen by people, and becomes a path.
func RefName(ref string) string {
	switch {
	case len(ref) > 240:
		return "it is longer than 240 bytes"
	case !utf8.ValidString(ref):
		return "it is not UTF-8"
	case !strings.HasPrefix(ref, "refs/"):
		return "it does not begin with refs/"
	}
	for _, r := range ref {
		if !unicode.IsGraphic(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`~^:?*[\`, r) {
			return "it holds a blank, or a character that no one sees or that git does not take"
		}
	}
	if strings.Contains(ref, "..") || strings.Contains(ref, "@{") {
		return "it holds .. or @{"
	}
	parts := strings.Split(ref, "/")
	if len(parts) < 3 {
		return "it names no branch and no tag"
	}
	for _, part := range parts {
		switch {
		case part == "" || strings.HasPrefix(part, ".") || strings.HasPrefix(part, "-") || strings.HasSuffix(part, "."):
			return "a part of it is empty, begins with . or -, or ends with ."
		case strings.HasSuffix(strings.ToLower(part), ".lock"):
			return "a part of it ends with .lock"
		}
	}
	return ""
}
