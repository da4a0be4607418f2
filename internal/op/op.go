// Package op holds the one way to declare a use case. An operation has a name,
// a risk, the least role that may ask for it, and typed input and output; every
// face (command line, API, forms, OpenAPI, reference) is drawn from that.
//
// Field tags say what faces need to know:
//
//	json:"name,omitempty"   the field's name; omitempty makes it optional
//	doc:"…"                 one sentence for --help, forms and OpenAPI
//	arg:"1"                 on the command line it may be the first, second … word
//	file:"true"             on the command line the word names a file to read ("-" is standard input)
//	file:"maybe"            on the command line a word that ends with .md or begins with a dot or / names a file to read, another is a value
//	sent:"folder"       on the command line a word such as . or ./shop names a folder whose files are sent before; the value is their digest
//	sent:"true"         on the command line the word names a file of any size that is sent before; the value is its digest
//	secret:"true"       what is typed is never shown: forms hide it, and forget it when they come back
//	ago:"true"              a moment may be given as how long ago it is: 2h, 30d
//	nameof:"file"           on the command line it is the name of the file that the field "file" was read from
//	of:"host"               it names one of these, so that faces can offer those there are
//	enum:"a,b" default:"a" example:"…" minimum:"0" maxLength:"200"   as in OpenAPI
//
// An operation refuses to know which face called it and who is allowed what:
// that is the door's work (internal/app).
package op

import (
	"context"
	"io"
	"reflect"
	"sync"
	"time"

	"prentice"
)

// Call is what an operation is told beside its input: who asks, when, which
// idempotency key came with it, and the terminal that is lent to it.
type Call struct {
	Actor    prentice.Actor
	Now      time.Time
	Key      string
	Terminal *Terminal // nil is none
}

// Request asks the door for an operation by name.
type Request struct {
	Actor prentice.Actor
	Op    string
	In    any    // the operation's input type, a pointer to it, or json.RawMessage
	Key   string // idempotency key; "" for none

	Terminal *Terminal // lent to an operation that is attended; nil is none
}

// Door is where faces ask. The near one decides and does; the far one speaks to
// a near one over HTTP.
type Door interface {
	// Invoke performs an operation and returns its typed output.
	Invoke(context.Context, Request) (any, error)
	// Watch performs a watch operation and hands each item to emit until the
	// context ends, emit fails, or there is nothing more to come.
	Watch(ctx context.Context, r Request, emit func(any) error) error
}

// Sender is a door that takes content of any size before it is asked for an operation that
// names it, and says its digest. May is that operation.
type Sender interface {
	Send(ctx context.Context, may string, content io.Reader) (digest string, err error)
}

// Rester is a door behind which nothing goes on by itself: anyone who watched or
// waited there would do so for ever. Rests says why, and what to do.
type Rester interface {
	Rests() error
}

// Op is a declared operation.
type Op struct {
	Name    string // noun.verb, such as run.start
	Summary string // one line
	Help    string // more, for --help and the reference; may be empty
	Example string // a command line that works
	Risk    prentice.Risk
	Role    prentice.Role // the least role that may ask
	Offline bool          // needs neither server nor data folder
	Files   bool          // the team's files answer it, also before the first start
	Local   bool          // it is about a folder of the one who types it, and is not asked for from far away
	Keeps   bool          // it writes something down, although it changes nothing outside
	Evident bool          // its own write holds the evidence of it
	Urgent  bool          // it is done before anything is written down, and waits for no database
	Secret  bool          // its output must not be kept or logged (a new token)
	Attend  bool          // a person attends it at a terminal, for as long as it goes on

	Noun  Noun     // what it is about
	Kinds []string // of things whose names are the first column of its table; of several, its field kind chooses
	Refs  []string // those of them that fields of refs offer
	Also  []string // what people type for it beside its name: a word, and perhaps flags

	DryRun Turn // what shows what it would do, and does nothing
	Follow Turn // what goes on telling what it tells
	Lend   Turn // what is done instead where a person sits at a terminal

	In, Out reflect.Type
	schema  func() (*Schema, error)
	about   func(context.Context, any) ([]prentice.Ref, error)
	do      func(context.Context, Call, any) (any, error)
	watch   func(context.Context, Call, any, func(any) error) error
}

// Abouter is an input that says itself what it is about, for all operations that take
// it. About sets it for one.
type Abouter interface {
	About() ([]prentice.Ref, error)
}

// aboutInput is what an operation acts on by its input alone; nil where that says nothing.
func aboutInput(in reflect.Type) func(context.Context, any) ([]prentice.Ref, error) {
	if !in.Implements(reflect.TypeFor[Abouter]()) {
		return nil
	}
	return func(_ context.Context, in any) ([]prentice.Ref, error) { return in.(Abouter).About() }
}

