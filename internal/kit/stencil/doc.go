// Package stencil fills texts with values: Go's text/template (https://pkg.go.dev/text/template),
// with what reaches out, goes on for ever or hides what it asks for taken away.
//
// Its words: a stencil is a text with places for values; what it asks for is the paths of
// the values that it names, such as inputs.port, each with its line; filling it gives the
// text, or an error with the line at which it stopped.
//
// The same stencil and values give the same text on every machine: values are texts,
// numbers, truths, lists and maps, and have no methods; functions are few and pure; work
// is counted, and never timed.
//
// It refuses the functions that are not listed here, templates within templates, the whole
// of the values at once, a text of more than 256 KiB, and a value that holds a line break
// or another control character, which would be more than a value where it is put.
package stencil
