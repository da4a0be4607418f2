package push

import (
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