// New declares an operation that answers once.
func New[In, Out any](name string, risk prentice.Risk, role prentice.Role, summary string, do func(context.Context, Call, In) (Out, error)) Op {
	o := declared(name, risk, role, summary, reflect.TypeFor[In](), reflect.TypeFor[Out]())
	o.do = func(ctx context.Context, c Call, in any) (any, error) { return do(ctx, c, in.(In)) }
	o.about = aboutInput(o.In)
	return *o
}

// NewWatch declares an operation that answers with a stream of items.
func NewWatch[In, Item any](name string, role prentice.Role, summary string, watch func(ctx context.Context, c Call, in In, emit func(Item) error) error) Op {
	o := declared(name, prentice.Look, role, summary, reflect.TypeFor[In](), reflect.TypeFor[Item]())
	o.watch = func(ctx context.Context, c Call, in any, emit func(any) error) error {
		return watch(ctx, c, in.(In), func(item Item) error { return emit(item) })
	}
	return *o
}

// declared is what operations of all types have. It stands apart so that it is built
// once, and not again for each type. The tags of an input are read when they are
// first asked for.
//
//go:noinline
func declared(name string, risk prentice.Risk, role prentice.Role, summary string, in, out reflect.Type) *Op {
	return &Op{
		Name: name, Summary: summary, Risk: risk, Role: role, In: in, Out: out,
		schema: sync.OnceValues(func() (*Schema, error) { return schemaOf(in) }),
	}
}

// WithExample adds the command line that --help begins with.
func (o Op) WithExample(command string) Op { o.Example = command; return o }

// WithHelp adds paragraphs for --help and the reference.
func (o Op) WithHelp(text string) Op { o.Help = text; return o }

// Naming says of which kinds of things it lists the names, so that fields of forms can
// offer those there are.
func (o Op) Naming(kinds ...string) Op { o.Kinds = kinds; return o }

// OfferedAsRefs says which of these kinds a field of a ref offers.
func (o Op) OfferedAsRefs(kinds ...string) Op { o.Refs = kinds; return o }

// AlsoTyped adds what people type for it: a word, or a word and the flags that it
// stands for, as in "ps --open".
func (o Op) AlsoTyped(as ...string) Op { o.Also = append(o.Also, as...); return o }

// WithoutState marks an operation that needs neither server nor data folder.
func (o Op) WithoutState() Op { o.Offline = true; return o }

// OnlyHere marks an operation about a folder of the one who types it: only the command line
// offers it, and no server has it.
func (o Op) OnlyHere() Op { o.Local = true; return o }

// FromFiles marks an operation that the team's files answer, also where prentice was
// never started.
func (o Op) FromFiles() Op { o.Files = true; return o }

// ThatKeeps marks an operation of no risk that writes something down all the same.
func (o Op) ThatKeeps() Op { o.Keeps = true; return o }

// Reads says whether the operation writes nothing at all.
func (o Op) Reads() bool { return o.Risk == prentice.Look && !o.Keeps }

// WithEvidence says that what the operation changes and the evidence of it are one
// write: once that is there, it is done, also when the door cannot add its own line.
func (o Op) WithEvidence() Op { o.Evident = true; return o }

// WithoutWaiting marks an operation that must work while the database does not:
// no idempotency key is kept for it, and it sees itself to the evidence.
func (o Op) WithoutWaiting() Op { o.Urgent = true; return o }

// WithSecretOutput marks an operation whose output is shown once and never kept.
func (o Op) WithSecretOutput() Op { o.Secret = true; return o }

// About declares which things an operation acts on, given its input, so that
// the door can judge it by the roles that hold there. An operation that declares
// nothing, or finds nothing, needs a role that holds everywhere.
func About[In any](o Op, about func(context.Context, In) ([]prentice.Ref, error)) Op {
	o.about = func(ctx context.Context, in any) ([]prentice.Ref, error) { return about(ctx, in.(In)) }
	return o
}

// Scoped says whether the operation declares what it acts on.
func (o Op) Scoped() bool { return o.about != nil }

// Things are what the operation would act on. Only the door asks.
func (o Op) Things(ctx context.Context, in any) ([]prentice.Ref, error) { return o.about(ctx, in) }

// Streams says whether the operation is watched rather than invoked.
func (o Op) Streams() bool { return o.watch != nil }

// Begins says whether something may go on behind the operation's answer.
func (o Op) Begins() bool { return o.Out.Implements(reflect.TypeFor[Beginner]()) }

// Do performs the operation. Only the door calls it.
func (o Op) Do(ctx context.Context, c Call, in any) (any, error) { return o.do(ctx, c, in) }

// Watch performs a watch operation. Only the door calls it.
func (o Op) Watch(ctx context.Context, c Call, in any, emit func(any) error) error {
	return o.watch(ctx, c, in, emit)
}
