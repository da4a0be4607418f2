package design

import (
	"context"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/team"
)

// ListIn chooses entities.
type ListIn struct {
	Kind  string `json:"kind,omitempty" enum:"service,host,component,resource,api,system,domain,group" doc:"Only entities of this kind."`
	Owner string `json:"owner,omitempty" maxLength:"200" example:"platform" doc:"Only what this group or person looks after."`
	After string `json:"after,omitempty" maxLength:"200" doc:"Begin after this ref: the cursor of the page before."`
	Limit int    `json:"limit,omitempty" minimum:"1" maximum:"500" default:"100" doc:"At most this many."`
}

// Listed is one page of entities, by ref.
type Listed struct {
	Entities []team.Entity `json:"entities"`
	NextPage string        `json:"next,omitempty"`
}

// Table is a line for each entity, with its groups where one has any.
func (l Listed) Table() ([]string, [][]string) {
	head := []string{"ENTITY", "TYPE", "OWNER", "SYSTEM", "WHAT IT IS"}
	grouped := slices.ContainsFunc(l.Entities, func(e team.Entity) bool { return len(e.Groups) > 0 })
	if grouped {
		head = append(head, "GROUPS")
	}
	rows := make([][]string, 0, len(l.Entities))
	for _, e := range l.Entities {
		row := []string{string(e.Ref), e.Type, string(e.Owner), string(e.System), firstLine(e)}
		if grouped {
			row = append(row, strings.Join(e.Groups, ", "))
		}
		rows = append(rows, row)
	}
	return head, rows
}

// Empty says how the first entity is made.
func (l Listed) Empty() string {
	return "Nothing in the catalog fits. What your team runs will stand here: declare it in a catalog-info.yaml or an inventory in the team folder, then run prentice catalog check."
}

// Next is the cursor of the next page.
func (l Listed) Next() string { return l.NextPage }

func firstLine(e team.Entity) string {
	text := e.Description
	if text == "" {
		text = e.Title
	}
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func listOp(d Deps) op.Op {
	return op.New("catalog.list", prentice.Look, prentice.Viewer, "List services, hosts and all else that the catalog has", func(_ context.Context, _ op.Call, in ListIn) (Listed, error) {
		return list(d.catalog(), in), nil
	}).WithExample("prentice catalog list --kind service").AlsoTyped("catalogue").Naming("service", "host", "system", "group").OfferedAsRefs("service", "host", "system").FromFiles()
}

// defaultLimit is the page of someone who does not say.
const defaultLimit = 100

func list(c *team.Catalog, in ListIn) Listed {
	if in.Limit <= 0 {
		in.Limit = defaultLimit
	}
	page := Listed{Entities: []team.Entity{}}
	for _, e := range c.Entities {
		owned := in.Owner == "" || string(e.Owner) == in.Owner || e.Owner.Name() == in.Owner
		if e.Ref <= prentice.Ref(in.After) || in.Kind != "" && e.Ref.Kind() != in.Kind || !owned {
			continue
		}
		if len(page.Entities) == in.Limit {
			page.NextPage = string(page.Entities[in.Limit-1].Ref)
			break
		}
		page.Entities = append(page.Entities, e)
	}
	return page
}

var (
	_ op.Tabler  = Listed{}
	_ op.Emptier = Listed{}
	_ op.Pager   = Listed{}
)
