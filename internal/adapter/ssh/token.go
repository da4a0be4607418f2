package ssh

import (
	"iter"
	"maps"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"prentice/internal/kit/argv"
)

// wordStyle splits as OpenSSH does, where a backslash keeps a quote, a backslash and,
// outside of quotes, a space.
var wordStyle = argv.Style{Escape: func(quote, next byte) argv.Escape {
	if next == '"' || next == '\'' || next == '\\' || quote == 0 && next == ' ' {
		return argv.Alone
	}
	return argv.Letter
}}

// arguments splits what stands behind a word. It says whether every quote has an end.
func arguments(text string) (list []string, ok bool) {
	list, open := wordStyle.Words(text)
	return list, open == 0
}

// expand fills in the tokens of a value. It says whether all of them are known.
func expand(text string, tokens map[byte]string) (string, bool) {
	if !strings.Contains(text, "%") {
		return text, true
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch value, known := tokens[at(text, i)]; {
		case at(text, i) == '%':
			b.WriteByte('%')
		case known:
			b.WriteString(value)
		default:
			return text, false
		}
	}
	return b.String(), true
}

func at(s string, i int) byte {
	if i < len(s) {
		return s[i]
	}
	return 0
}

// tokens are what may stand in a value that is said of a host.
func (s said) tokens(name, host string) map[byte]string {
	home, _ := os.UserHomeDir()
	us, _ := os.Hostname()
	short, _, _ := strings.Cut(us, ".")
	id := ""
	if me, err := user.Current(); err == nil {
		id = me.Uid
	}
	return map[byte]string{'h': host, 'n': name, 'k': name, 'p': first(s.port, "22"), 'r': first(s.user, ourName()), 'u': ourName(), 'd': home, 'l': us, 'L': short, 'i': id}
}

// atHome is a path with its ~ or ~NAME filled in.
func atHome(path string) (string, error) {
	if !strings.HasPrefix(path, "~") {
		return path, nil
	}
	name, rest, _ := strings.Cut(path[1:], "/")
	if name == "" {
		home, err := os.UserHomeDir()
		return filepath.Join(home, rest), err
	}
	who, err := user.Lookup(name)
	if err != nil {
		return "", err
	}
	return filepath.Join(who.HomeDir, rest), nil
}

func keysOf[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }
