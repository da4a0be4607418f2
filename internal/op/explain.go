package op

import (
	"fmt"
	"strings"
	"time"

	"prentice"
)

// Explainer says how things of one kind are explained: what such a thing is, which
// operation shows one, and which questions its output answers. It is asked through the
// door as the one who reads: what someone may not see is not explained to them either.
// The one of no kind says what happened to a thing of any.
type Explainer struct {
	Kind string // of the ref
	Is   string // what such a thing is, in a sentence or two
	Op   string // that shows one
	in   func(prentice.Ref) any
	tell func(prentice.Ref, any) (Told, error)
}

// Told is what is known of one thing, by the question that it answers. Without
// Happened, the evidence tells what happened.
type Told struct {
	Title     string
	What      Sentences    // it is
	Why       Sentences    // it stands as it does
	Of        prentice.Ref // whose past is told where Happened is nil; "" is the thing itself
	Happened  []Happening
	Cut       bool // more happened before that
	Uncertain Sentences
	Todo      []Todo
}

// Happening is a moment and what happened then, in words.
type Happening struct {
	At   time.Time    `json:"at"`
	Says string       `json:"says"`
	By   prentice.Ref `json:"by,omitempty"`
	Line int64        `json:"line,omitempty"` // of the evidence that holds it
}

// Todo is something that can be done: an operation, the words that follow it on a
// command line, and what it is for.
type Todo struct{ Op, Words, For string }

// Explains declares how things of a kind are explained: what one is, the operation
// that shows it with the input that it takes, and what its output says.
func Explains[In, Out any](kind, is, name string, in func(prentice.Ref) In, tell func(prentice.Ref, Out) (Told, error)) Explainer {
	return Explainer{
		Kind: kind, Is: is, Op: name,
		in: func(ref prentice.Ref) any { return in(ref) },
		tell: func(ref prentice.Ref, out any) (Told, error) {
			typed, ok := out.(Out)
			if !ok {
				return Told{}, prentice.Errorf(prentice.Internal, "%s answers with a %T, not with a %T", name, out, typed)
			}
			return tell(ref, typed)
		},
	}
}

// Tell asks for the thing, and says what is known of it.
func (e Explainer) Tell(ask func(name string, in any) (any, error), ref prentice.Ref) (Told, error) {
	out, err := ask(e.Op, e.in(ref))
	if err != nil {
		return Told{}, err
	}
	return e.tell(ref, out)
}

// Sentences are what is said, one after another.
type Sentences []string

// Add adds a sentence. It begins as it is given, so that a name stays one, and ends
// with a full stop.
func (s *Sentences) Add(format string, args ...any) {
	text := strings.TrimSpace(fmt.Sprintf(format, args...))
	if text != "" && !strings.ContainsAny(text[len(text)-1:], ".!?`") {
		text += "."
	}
	*s = append(*s, text)
}

// AddAll adds a sentence of refs in words, if there are any; beyond a few they are counted.
func (s *Sentences) AddAll(format string, refs []prentice.Ref) {
	const few = 8
	if len(refs) == 0 {
		return
	}
	words := make([]string, 0, few)
	for _, r := range refs[:min(few, len(refs))] {
		words = append(words, string(r))
	}
	text := strings.Join(words, ", ")
	if more := len(refs) - few; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	s.Add(format, text)
}

// Offer adds something that can be done.
func (t *Told) Offer(name, words, format string, args ...any) {
	t.Todo = append(t.Todo, Todo{name, words, fmt.Sprintf(format, args...)})
}
