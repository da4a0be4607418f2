package security

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

type nameIn struct {
	Name string `json:"name" arg:"1" of:"person" doc:"The person's name." example:"ann" maxLength:"100"`
}

type addIn struct {
	Name string `json:"name" arg:"1" doc:"The person's name: letters, digits and . _ : @ -." example:"ann" maxLength:"100"`
	Role string `json:"role,omitempty" default:"viewer" enum:"viewer,operator,approver,owner" doc:"What they may do at most."`
}

type roleIn struct {
	Name string `json:"name" arg:"1" of:"person" doc:"The person's name." example:"ann" maxLength:"100"`
	Role string `json:"role" arg:"2" enum:"viewer,operator,approver,owner" doc:"What they may do at most."`
}

func (d Deps) addPerson(ctx context.Context, c op.Call, in addIn) (SignInLink, error) {
	p, err := d.People.AddPerson(ctx, in.Name, prentice.Role(in.Role))
	if err != nil {
		return SignInLink{}, err
	}
	if err := d.record(ctx, c, "person.added", map[string]any{"role": string(p.Role)}, person(p.Name)); err != nil {
		return SignInLink{}, err
	}
	return d.newLink(ctx, p.Name, c.Actor)
}

func (d Deps) listPeople(ctx context.Context, _ op.Call, _ nothing) (Team, error) {
	people, err := d.People.People(ctx)
	team := Team{People: people}
	if err == nil && d.Absences != nil {
		team.Away, err = d.Absences(ctx)
	}
	return team, err
}

func (d Deps) link(ctx context.Context, c op.Call, in nameIn) (SignInLink, error) {
	link, err := d.newLink(ctx, in.Name, c.Actor)
	if err != nil {
		return SignInLink{}, err
	}
	return link, d.record(ctx, c, "person.link-made", nil, person(in.Name))
}

func (d Deps) newLink(ctx context.Context, name string, by prentice.Actor) (SignInLink, error) {
	code, expires, err := d.People.Link(ctx, name, by)
	if err != nil {
		return SignInLink{}, err
	}
	l := SignInLink{Person: name, Code: code, Expires: expires}
	if d.Address != nil {
		l.URL = d.Address(code)
	}
	return l, nil
}

func (d Deps) setRole(ctx context.Context, c op.Call, in roleIn) (PersonOut, error) {
	p, err := d.People.SetRole(ctx, in.Name, prentice.Role(in.Role))
	if err != nil {
		return PersonOut{}, err
	}
	return PersonOut{p}, d.record(ctx, c, "person.role-changed", map[string]any{"role": string(p.Role)}, person(p.Name))
}

func (d Deps) removePerson(ctx context.Context, c op.Call, in nameIn) (Removed, error) {
	if err := d.People.RemovePerson(ctx, in.Name); err != nil {
		return Removed{}, err
	}
	return Removed{in.Name}, d.record(ctx, c, "person.removed", nil, person(in.Name))
}

func (d Deps) readmit(ctx context.Context, c op.Call, in nameIn) (Readmitted, error) {
	if err := d.People.Readmit(ctx, in.Name); err != nil {
		return Readmitted{}, err
	}
	return Readmitted{in.Name}, d.record(ctx, c, "person.readmitted", nil, person(in.Name))
}

func whoami(_ context.Context, c op.Call, _ nothing) (Me, error) { return Me{c.Actor}, nil }

func person(name string) prentice.Ref { return prentice.NewRef(string(prentice.Person), name) }

// record writes down what became of people and tokens, with what the door does
// not know. The change itself stands even if this fails, and the error says so.
func (d Deps) record(ctx context.Context, c op.Call, kind string, data any, refs ...prentice.Ref) error {
	if d.Record == nil {
		return nil
	}
	if err := d.Record(ctx, prentice.Note{Kind: kind, Actor: c.Actor.Ref(), Refs: refs, Data: data}); err != nil {
		return prentice.Errorf(prentice.KindOf(err), "it was done (%s), but it could not be written down: %w", kind, err).Try("look with prentice person list and prentice token list before you ask again")
	}
	return nil
}

