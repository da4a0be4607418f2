package envcontainer

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Instructions are looked at wherever a line could begin one, also where it is a part of
// another: what is refused too much can be written otherwise.
var (
	brings  = regexp.MustCompile(`(?i)^\s*(onbuild\s+)?add\s`)
	from    = regexp.MustCompile(`(?i)^\s*from\s+(--\S+\s+)*(\S+)`)
	copies  = regexp.MustCompile(`(?i)^\s*(?:onbuild\s+)?copy\s+(?:--\S+\s+)*--from=(\S+)`)
	runs    = regexp.MustCompile(`(?i)^(\s*(?:onbuild\s+)?run\s+)((?:--\S+\s+)+)`)
	escapes = regexp.MustCompile("(?i)^#\\s*escape\\s*=\\s*`")
	remote  = regexp.MustCompile(`(?i)://|git@|\.git(#|\s|$)|\$`)
)

// safeDockerfile refuses what would have the engine itself fetch something from where this
// machine stands, or give a build rights and secrets; and takes out what only makes it
// faster, but is shared with the builds of others.
func safeDockerfile(text []byte) ([]byte, error) {
	lines := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	var out []string
	for i := 0; i < len(lines); {
		line, bad := lines[i], func(err error) error { return fmt.Errorf("line %d of its Dockerfile: %w", i+1, err) }
		if escapes.MatchString(line) {
			return nil, bad(errors.New(`the escape is \, and nothing else`))
		}
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			out, i = append(out, line), i+1
			continue
		}
		whole, spans := logical(lines[i:])
		if err := fetches(whole); err != nil {
			return nil, bad(err)
		}
		bare, err := withoutFlags(whole)
		switch {
		case err != nil:
			return nil, bad(err)
		case bare != whole:
			out, i = append(out, bare), i+spans
		default:
			out, i = append(out, line), i+1
		}
	}
	return []byte(strings.Join(out, "\n")), nil
}

// fetches refuses an instruction by which the engine fetches something for it.
func fetches(whole string) error {
	if brings.MatchString(whole) && remote.MatchString(whole) {
		return errors.New("ADD brings files of the tree, and nothing from a network or by a variable: write COPY")
	}
	for _, image := range [][]string{from.FindStringSubmatch(whole), copies.FindStringSubmatch(whole)} {
		if image != nil && strange(image[len(image)-1]) {
			return fmt.Errorf("%q is no registry of the world", image[len(image)-1])
		}
	}
	return nil
}

// withoutFlags takes the caches out of a RUN: they are shared with all builds of the machine.
// What gives it a secret, a network or rights is refused.
func withoutFlags(whole string) (string, error) {
	m := runs.FindStringSubmatch(whole)
	if m == nil {
		return whole, nil
	}
	var kept []string
	for flag := range strings.FieldsSeq(m[2]) {
		name, value, _ := strings.Cut(strings.ToLower(flag), "=")
		switch {
		case name != "--mount" || strings.Contains(flag, "$"):
			return "", fmt.Errorf("RUN %s is not given here", flag)
		case strings.Contains(value, "type=cache"):
			continue
		case strings.Contains(value, "type=secret"), strings.Contains(value, "type=ssh"):
			return "", fmt.Errorf("RUN %s: a build is given no secrets", flag)
		}
		kept = append(kept, flag)
	}
	if len(kept) == len(strings.Fields(m[2])) {
		return whole, nil
	}
	return m[1] + strings.Join(append(kept, ""), " ") + whole[len(m[0]):], nil
}

// logical is a line with those that go on with it, and how many they are.
func logical(lines []string) (whole string, spans int) {
	var b strings.Builder
	for i, line := range lines {
		if i > 0 && strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		cut := strings.TrimRight(line, " \t")
		if !strings.HasSuffix(cut, `\`) {
			b.WriteString(line)
			return b.String(), i + 1
		}
		b.WriteString(strings.TrimSuffix(cut, `\`) + " ")
	}
	return b.String(), len(lines)
}
