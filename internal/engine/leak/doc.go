// Package leak finds secrets in texts: keys, tokens and passwords that someone wrote into
// a file.
//
// Its words: a rule says what a secret of one kind looks like; settings are the rules that
// count and what they let pass; a hit is one place where a rule found a secret. The rules
// are those of gitleaks (rules/gitleaks.toml, under the MIT licence that it begins with), as data; a hit here
// is one there.
//
// It refuses to show what it found: a hit has the secret so that it can be compared, and
// Masked and Key are all that may leave the program. It refuses to write, to ask the
// network whether a secret is alive, and to unpack more of an archive than is bounded.
package leak