// SignInLink is a link that signs someone in once.
type SignInLink struct {
	Person  string    `json:"person"`
	Code    string    `json:"code"`
	URL     string    `json:"url,omitempty"`
	Expires time.Time `json:"expires"`
}

// Text implements op.Texter.
func (l SignInLink) Text() string {
	what, is := "code", l.Code
	if l.URL != "" {
		what, is = "link", l.URL
	}
	return fmt.Sprintf("This %s signs %s in once, until %s. Give it to no one else.\n%s\n", what, l.Person, op.At(l.Expires), is)
}

// Quiet implements op.Quieter: what signs the person in.
func (l SignInLink) Quiet() string {
	if l.URL != "" {
		return l.URL
	}
	return l.Code
}

// Team is the team.
type Team struct {
	People []identity.PersonRecord `json:"people"`
	Away   []run.Absence           `json:"away,omitempty"` // who of them is away now
}

// Absence says until when someone is away and who stands in, or nothing.
func (p Team) Absence(name string) string {
	for _, a := range p.Away {
		if a.Person.Name() == name {
			return "until " + op.At(a.Until) + ", " + a.StandIn.Name() + " stands in"
		}
	}
	return ""
}

// unread says behind something else that a part of it cannot be read.
func unread(says string) string {
	if says == "" {
		return ""
	}
	return ", " + says
}

// Table implements op.Tabler.
func (p Team) Table() (head []string, rows [][]string) {
	for _, one := range p.People {
		rows = append(rows, []string{one.Name, string(one.Role) + also(one.Grants) + unread(one.Unread), one.Created.UTC().Format(time.DateOnly), when(one.Seen, "never"), p.Absence(one.Name)})
	}
	return []string{"PERSON", "ROLE", "SINCE", "LAST SEEN (UTC)", "AWAY"}, rows
}

// PersonOut is one person.
type PersonOut struct{ identity.PersonRecord }

// Text implements op.Texter.
func (p PersonOut) Text() string {
	return fmt.Sprintf("%s is %s now%s, on every channel. A token does no more than it was made for: make another for more.", p.Name, p.Role, also(p.Grants))
}

// Removed is who is gone.
type Removed struct {
	Person string `json:"person"`
}

// Text implements op.Texter.
func (r Removed) Text() string {
	return fmt.Sprintf("%s is off the team; their tokens, sessions and links have ended. What they did stays in the ledger: prentice evidence list --ref person/%s", r.Person, r.Person)
}

// Readmitted is who may come in again.
type Readmitted struct {
	Person string `json:"person"`
}

// Text implements op.Texter.
func (r Readmitted) Text() string {
	return fmt.Sprintf("%s may come in again by the sign-in provider, with the role that it gives them.", r.Person)
}

// Me is who asks.
type Me struct{ prentice.Actor }

// Text implements op.Texter.
func (m Me) Text() string {
	text := fmt.Sprintf("You are %s, with the role %s%s, through %s.", m.Ref(), m.Role, also(m.Grants), m.Door)
	if m.Scope != nil {
		text += fmt.Sprintf(" Your token is%s.", scoped(m.Scope))
	}
	if len(m.Behind) > 0 {
		text += fmt.Sprintf(" Behind you: %s.", joined(m.Behind))
	}
	if len(m.Groups) > 0 {
		text += fmt.Sprintf(" You belong to %s.", joined(m.Groups))
	}
	return text
}

// when is a cell below a head that says UTC.
func when(t time.Time, never string) string {
	if t.IsZero() {
		return never
	}
	return op.Cell(t)
}

// at is a moment in a sentence.
func at(t time.Time, never string) string {
	if t.IsZero() {
		return never
	}
	return op.At(t)
}

var (
	_ op.Texter = SignInLink{}
	_ op.Tabler = Team{}
	_ op.Texter = PersonOut{}
	_ op.Texter = Removed{}
	_ op.Texter = Readmitted{}
	_ op.Texter = Me{}
)
