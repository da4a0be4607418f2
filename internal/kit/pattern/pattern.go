// Package pattern holds regular expressions that are compiled when they are first used.
// One that counts to hundreds costs up to a millisecond to compile, which every command
// would pay at its start though few come to use it. It refuses nothing itself: a text
// that is no expression panics at its first use, which a test has to be.
package pattern

import (
	"regexp"
	"sync"
)

// Pattern is a regular expression, compiled at its first use.
type Pattern struct{ compiled func() *regexp.Regexp }

// Of is the pattern that a text of Go's syntax describes.
func Of(text string) Pattern {
	return Pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })}
}

// MatchString says whether a text holds what the pattern describes.
func (p Pattern) MatchString(s string) bool { return p.compiled().MatchString(s) }

// FindAllStringSubmatch is what of a text the pattern describes, at most n times, with its
// parts.
func (p Pattern) FindAllStringSubmatch(s string, n int) [][]string {
	return p.compiled().FindAllStringSubmatch(s, n)
}
