package catalog

import (
	"cmp"
	"slices"

	"prentice/internal/team"
)

// usualBranch is the branch that counts where none is named.
const usualBranch = "main"

// repositories are the entities of that sort. One that does not say where it lies is
// called as it is.
func repositories(entries []*entry) []team.Repository {
	var list []team.Repository
	for _, e := range entries {
		if e.entity.Ref.Kind() != "repository" {
			continue
		}
		list = append(list, team.Repository{
			Ref: e.entity.Ref, Title: cmp.Or(e.entity.Title, e.entity.Ref.Name()), Owner: e.entity.Owner, System: e.entity.System,
			Git: cmp.Or(e.git, e.entity.Ref.Name()+".git"), Branch: cmp.Or(e.branch, usualBranch), Blocked: e.blocked, At: e.entity.At,
		})
	}
	slices.SortFunc(list, func(a, b team.Repository) int { return cmp.Compare(a.Ref, b.Ref) })
	return list
}
