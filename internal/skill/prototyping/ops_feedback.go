package prototyping

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"strings"

	"prentice"
	"prentice/internal/engine/prototype"
	"prentice/internal/op"
)

type liveIn struct {
	prototypeIn
	Environment string `json:"environment,omitempty" doc:"The environment that it lives in, such as env/e12xk3qa; without it one is made of its repository." maxLength:"120"`
}

type shotIn struct {
	Note int64 `json:"note" arg:"1" doc:"The number of a note beside which there is a picture." example:"7" minimum:"1"`
}

// FeedbackPath is below which visitors without an account say what they think.
const FeedbackPath = "/feedback/"

func (p *Prototypes) feedbackOps() []op.Op {
	return []op.Op{
		op.New("prototype.live", prentice.Change, prentice.Operator, "Show a prototype in an environment, which is stopped when it is decided or its day is over.", p.live).
			WithExample("prentice prototype live one-page --environment env/e12xk3qa").WithEvidence().
			WithHelp("Visitors of the environment find a page for feedback in its banner. Share it with: prentice link create."),
		op.New("prototype.share", prentice.Change, prentice.Operator, "Make an address at which people without an account say what they think of a prototype.", p.share).
			WithExample("prentice prototype share one-page").WithEvidence().WithSecretOutput().
			WithHelp("It is shown once, and leads nowhere any more when the prototype is decided. For a prototype that lives in no environment, such as a sketch on paper."),
		op.New("prototype.shot", prentice.Look, prentice.Viewer, "Show the picture beside a note on a prototype.", p.shot).
			WithExample("prentice prototype shot 7"),
	}
}

func (p *Prototypes) live(ctx context.Context, c op.Call, in liveIn) (PrototypeShown, error) {
	one, err := p.find(ctx, in.prototypeIn)
	if err != nil {
		return PrototypeShown{}, err
	}
	if !one.Decided.IsZero() || !one.Overdue.IsZero() {
		return PrototypeShown{}, prentice.Errorf(prentice.Conflict, "%s is %s", one.Ref(), one.State(c.Now)).Try("extend it first, or begin another one")
	}
	at := prentice.NewRef("env", strings.TrimPrefix(in.Environment, "env/"))
	if in.Environment == "" {
		if one.Repository == "" || p.Places == nil {
			return PrototypeShown{}, prentice.Errorf(prentice.Invalid, "%s has no repository that an environment could be made of", one.Ref()).Try("name an environment: prentice prototype live %s --environment env/ID", one.Name)
		}
		if at, err = p.Places.Make(ctx, c.Actor, one.Repository, string(one.Ref())+": "+one.Question); err != nil {
			return PrototypeShown{}, err
		}
	}
	if at, err = prentice.ParseRef(string(at)); err != nil {
		return PrototypeShown{}, err
	}
	return p.change(ctx, c, in.prototypeIn, func(one prototype.Prototype) (prototype.Prototype, prentice.Note, error) {
		one.Environment, one.Stopped = at, one.Decided
		return one, prentice.Note{Kind: "prototype.lives", Actor: c.Actor.Ref(), Refs: one.Refs(), Data: map[string]any{"environment": string(at)}}, nil
	})
}

func (p *Prototypes) share(ctx context.Context, c op.Call, in prototypeIn) (Shared, error) {
	one, err := p.find(ctx, in)
	if err != nil {
		return Shared{}, err
	}
	if !one.Decided.IsZero() {
		return Shared{}, prentice.Errorf(prentice.Conflict, "%s is decided: no one is asked any more", one.Ref()).Try("begin another one")
	}
	if p.URL == nil {
		return Shared{}, p.there()
	}
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // it never fails
	token := hex.EncodeToString(raw[:])
	err = p.store.Share(ctx, one, prentice.Digest([]byte(token)), c.Now, prentice.Note{Kind: "prototype.shared", Actor: c.Actor.Ref(), Refs: one.Refs()})
	return Shared{URL: strings.TrimSuffix(p.URL(), "/") + FeedbackPath + token}, err
}

func (p *Prototypes) shot(ctx context.Context, _ op.Call, in shotIn) (Shot, error) {
	if err := p.there(); err != nil {
		return Shot{}, err
	}
	picture, media, err := p.store.Shot(ctx, in.Note)
	return Shot{Note: in.Note, Type: media, Bytes: len(picture), picture: picture}, err
}

// Shared is an address for visitors.
type Shared struct {
	URL string `json:"url"`
}

// Text implements op.Texter.
func (s Shared) Text() string {
	return s.URL + "\nIt is shown once. Anyone who has it can say what they think, until the prototype is decided.\n"
}

// Shot is a picture beside a note.
type Shot struct {
	Note    int64  `json:"note"`
	Type    string `json:"type"`
	Bytes   int    `json:"bytes"`
	picture []byte
}

// Text implements op.Texter.
func (s Shot) Text() string {
	return fmt.Sprintf("%s of %d bytes; look at it on the page of the prototype\n", s.Type, s.Bytes)
}

// File implements op.Filer.
func (s Shot) File() op.File {
	return op.File{Name: fmt.Sprintf("note-%d.%s", s.Note, path.Base(s.Type)), Type: s.Type, Shown: true, Size: int64(len(s.picture)), Write: func(_ context.Context, w io.Writer) error {
		_, err := w.Write(s.picture)
		return err
	}}
}

// Asked is what is asked of a visitor. Of one that is decided or stopped nothing is.
func (p *Prototypes) Asked(ctx context.Context, environment prentice.Ref, token string) (one prototype.Prototype, err error) {
	if err := p.there(); err != nil {
		return one, err
	}
	if token != "" {
		one, err = p.store.Shared(ctx, prentice.Digest([]byte(token)))
	} else {
		one, err = p.store.In(ctx, environment)
	}
	if err == nil && one.State(p.Clock()) != prototype.Open {
		err = prentice.Errorf(prentice.NotFound, "this is not tried out any more").Try("ask who sent you the address")
	}
	return one, err
}

// Visited is how a visitor did with each task.
func (p *Prototypes) Visited(ctx context.Context, one prototype.Prototype, visitor string) (map[string]prototype.Tried, error) {
	return p.store.Tries(ctx, one, visitor)
}

// Say keeps what a visitor says.
func (p *Prototypes) Say(ctx context.Context, one prototype.Prototype, f prototype.Feedback, picture []byte) error {
	f.At = p.Clock()
	return p.store.Say(ctx, one, f, picture)
}

// Try keeps how a visitor does with a task.
func (p *Prototypes) Try(ctx context.Context, one prototype.Prototype, visitor, task, how string) error {
	return p.store.Try(ctx, one, visitor, task, how, p.Clock())
}

var (
	_ op.Texter = Shared{}
	_ op.Texter = Shot{}
	_ op.Filer  = Shot{}
)
