// Package cli is the command line: every operation drawn as a command. The
// operation run.start is the command prentice run start; the fields of its input
// are words and flags; its output is a table, a text, JSON or YAML.
//
// Data goes to standard output; hints, what is still to come and errors go to
// standard error. The exit code says what the caller can do (see Main).
//
// It holds no rules: what may be done is decided behind the door that Open
// gives. It refuses what it does not understand (a word too many, a flag that
// does not exist or is given twice, a file that is too large) and lets nothing
// that it prints steer the terminal.
package cli
