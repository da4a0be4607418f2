package automation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/op"
)

// ListIn chooses procedures.
type ListIn struct {
	Owner string `json:"owner,omitempty" maxLength:"200" example:"platform" doc:"Only procedures that this group or person keeps."`
	Takes string `json:"takes,omitempty" enum:"string,int,bool,duration,service,host" doc:"Only procedures with an input of this type that can be used."`
	After string `json:"after,omitempty" maxLength:"200" doc:"Begin after this name: the cursor of the page before."`
	Limit int    `json:"limit,omitempty" minimum:"1" maximum:"500" default:"100" doc:"At most this many."`
}

// Line is one procedure of the list.
type Line struct {
	Name    string          `json:"name"`
	Summary string          `json:"summary"`
	Owner   prentice.Ref    `json:"owner,omitempty"`
	Starts  []string        `json:"starts"` // what proposes it; empty is by hand
	Usable  bool            `json:"usable"`
	Errors  int             `json:"errors"`
	Advice  int             `json:"advice"`
	Record  prentice.Record `json:"record"`
	File    string          `json:"file"`
}

// Listed is one page of procedures, by name.
type Listed struct {
	Procedures []Line `json:"procedures"`
	NextPage   string `json:"next,omitempty"`
}

// Table is a line for each procedure.
func (l Listed) Table() ([]string, [][]string) {
	rows := make([][]string, 0, len(l.Procedures))
	for _, p := range l.Procedures {
		rows = append(rows, []string{p.Name, p.State(), recordOf(p.Record), startsOf(p.Starts), string(p.Owner), p.Summary})
	}
	return []string{"PROCEDURE", "STATE", "RECORD", "STARTED BY", "OWNER", "WHAT IT DOES"}, rows
}

// State says in a word whether it can be used.
func (l Line) State() string {
	if l.Usable {
		return "● valid"
	}
	return "✕ " + op.Count(l.Errors, "error", "errors")
}

// Empty says how the first procedure is made.
func (l Listed) Empty() string {
	return "No procedure fits. What your team has agreed on will stand here: write procedures/NAME.md in the team folder, then run prentice procedure lint."
}

// Next is the cursor of the next page.
func (l Listed) Next() string { return l.NextPage }

func recordOf(r prentice.Record) string {
	if r.Runs == 0 {
		return "no record"
	}
	return fmt.Sprintf("%d verified of %d", r.Verified, r.Runs)
}

func startsOf(starts []string) string {
	if len(starts) == 0 {
		return "manual"
	}
	return strings.Join(starts, ", ")
}

func listOp(d Deps) op.Op {
	return op.New("procedure.list", prentice.Look, prentice.Viewer, "List what the team has agreed on", d.list).Naming("procedure").WithExample("prentice procedure list").FromFiles()
}

// defaultLimit is the page of someone who does not say.
const defaultLimit = 100

func (d Deps) list(ctx context.Context, c op.Call, in ListIn) (Listed, error) {
	if in.Limit <= 0 {
		in.Limit = defaultLimit
	}
	library, page := d.library(), Listed{Procedures: []Line{}}
	for _, p := range library.Known() {
		owned := in.Owner == "" || string(p.Owner) == in.Owner || p.Owner.Name() == in.Owner
		if p.Name <= in.After || !owned || in.Takes != "" && !takes(p, in.Takes) {
			continue
		}
		if len(page.Procedures) == in.Limit {
			page.NextPage = page.Procedures[in.Limit-1].Name
			break
		}
		record, err := d.record(ctx, p.Name)
		if err != nil {
			return Listed{}, err
		}
		one := line(p, library.Lint(p, c.Now), record)
		if in.Takes != "" && !one.Usable {
			continue
		}
		page.Procedures = append(page.Procedures, one)
	}
	return page, nil
}

// takes says whether a procedure has an input of a type.
func takes(p prentice.Procedure, kind string) bool {
	return slices.ContainsFunc(p.Inputs, func(in prentice.Input) bool { return in.Type == kind })
}

func line(p prentice.Procedure, findings []prentice.Finding, record prentice.Record) Line {
	found := op.Found(findings)
	return Line{
		Name: p.Name, Summary: p.Summary, Owner: p.Owner, Starts: starts(p), Usable: found.Errors == 0,
		Errors: found.Errors, Advice: found.Advice, Record: record, File: p.File,
	}
}

// starts is what proposes a procedure, in words.
func starts(p prentice.Procedure) []string {
	list := []string{}
	for _, on := range p.On {
		switch {
		case on.Event != "" && on.If != "":
			list = append(list, on.Event+" if "+on.If)
		case on.Event != "":
			list = append(list, on.Event)
		case on.Schedule != "":
			list = append(list, on.Schedule+" "+on.Zone)
		}
	}
	return list
}

var (
	_ op.Tabler  = Listed{}
	_ op.Emptier = Listed{}
	_ op.Pager   = Listed{}
)
