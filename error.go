package prentice

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what the caller can do about an error. The zero Kind is Internal:
// nothing the caller can change.
type Kind uint8

// The kinds of error. Faces translate them to exit codes and HTTP statuses.
const (
	Internal        Kind = iota // a fault of ours; report it
	Invalid                     // the input is wrong; change the input
	NotFound                    // there is no such thing; look at what there is
	Unauthenticated             // no one knows who is asking; sign in
	Denied                      // the actor may not; ask someone who may
	Refused                     // policy, a limit or a law said no; read the reasons
	Conflict                    // the state has changed; check again and decide again
	Limited                     // too much or too fast; ask for less or later
	Unavailable                 // something that is needed is down or full; fix it and try again
	Canceled                    // the caller gave up
)

var kindNames = [...]string{"internal", "invalid", "not-found", "unauthenticated", "denied", "refused", "conflict", "limited", "unavailable", "cancelled"}

// String is the kind's name as the API prints it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[Internal]
}

// Pos is a place in a file. Line and Column count from 1; zero means unknown.
type Pos struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// String is the place as editors understand it: file:line:column.
func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	default:
		return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
}

// Error is the one error type. Text says what is wrong, with the value; Hint
// says what to do next, in one sentence.
type Error struct {
	Kind Kind
	Text string
	Hint string
	At   Pos
	Err  error
}

// Errorf makes an error of a kind. Each %w verb keeps its cause.
func Errorf(kind Kind, format string, args ...any) *Error {
	made := fmt.Errorf(format, args...)
	e := &Error{Kind: kind, Text: made.Error()}
	switch made := made.(type) {
	case interface{ Unwrap() error }:
		e.Err = made.Unwrap()
	case interface{ Unwrap() []error }:
		e.Err = errors.Join(made.Unwrap()...)
	}
	return e
}

// Try adds the next step to take, in one sentence.
func (e *Error) Try(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// In adds the place in a file.
func (e *Error) In(at Pos) *Error {
	e.At = at
	return e
}

// Error is the sentence, with its place in front and its hint behind.
func (e *Error) Error() string {
	var b strings.Builder
	if at := e.At.String(); at != "" {
		b.WriteString(at + ": ")
	}
	b.WriteString(e.Text)
	if e.Hint != "" {
		b.WriteString(": " + e.Hint)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf finds the kind of an error anywhere in its chain; an error that has
// none is Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// HintOf finds the next step in an error's chain, or "". Of several causes the
// first that has one counts.
func HintOf(err error) string {
	if e, ok := err.(*Error); ok && e.Hint != "" {
		return e.Hint
	}
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		return HintOf(err.Unwrap())
	case interface{ Unwrap() []error }:
		for _, cause := range err.Unwrap() {
			if hint := HintOf(cause); hint != "" {
				return hint
			}
		}
	}
	return ""
}

// NotKept is the error of something that was removed because it was over long ago.
func NotKept(ref Ref) *Error {
	return Errorf(NotFound, "%s was over long ago and is no longer kept", ref).Try("what happened is in its evidence: prentice evidence thread %s", ref)
}

// NothingDone makes the error of something that was not begun one that says so.
func NothingDone(err error) error {
	text, hint := err.Error(), ""
	if e, ok := errors.AsType[*Error](err); ok {
		text, hint = e.Text, e.Hint
	}
	return &Error{Kind: Refused, Text: text + "; nothing was done", Hint: hint, Err: err}
}
