package envcontainer

import (
	"path"
	"regexp"
	"strings"
)

type pattern struct {
	is    *regexp.Regexp
	keeps bool // it begins with !
}

// ignored says what a .dockerignore leaves out of a context: the last pattern that matches a
// path, or a folder above it, counts
// (https://docs.docker.com/build/concepts/context/#dockerignore-files).
func ignored(text []byte) func(name string, dir bool) (out, whole bool) {
	var list []pattern
	keeps := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		p := pattern{}
		line, p.keeps = strings.CutPrefix(line, "!")
		line = strings.TrimPrefix(path.Clean(strings.TrimSpace(line)), "/")
		if line == "." || line == "" {
			continue
		}
		is, err := regexp.Compile(expression(line))
		if err != nil {
			continue // it matches nothing
		}
		p.is = is
		keeps = keeps || p.keeps
		list = append(list, p)
	}
	if len(list) == 0 {
		return nil
	}
	return func(name string, _ bool) (bool, bool) {
		out := false
		for _, p := range list {
			for at := name; at != "."; at = path.Dir(at) {
				if p.is.MatchString(at) {
					out = !p.keeps
					break
				}
			}
		}
		return out, out && !keeps // what is kept again may stand below
	}
}

// expression is a pattern as a regular expression.
func expression(glob string) string {
	var b strings.Builder
	b.WriteString("^")
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case strings.HasPrefix(glob[i:], "**/"):
			b.WriteString("(.*/)?")
			i += 2
		case strings.HasPrefix(glob[i:], "**"):
			b.WriteString(".*")
			i++
		case c == '*':
			b.WriteString("[^/]*")
		case c == '?':
			b.WriteString("[^/]")
		case c == '[' || c == ']':
			b.WriteByte(c)
		case c == '\\' && i+1 < len(glob):
			i++
			b.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return b.String() + "$"
}
