package automation

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// Choices gives the values that inputs are chosen from.
type Choices interface {
	// Kept is what an input may be, as it is known: of the catalog and the files as they
	// are, of a source outside as it was read last.
	Kept(ctx context.Context, in prentice.Input) (prentice.ChoiceList, error)
	// Now asks the source outside.
	Now(ctx context.Context, in prentice.Input) (prentice.ChoiceList, error)
}

// ChoicesIn names a procedure, and an input of it.
type ChoicesIn struct {
	Procedure string `json:"procedure" arg:"1" of:"procedure" maxLength:"120" example:"deploy-service" doc:"The procedure."`
	Input     string `json:"input,omitempty" arg:"2" maxLength:"60" example:"release" doc:"Only this input."`
}

// ChosenFrom is what one input may be.
type ChosenFrom struct {
	Input   string `json:"input"`
	From    string `json:"from"`
	Outside bool   `json:"outside"` // a source that is asked: the list has an age
	prentice.ChoiceList
	Age string `json:"age,omitempty"` // of the list, in words
}

// AllChosen is what the inputs of a procedure may be.
type AllChosen struct {
	Procedure string       `json:"procedure"`
	Inputs    []ChosenFrom `json:"inputs"`
}

// Text is a part for each input: where its values come from and how old they are, and
// then one value a line.
func (a AllChosen) Text() string {
	if len(a.Inputs) == 0 {
		return "No input of " + a.Procedure + " is chosen from a list.\n"
	}
	var b strings.Builder
	for i, in := range a.Inputs {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s  %s\n", in.Input, in.Says())
		for _, v := range in.Values {
			b.WriteString("  " + v + "\n")
		}
	}
	return b.String()
}

// Says is how many values there are, where they come from, and how old they are.
func (c ChosenFrom) Says() string {
	if !c.Outside {
		return op.Count(len(c.Values), "value", "values") + " of " + c.From
	}
	says := "never read from " + c.From
	if c.Age != "" {
		says = op.Count(len(c.Values), "value", "values") + " of " + c.From + ", read " + c.Age
	}
	if c.Failed != "" {
		says += "; it cannot be read now: " + c.Failed
	}
	return says
}

func choicesListOp(d Deps) op.Op {
	return op.New("procedure.choices.list", prentice.Look, prentice.Viewer, "List what the inputs of a procedure are chosen from, with the age of each list", d.choicesList).
		WithExample("prentice procedure choices list deploy-service").FromFiles().WithHelp(
		"Values of the catalog and of the team's files are as they are now. Those of an address or a script are as they were read last: looking at them asks no one. prentice procedure choices read reads them again.\n\n" +
			"For a plan the source is asked at that moment, whatever the list says.")
}

func choicesReadOp(d Deps) op.Op {
	return op.New("procedure.choices.read", prentice.Look, prentice.Operator, "Read what the inputs of a procedure are chosen from again", d.choicesRead).ThatKeeps().
		WithExample("prentice procedure choices read deploy-service").WithHelp(
		"Asks the addresses and runs the scripts of the inputs, and keeps what they say. When one fails, its list stays as it was, with its age and the reason.")
}

func (d Deps) choicesList(ctx context.Context, c op.Call, in ChoicesIn) (AllChosen, error) {
	if d.Choices == nil {
		return AllChosen{}, unavailable("the choices")
	}
	return d.chosen(ctx, c.Now, in, d.Choices.Kept)
}

func (d Deps) choicesRead(ctx context.Context, c op.Call, in ChoicesIn) (AllChosen, error) {
	if d.Choices == nil {
		return AllChosen{}, unavailable("the choices")
	}
	return d.chosen(ctx, c.Now, in, d.Choices.Now)
}

func (d Deps) chosen(ctx context.Context, now time.Time, in ChoicesIn, of func(context.Context, prentice.Input) (prentice.ChoiceList, error)) (AllChosen, error) {
	p, err := d.library().Find(in.Procedure)
	if err != nil {
		return AllChosen{}, err
	}
	var inputs []prentice.Input
	for _, one := range p.Inputs {
		if one.Chosen() && (in.Input == "" || in.Input == one.Name) {
			inputs = append(inputs, one)
		}
	}
	if in.Input != "" && len(inputs) == 0 {
		return AllChosen{}, prentice.Errorf(prentice.NotFound, "procedure %s has no input %q that is chosen from a list", p.Name, in.Input).Try("see them with: prentice procedure show %s", p.Name)
	}
	all := AllChosen{Procedure: p.Name, Inputs: make([]ChosenFrom, len(inputs))}
	var asked sync.WaitGroup
	for i, one := range inputs {
		asked.Go(func() { all.Inputs[i] = fromList(one, now)(of(ctx, one)) })
	}
	asked.Wait()
	return all, nil
}

// fromList is what is told of an input and its list.
func fromList(in prentice.Input, now time.Time) func(prentice.ChoiceList, error) ChosenFrom {
	return func(list prentice.ChoiceList, err error) ChosenFrom {
		c := ChosenFrom{Input: in.Name, From: in.Choices, ChoiceList: list}
		if in.Source != nil {
			c.From, c.Outside = in.Source.String(), true
		}
		if err != nil {
			c.Failed = err.Error()
		}
		if !c.Read.IsZero() {
			c.Age = render.Ago(now, c.Read)
		}
		if c.Values == nil {
			c.Values = []string{}
		}
		return c
	}
}

// shownChoices are the lists of a procedure's inputs, by input.
func (d Deps) shownChoices(ctx context.Context, now time.Time, p prentice.Procedure) map[string]ChosenFrom {
	if d.Choices == nil {
		return nil
	}
	all := map[string]ChosenFrom{}
	for _, in := range p.Inputs {
		if in.Chosen() {
			all[in.Name] = fromList(in, now)(d.Choices.Kept(ctx, in))
		}
	}
	return all
}

// chosenLine is where the values of an input come from, for one line.
func chosenLine(in prentice.Input, lists map[string]ChosenFrom) string {
	if in.Source == nil {
		return "one of " + in.Choices
	}
	c, known := lists[in.Name]
	if !known || c.Age == "" {
		line := "one of those of " + in.Source.String() + ", read every " + render.Span(in.Source.Every)
		if c.Failed != "" {
			line += "; it cannot be read now: " + c.Failed
		}
		return line
	}
	first := ""
	if n := len(c.Values); n > 0 {
		first = " (" + strings.Join(c.Values[:min(n, 5)], ", ")
		if n > 5 {
			first += ", … " + strconv.Itoa(n-5) + " more"
		}
		first += ")"
	}
	return "one of " + c.Says() + first
}

var _ op.Texter = AllChosen{}
