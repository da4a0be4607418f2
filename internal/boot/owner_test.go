package boot

import (
	"testing"

	"prentice"
	"prentice/internal/engine/policy"
	"prentice/internal/team"
)

func TestTheOwnerOfAProcedureIsNotAskedForWhatHasAnOwner(t *testing.T) {
	now := &teamNow{
		catalog: &team.Catalog{Entities: []team.Entity{{Ref: "resource/adopted", Owner: "group/dba"}, {Ref: "resource/new", Owner: "group/dba"}, {Ref: "resource/bare"}}},
		belongs: map[prentice.Ref]policy.Belonging{"resource/adopted": {Owner: "group/dba"}, "procedure/vacuum": {Owner: "group/keepers"}},
	}
	for subject, want := range map[prentice.Ref]prentice.Ref{
		"resource/adopted": "group/dba",
		"resource/new":     "", // declared since, and not adopted
		"resource/bare":    "group/keepers",
		"resource/unknown": "group/keepers",
	} {
		if got := now.ownerOf(subject, "vacuum"); got != want {
			t.Errorf("%s is owned by %q, want %q", subject, got, want)
		}
	}
}
