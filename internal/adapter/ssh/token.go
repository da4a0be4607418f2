package ssh

import (
	"iter"
	"maps"
	"os"
	"os/user"
	"path/filepath"
	"strings"
)

// arguments splits what stands behind a word, as OpenSSH does: at spaces, with
// quotes, and up to a comment. It says whether every quote has an end.
func arguments(text string) (list []string, ok bool) {
	var word strings.Builder
	some, quote := false, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\'' || text[i+1] == '\\' || quote == 0 && text[i+1] == ' '):
			i++
			word.WriteByte(text[i])
			some = true
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '"' || c == '\'':
			quote, some = c, true
		case c == ' ' || c == '\t':
			if some {
				list = append(list, word.String())
			}
			word.Reset()
			some = false
		case c == '#' && !some:
			return list, true
		default:
			word.WriteByte(c)
			some = true
		}
	}
	if some {
		list = append(list, word.String())
	}
	return list, quote == 0
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
