package inventory

import (
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

var (
	validHost  = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)
	validGroup = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$`)
)

// isHostName says whether a host can be called so: a name, or an address.
func isHostName(name string) bool {
	return prentice.ValidName(name) && (validHost.MatchString(name) || net.ParseIP(name) != nil)
}

var v6WithPort = regexp.MustCompile(`^\[([0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)\](?::([0-9]+))?$`)

// cutPort takes host:port apart. A colon within a range is none of it, and an
// address of IPv6, which is no name, stays whole.
func cutPort(pattern string) (host, port string) {
	if m := v6WithPort.FindStringSubmatch(pattern); m != nil && net.ParseIP(m[1]) != nil {
		return m[1], m[2]
	}
	if net.ParseIP(pattern) != nil {
		return pattern, ""
	}
	behind := strings.LastIndexByte(pattern, ']') + 1
	host, port, found := strings.Cut(pattern[behind:], ":")
	if !found || port == "" || strings.Trim(port, "0123456789") != "" {
		return pattern, ""
	}
	return pattern[:behind] + host, port
}

// expand lists the names that a pattern with ranges stands for, at most most of
// them. text says what is wrong with it.
func expand(pattern string, most int) (names []string, text, hint string) {
	if len(pattern) > 300 {
		return nil, fmt.Sprintf("%q has %d characters, at most 300 are read", clip.Text(pattern), len(pattern)), "write a shorter name"
	}
	before, rest, some := strings.Cut(pattern, "[")
	if !some {
		if strings.Contains(pattern, "]") {
			return nil, fmt.Sprintf("%q ends a range that does not begin", clip.Text(pattern)), "write a range as [01:50]"
		}
		return []string{pattern}, "", ""
	}
	inside, after, closed := strings.Cut(rest, "]")
	if !closed {
		return nil, fmt.Sprintf("the range of %q has no end", clip.Text(pattern)), "close it with ]"
	}
	members, text, hint := span(inside, most)
	if text != "" {
		return nil, text, hint
	}
	tails, text, hint := expand(after, most)
	switch {
	case text != "":
		return nil, text, hint
	case len(members)*len(tails) > most:
		return nil, fmt.Sprintf("%q names %d hosts, at most %d are read", clip.Text(pattern), len(members)*len(tails), most), "list fewer"
	}
	for _, m := range members {
		for _, tail := range tails {
			names = append(names, before+m+tail)
		}
	}
	return names, "", ""
}

const rangeHint = "write a range as [01:50], [1:50:2] or [a:f]"

// span lists the members of one range, first:last or first:last:step.
func span(inside string, most int) (members []string, text, hint string) {
	parts := strings.Split(inside, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return nil, fmt.Sprintf("[%s] is not a range", clip.Text(inside)), rangeHint
	}
	step := 1
	if len(parts) == 3 {
		n, err := strconv.Atoi(parts[2])
		if err != nil || n < 1 {
			return nil, fmt.Sprintf("the step %q of [%s] is not a number above 0", clip.Text(parts[2]), clip.Text(inside)), rangeHint
		}
		step = n
	}
	first, last := parts[0], parts[1]
	if first == "" {
		first = "0" // as Ansible has it
	}
	from, to, ok := letters(first, last)
	show := func(n int) string { return string(rune(n)) }
	if !ok {
		var err1, err2 error
		from, err1 = number(first)
		to, err2 = number(last)
		if err1 != nil || err2 != nil {
			return nil, fmt.Sprintf("[%s] goes neither from number to number nor from letter to letter of one case", clip.Text(inside)), rangeHint
		}
		width := 0
		if len(first) > 1 && first[0] == '0' {
			if width = len(first); len(last) != width {
				return nil, fmt.Sprintf("the ends of [%s] do not have equally many digits", clip.Text(inside)), fmt.Sprintf("write [%s:%0*d]", first, width, to)
			}
		}
		show = func(n int) string { return fmt.Sprintf("%0*d", width, n) }
	}
	switch {
	case from > to:
		return nil, fmt.Sprintf("[%s] goes downwards", clip.Text(inside)), "write the smaller end first"
	case (to-from)/step+1 > most:
		return nil, fmt.Sprintf("[%s] names %d hosts, at most %d are read", clip.Text(inside), (to-from)/step+1, most), "list fewer"
	}
	for n := from; n <= to; n += step {
		members = append(members, show(n))
	}
	return members, "", ""
}

// number reads digits alone: no sign, and no more than an int can hold.
func number(s string) (int, error) {
	if strings.Trim(s, "0123456789") != "" || len(s) > 9 {
		return 0, strconv.ErrSyntax
	}
	return strconv.Atoi(s)
}

// letters says whether both ends are a letter of one case.
func letters(first, last string) (from, to int, ok bool) {
	if len(first) != 1 || len(last) != 1 {
		return 0, 0, false
	}
	a, b := first[0], last[0]
	lower := a >= 'a' && a <= 'z' && b >= 'a' && b <= 'z'
	upper := a >= 'A' && a <= 'Z' && b >= 'A' && b <= 'Z'
	return int(a), int(b), lower || upper
}
