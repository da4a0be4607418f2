package tools

import (
	"cmp"
	"context"
	"slices"

	"prentice"
	"prentice/internal/engine/tool"
	"prentice/internal/op"
	"prentice/internal/team"
)

// reading is what a commit of a repository says.
type reading struct {
	commit string
	inv    tool.Inventory
}

// survey reads the repositories of the catalog, each of which is read anew only when its
// branch has moved.
func (k *Desk) survey(ctx context.Context, c op.Call, in SurveyIn) (Survey, error) {
	if k.Catalog == nil || k.At == nil {
		return Survey{}, prentice.Errorf(prentice.Unavailable, "there is no server here that knows repositories").Try("look at one in its folder: prentice tool list")
	}
	ends, err := k.ends()
	if err != nil {
		return Survey{}, err
	}
	out := Survey{Tools: []Row{}, Unread: []Unread{}, Ends: about(ends, c.Now)}
	list := k.Catalog().Repositories
	if in.Repository != "" {
		one, err := k.Catalog().Repository(in.Repository)
		if err != nil {
			return out, err
		}
		list = []team.Repository{one}
	}
	hosts := k.hosts()
	for _, r := range list {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		inv, err := k.reading(ctx, r)
		if err != nil {
			out.Unread = append(out.Unread, Unread{r.Ref, oneLine(err)})
			continue
		}
		out.Repositories++
		for _, w := range inv.Wrong {
			out.Unread = append(out.Unread, Unread{r.Ref, w.Path + ": " + w.Says})
		}
		names := toolsOf(inv)
		of := slices.DeleteFunc(slices.Clone(hosts), func(u tool.Use) bool { return !slices.Contains(names, u.Tool) })
		for _, row := range rowsOf(inv, of, ends, c.Now) {
			row.Repository = r.Ref
			out.Tools = append(out.Tools, row)
		}
	}
	out.count()
	out.Tools = slices.DeleteFunc(out.Tools, func(r Row) bool { return !in.only(r) })
	slices.SortStableFunc(out.Tools, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Tool, b.Tool), cmp.Compare(a.Repository, b.Repository))
	})
	return out, nil
}

// reading is what a repository says at the end of its branch.
func (k *Desk) reading(ctx context.Context, r team.Repository) (tool.Inventory, error) {
	if r.Blocked != "" {
		return tool.Inventory{}, prentice.Errorf(prentice.Refused, "it is not looked at: %s", r.Blocked)
	}
	k.mu.Lock()
	before, known := k.read[r.Ref]
	k.mu.Unlock()
	t, commit, end, err := k.At(ctx, r, before.commit)
	if err != nil {
		return tool.Inventory{}, err
	}
	defer end() //nolint:errcheck // it was only read
	if known && t == nil {
		return before.inv, nil
	}
	inv, err := tool.Of(ctx, t)
	if err != nil {
		return inv, err
	}
	k.mu.Lock()
	k.read[r.Ref] = reading{commit, inv}
	k.mu.Unlock()
	return inv, nil
}

// hosts are what the facts of the catalog's hosts say of tools.
func (k *Desk) hosts() (list []tool.Use) {
	for _, h := range k.Catalog().Hosts {
		for name := range tool.BuiltIn.Tools {
			if version := h.Facts[name]; version != "" {
				list = append(list, tool.Use{Tool: name, Wish: tool.Exactly(name, version), Place: tool.Production, Who: string(h.Ref)})
			}
		}
	}
	slices.SortFunc(list, func(a, b tool.Use) int { return cmp.Or(cmp.Compare(a.Tool, b.Tool), cmp.Compare(a.Who, b.Who)) })
	return list
}

// facts is what explain.md is drawn from.
func (k *Desk) facts(ctx context.Context) (any, error) {
	if k.Catalog == nil || k.At == nil {
		return Survey{Ends: about(tool.BuiltIn, k.now())}, nil
	}
	return k.survey(ctx, op.Call{Now: k.now()}, SurveyIn{})
}
