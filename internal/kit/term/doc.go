// Package term prints for people who sit at a terminal, and for programs that
// read what a terminal would have shown.
//
// A screen is where text goes: it has a width, or none when the output is a
// pipe or a file, and it has colour or not. A hue is one of the four colours of
// a state. A table has a head and rows of plain text.
//
// It refuses to break a word: a hash, a path or an address that does not fit is
// moved to a line of its own, so that it can be copied whole. It refuses to let
// text from elsewhere steer the terminal: Safe takes out what is not meant to be
// read.
package term
