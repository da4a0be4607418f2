// Package render turns what programs hold into what people read: Markdown into
// HTML that cannot act, output of commands into text that cannot lie about
// itself, times and durations into words.
//
// Everything it is given counts as untrusted. It refuses to pass on a script,
// an image, an escape sequence of a terminal or a character that changes the
// order in which other characters are read.
package render
