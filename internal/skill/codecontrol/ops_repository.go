package codecontrol

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/push"
	"prentice/internal/op"
)

// CreateIn is a repository to make.
type CreateIn struct {
	Name   string `json:"name" arg:"1" minLength:"1" maxLength:"63" example:"shop" doc:"Its name: small letters, digits and . _ -."`
	Branch string `json:"branch,omitempty" default:"main" maxLength:"120" example:"main" doc:"The branch that counts; it is protected."`
	Title  string `json:"title,omitempty" maxLength:"120" example:"The shop" doc:"What people call it."`
}

// NameIn names a repository.
type NameIn struct {
	Name string `json:"name" arg:"1" of:"repository" maxLength:"120" example:"shop" doc:"The repository."`
}

// About implements op.Abouter.
func (in NameIn) About() ([]prentice.Ref, error) {
	return []prentice.Ref{prentice.NewRef("repository", strings.TrimPrefix(in.Name, "repository/"))}, nil
}

func (in NameIn) name() string { return strings.TrimPrefix(in.Name, "repository/") }

func (k *Desk) repositoryOps() []op.Op {
	return []op.Op{
		op.New("repository.create", prentice.Change, prentice.Owner, "Make a repository on this server", k.create).
			WithExample("prentice repository create shop").
			WithHelp("An empty repository, which git reaches by the addresses that the answer says. Its branch is protected once it is there: the first push makes it, and from then on it moves by changes that land."),
		op.New("repository.clone", prentice.Look, prentice.Viewer, "Say by which addresses git reaches a repository", k.clone).
			WithExample("prentice repository clone shop").
			WithHelp("Anyone who may ask this may clone and fetch: git comes by the same door. Over HTTP the password is a token: prentice token create."),
	}
}

func (k *Desk) create(ctx context.Context, c op.Call, in CreateIn) (Reached, error) {
	if err := k.there(); err != nil {
		return Reached{}, err
	}
	h := Hosted{Name: in.Name, Title: in.Title, Branch: in.Branch, State: Making, Made: c.Now, MadeBy: c.Actor.Ref()}
	if err := k.keep(ctx, h); err != nil {
		return Reached{}, err
	}
	if err := k.Host.Create(ctx, h.Name, h.Branch); err != nil {
		return Reached{}, errors.Join(err, k.drop(context.WithoutCancel(ctx), h.Name))
	}
	if err := k.turn(ctx, h.Name, Active, h.note("repository.created", c.Actor, nil)); err != nil {
		return Reached{}, err
	}
	h.State = Active
	return k.reached(h), nil
}

func (k *Desk) clone(ctx context.Context, _ op.Call, in NameIn) (Reached, error) {
	h, err := k.Repository(ctx, in.name())
	if err != nil {
		return Reached{}, err
	}
	r := k.reached(h)
	if h.State == Active || h.State == Archived {
		state, err := k.Host.State(h.Name)
		if err != nil {
			return Reached{}, err
		}
		r.Store = &state
	}
	return r, nil
}

// Reached is a repository with its addresses.
type Reached struct {
	Hosted
	Store *push.Store `json:"store,omitempty"`
	HTTP  string      `json:"http,omitempty"`
	SSH   string      `json:"ssh,omitempty"`
}

func (k *Desk) reached(h Hosted) Reached {
	r := Reached{Hosted: h}
	if k.Deps.HTTP != nil && k.Deps.HTTP() != "" {
		r.HTTP = k.Deps.HTTP() + h.Name + ".git"
	}
	if k.Deps.SSH != nil && k.Deps.SSH() != "" {
		r.SSH = k.Deps.SSH() + h.Name + ".git"
	}
	return r
}

// upkeep says how its objects lie, and when they were last packed.
func (r Reached) upkeep() string {
	when := "never packed yet"
	if !r.Tended.IsZero() {
		when = "last looked after " + op.At(r.Tended)
	}
	quick := "no bitmaps yet, which make clones of long histories quick"
	if r.Store.Bitmaps {
		quick = "with bitmaps"
	}
	return fmt.Sprintf("%.1f MB in %d packs and %d loose objects, %s; %s", float64(r.Store.Bytes)/1e6, r.Store.Packs, r.Store.Loose, quick, when)
}

// Text implements op.Texter.
func (r Reached) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", r.Ref(), r.State)
	if r.Says != "" {
		fmt.Fprintf(&b, "%s\n", r.Says)
	}
	if r.Store != nil {
		fmt.Fprintf(&b, "%s\n", r.upkeep())
	}
	for _, way := range [][2]string{{"HTTP", r.HTTP}, {"SSH", r.SSH}} {
		if way[1] != "" {
			fmt.Fprintf(&b, "%-5s git clone %s\n", way[0], way[1])
		}
	}
	if r.Source != "" {
		fmt.Fprintf(&b, "\nIt is a copy of %s. Propose changes there.\n", r.Source)
		return b.String()
	}
	fmt.Fprintf(&b, "\n%s is protected from its first commits on, which are pushed to it: git push URL HEAD:%s\nPropose a change for it with: git push origin HEAD:refs/for/%s\n", r.Branch, r.Branch, r.Branch)
	return b.String()
}

var _ op.Texter = Reached{}
