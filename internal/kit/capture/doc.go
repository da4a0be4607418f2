// Package capture reads typed values out of what programs print.
//
// Its words: a value has a kind (string, int, bool, duration, list or json) and one
// plain form, so that equal values are equal texts; a picture of an output is its last
// line and, where it is short enough, all of it; a path picks a value out of JSON.
//
// It refuses to keep more than a bound of what is printed, however much that is, and to
// take what is nearly a value for one: control characters, a number with a unit, JSON
// that is too deep or too long are told and never repaired.
package capture
