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
	Text  string `json:"text,omitempty" arg:"1" maxLength:"200" example:"certificate" doc:"Only those that have all of these words in their name, group, tags or summary."`
	Group string `json:"group,omitempty" maxLength:"60" example:"postgresql" doc:"Only those of this group."`
	Tag   string `json:"tag,omitempty" maxLength:"60" example:"backup" doc:"Only those with this tag."`
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
	Group   string          `json:"group,omitempty"`
	Tags    []string        `json:"tags,omitempty"`
	File    string          `json:"file"`
}

// Listed is one page of procedures, by name.
type Listed struct {
	Procedures []Line   `json:"procedures"`
	Groups     []string `json:"groups"` // of all the team's procedures
	Tags       []string `json:"tags"`
	Filtered   bool     `json:"filtered,omitempty"` // not every procedure was asked for
	NextPage   string   `json:"next,omitempty"`
}

// Table is a line for each procedure.
func (l Listed) Table() ([]string, [][]string) {
	rows := make([][]string, 0, len(l.Procedures))
	for _, p := range l.Procedures {
		rows = append(rows, []string{p.Name, p.State(), recordOf(p.Record), startsOf(p.Starts), string(p.Owner), orDash(p.Group), p.Summary})
	}
	return []string{"PROCEDURE", "STATE", "RECORD", "STARTED BY", "OWNER", "GROUP", "WHAT IT DOES"}, rows
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
	if l.Filtered {
		return "No procedure is like that. See all with: prentice procedure list"
	}
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
	library, page := d.library(), Listed{Procedures: []Line{}, Filtered: in.Text+in.Group+in.Tag+in.Owner+in.Takes != ""}
	page.Groups, page.Tags = groupsAndTags(library.Known())
	for _, p := range library.Known() {
		if p.Name <= in.After || !in.fits(p) {
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

// fits says whether a procedure is one of those asked for.
func (in ListIn) fits(p prentice.Procedure) bool {
	switch {
	case !hasWords(in.Text, append(slices.Clone(p.Tags), p.Name, p.Summary, p.Group)...),
		in.Owner != "" && string(p.Owner) != in.Owner && p.Owner.Name() != in.Owner,
		in.Group != "" && p.Group != in.Group,
		in.Tag != "" && !slices.Contains(p.Tags, in.Tag),
		in.Takes != "" && !takes(p, in.Takes):
		return false
	}
	return true
}

// hasWords says whether all of some words are in texts.
func hasWords(words string, in ...string) bool {
	all := strings.ToLower(strings.Join(in, " "))
	for word := range strings.FieldsSeq(strings.ToLower(words)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// groupsAndTags are those of procedures, sorted and each once.
func groupsAndTags(all []prentice.Procedure) (groups, tags []string) {
	groups, tags = []string{}, []string{}
	for _, p := range all {
		tags = append(tags, p.Tags...)
		if p.Group != "" {
			groups = append(groups, p.Group)
		}
	}
	slices.Sort(groups)
	slices.Sort(tags)
	return slices.Compact(groups), slices.Compact(tags)
}

// takes says whether a procedure has an input of a type.
func takes(p prentice.Procedure, kind string) bool {
	return slices.ContainsFunc(p.Inputs, func(in prentice.Input) bool { return in.Type == kind })
}

func line(p prentice.Procedure, findings []prentice.Finding, record prentice.Record) Line {
	found := op.Found(findings)
	return Line{
		Name: p.Name, Summary: p.Summary, Owner: p.Owner, Starts: starts(p), Usable: found.Errors == 0,
		Errors: found.Errors, Advice: found.Advice, Record: record, Group: p.Group, Tags: p.Tags, File: p.File,
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
			list = append(list, Scheduled{Cron: on.Schedule + " " + on.Zone, With: on.With}.When())
		}
	}
	return list
}

var (
	_ op.Tabler  = Listed{}
	_ op.Emptier = Listed{}
	_ op.Pager   = Listed{}
)
