package supervision

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

type awayIn struct {
	Name    string    `json:"name" arg:"1" of:"person" doc:"Who is away." example:"ann" maxLength:"100"`
	Until   time.Time `json:"until" doc:"Until when, such as 2030-08-31 or 2030-08-31T12:00:00Z."`
	StandIn string    `json:"stand_in" of:"person" doc:"Who counts for them meanwhile." maxLength:"100"`
}

type backIn struct {
	Name string `json:"name" arg:"1" of:"person" doc:"Who is back." example:"ann" maxLength:"100"`
}

func (d Deps) absenceOps() []op.Op {
	return []op.Op{
		op.New("person.away", prentice.Change, prentice.Viewer, "Say that you are away, and who counts for you meanwhile in the groups that are asked.", d.away).
			WithExample("prentice person away ann --until 2030-08-31 --stand-in ben").
			WithHelp("You say so yourself, or an owner does. The stand-in needs the role that is asked for, and counts neither for a request of their own nor for one of yours."),
		op.New("person.back", prentice.Change, prentice.Viewer, "Say that you are back.", d.back).WithExample("prentice person back ann"),
		op.New("person.absences", prentice.Look, prentice.Viewer, "List who is away, until when, and who stands in.", d.absences).WithExample("prentice person absences"),
	}
}

// personRef is someone by name, or by ref.
func personRef(name string) (prentice.Ref, error) {
	name = strings.TrimPrefix(name, "person/")
	if !prentice.ValidName(name) {
		return "", prentice.Errorf(prentice.Invalid, "%q cannot be the name of a person", name).Try("list the people with: prentice person list")
	}
	return prentice.NewRef("person", name), nil
}

func (d Deps) away(ctx context.Context, c op.Call, in awayIn) (Absent, error) {
	person, err := personRef(in.Name)
	if err != nil {
		return Absent{}, err
	}
	standIn, err := personRef(in.StandIn)
	if err != nil {
		return Absent{}, err
	}
	a, err := d.Runner.Away(ctx, run.Absence{Person: person, StandIn: standIn, Until: in.Until}, c.Actor)
	return Absent{a}, err
}

func (d Deps) back(ctx context.Context, c op.Call, in backIn) (Said, error) {
	person, err := personRef(in.Name)
	if err != nil {
		return Said{}, err
	}
	return Said{fmt.Sprintf("%s is back.", person)}, d.Runner.Back(ctx, person, c.Actor)
}

func (d Deps) absences(ctx context.Context, _ op.Call, _ nothing) (Absences, error) {
	list, err := d.Runner.Absences(ctx)
	return Absences{list}, err
}

// Absent is a person who is away.
type Absent struct{ run.Absence }

// Text implements op.Texter.
func (a Absent) Text() string {
	return fmt.Sprintf("%s is away until %s; %s stands in.\n", a.Person, op.At(a.Until), a.StandIn)
}

// Absences is who is away.
type Absences struct {
	Absences []run.Absence `json:"absences"`
}

// Table implements op.Tabler.
func (a Absences) Table() (head []string, rows [][]string) {
	head = []string{"AWAY", "STANDS IN", "SINCE (UTC)", "UNTIL (UTC)", "SAID BY"}
	for _, x := range a.Absences {
		rows = append(rows, []string{string(x.Person), string(x.StandIn), op.Cell(x.Since), op.Cell(x.Until), string(x.By)})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (a Absences) Empty() string { return "No one is away." }
