package standard

import (
	"fmt"
	"regexp"
	"strings"

	"prentice/internal/kit/clip"
)

// Glob is a matcher of paths: * is any part of a name, ** any folders, {a,b} one of
// several, and a folder ends with /.
func Glob(glob string) (func(string) bool, error) {
	if glob == "**" {
		return func(string) bool { return true }, nil
	}
	if ending, found := strings.CutPrefix(glob, "**/*"); found && plainText(ending) {
		return func(path string) bool { return strings.HasSuffix(path, ending) }, nil
	}
	if name, found := strings.CutPrefix(glob, "**/"); found && plainText(name) {
		return func(path string) bool { return path == name || strings.HasSuffix(path, "/"+name) }, nil
	}
	if plainText(glob) && !strings.HasSuffix(glob, "/") {
		return func(path string) bool { return path == glob }, nil
	}
	pattern, err := globPattern(glob)
	if err != nil {
		return nil, err
	}
	return pattern.MatchString, nil
}

func plainText(s string) bool { return !strings.ContainsAny(s, "*?[]{}\\") }

func globPattern(glob string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString(`^(?s:`)
	braces := 0
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case strings.HasPrefix(glob[i:], "**/"):
			b.WriteString(`(?:.*/)?`)
			i += 2
		case strings.HasPrefix(glob[i:], "**"):
			b.WriteString(`.*`)
			i++
		case c == '*':
			b.WriteString(`[^/]*`)
		case c == '?':
			b.WriteString(`[^/]`)
		case c == '{':
			braces++
			b.WriteString(`(?:`)
		case c == '}' && braces > 0:
			braces--
			b.WriteString(`)`)
		case c == ',' && braces > 0:
			b.WriteString(`|`)
		default:
			b.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		}
	}
	if strings.HasSuffix(glob, "/") {
		b.WriteString(`.*`)
	}
	b.WriteString(`)$`)
	if braces > 0 || len(glob) > 500 {
		return nil, fmt.Errorf("%q is not a pattern of paths", clip.Text(glob))
	}
	return regexp.Compile(b.String())
}

// covering is whether a path is among some, all where there are none, and not among others.
func covering(paths, except []string) (func(string) bool, error) {
	in, err := anyGlob(paths)
	if err != nil {
		return nil, err
	}
	out, err := anyGlob(except)
	if err != nil {
		return nil, err
	}
	return func(path string) bool { return (len(paths) == 0 || in(path)) && !out(path) }, nil
}

func anyGlob(globs []string) (func(string) bool, error) {
	var all []func(string) bool
	for _, g := range globs {
		is, err := Glob(g)
		if err != nil {
			return nil, err
		}
		all = append(all, is)
	}
	return func(path string) bool {
		for _, is := range all {
			if is(path) {
				return true
			}
		}
		return false
	}, nil
}
