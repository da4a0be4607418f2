package boot

import (
	"sync"

	"prentice/internal/engine/policy"
	"prentice/internal/engine/procedure"
	"prentice/internal/skill"
	"prentice/internal/team"
)

// knownTo is what the files of a team folder know by name.
func knownTo(cat *team.Catalog, library *procedure.Library, kinds procedure.Kinds) *policy.Known {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name())
	}
	return policy.KnownOf(cat, library.Known(), names, operations())
}

// operations are the names of all operations.
var operations = sync.OnceValue(func() []string {
	var names []string
	for _, o := range skill.Ops(Describe()) {
		names = append(names, o.Name)
	}
	return names
})
