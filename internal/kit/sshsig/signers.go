package sshsig

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// Signer is a line of a file of allowed signers: who may sign with a key, for what and
// when.
type Signer struct {
	Principals []string // patterns with * and ?; one behind ! is not it
	Namespaces []string // patterns; none is any
	After      time.Time
	Before     time.Time
	Key        ssh.PublicKey
	Line       int
}

// Signers reads a file of allowed signers. One line that cannot be read makes all of it
// unreadable: who is missing from a list cannot be told from who is not on it.
func Signers(text []byte) ([]Signer, error) {
	var list []Signer
	n := 0
	for line := range bytes.Lines(text) {
		n++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		s, authority, err := signer(string(line))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if s.Line = n; !authority { // of certificates, which are not judged
			list = append(list, s)
		}
	}
	return list, nil
}

func signer(line string) (s Signer, authority bool, err error) {
	who, rest := word(line)
	s.Principals = strings.Split(strings.Trim(who, `"`), ",")
	key, _, options, more, err := ssh.ParseAuthorizedKey([]byte(rest))
	if err != nil || len(more) > 0 {
		return s, false, errors.New("it is not: WHO [OPTIONS] KEY")
	}
	s.Key = key
	for _, o := range options {
		name, value, _ := strings.Cut(o, "=")
		value = strings.Trim(value, `"`)
		switch strings.ToLower(name) {
		case "cert-authority":
			authority = true
		case "namespaces":
			s.Namespaces = strings.Split(value, ",")
		case "valid-after":
			s.After, err = moment(value)
		case "valid-before":
			s.Before, err = moment(value)
		default:
			err = fmt.Errorf("the option %q is not known", name)
		}
		if err != nil {
			return s, false, err
		}
	}
	return s, authority, nil
}

// word is the first word of a line, which may be in quotation marks, and the rest.
func word(line string) (first, rest string) {
	end := strings.IndexAny(line, " \t")
	if strings.HasPrefix(line, `"`) {
		if close := strings.IndexByte(line[1:], '"'); close >= 0 {
			end = close + 2
		}
	}
	if end < 0 {
		return line, ""
	}
	return line[:end], strings.TrimLeft(line[end:], " \t")
}

// moment reads YYYYMMDD[HHMM[SS]] with a Z behind it for UTC, which it is without one, too:
// a list that many share means one moment.
func moment(text string) (time.Time, error) {
	text = strings.TrimSuffix(text, "Z")
	for _, form := range []string{"20060102", "200601021504", "20060102150405"} {
		if len(form) == len(text) {
			return time.Parse(form, text)
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time: write 20270501", text)
}

// May says why no line lets a key sign for who at a moment, or "".
func May(list []Signer, key ssh.PublicKey, who, namespace string, at time.Time) string {
	known, says := false, ""
	for _, s := range list {
		if !bytes.Equal(s.Key.Marshal(), key.Marshal()) {
			continue
		}
		known = true
		switch {
		case len(s.Namespaces) > 0 && !matches(s.Namespaces, namespace):
			says = "its key may sign, but not commits"
		case !s.After.IsZero() && at.Before(s.After), !s.Before.IsZero() && !at.Before(s.Before):
			says = "its key may not sign at that time"
		case !matches(s.Principals, who):
			says = fmt.Sprintf("its key is that of %s, and its committer is %s", strings.Join(s.Principals, ","), who)
		default:
			return ""
		}
	}
	if !known {
		return "its key " + ssh.FingerprintSHA256(key) + " is no one's"
	}
	return says
}

// matches says whether a text is among patterns, and not behind a !.
func matches(patterns []string, text string) bool {
	if slices.ContainsFunc(patterns, func(p string) bool { return strings.HasPrefix(p, "!") && like(p[1:], text) }) {
		return false
	}
	return slices.ContainsFunc(patterns, func(p string) bool { return !strings.HasPrefix(p, "!") && like(p, text) })
}

// like compares with * and ?, in which no other sign means anything.
func like(pattern, text string) bool {
	escape := strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`, "/", "\x00")
	ok, err := path.Match(escape.Replace(strings.ToLower(pattern)), strings.ReplaceAll(strings.ToLower(text), "/", "\x00"))
	return ok && err == nil
}
