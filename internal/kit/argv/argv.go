// Package argv splits a command line into a program and its arguments as a shell
// would quote them, without being one. It refuses what only a shell can do
// (variables, substitutions, pipes, redirections, lists) instead of handing it on
// as letters.
package argv

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// ErrShell says that a command line needs a shell.
var ErrShell = errors.New("there is no shell here")

// Split splits a command line at its blanks. Single quotes keep everything,
// double quotes all but a backslash before a double quote or a backslash, and a
// backslash outside of quotes keeps the next character. The errors continue a
// sentence that names the command line.
func Split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	quote, inWord, escaped := rune(0), false, false
	runes := []rune(line)
	for i, r := range runes {
		switch {
		case escaped:
			if quote == '"' && r != '"' && r != '\\' {
				word.WriteRune('\\')
			}
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, inWord = true, true
		case shells(runes[i:], quote):
			return nil, fmt.Errorf("holds %q outside of single quotes, and %w", clipped(runes[i:]), ErrShell)
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case unicode.IsSpace(r):
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if quote != 0 || escaped {
		return nil, errors.New("ends inside a quotation")
	}
	if inWord {
		words = append(words, word.String())
	}
	if len(words) == 0 || words[0] == "" {
		return nil, errors.New("names no program")
	}
	return words, nil
}

// shells says whether a shell would do something with what begins here.
func shells(rest []rune, quote rune) bool {
	if quote == '\'' {
		return false
	}
	r := rest[0]
	if r == '`' || quote == 0 && strings.ContainsRune("|;&<>", r) {
		return true
	}
	return r == '$' && len(rest) > 1 && (rest[1] == '(' || rest[1] == '{' || rest[1] == '_' || unicode.IsLetter(rest[1]))
}

func clipped(rest []rune) string { return string(rest[:min(len(rest), 2)]) }
