package boot

import (
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/skill"
	"prentice/internal/skill/codecontrol"
	"prentice/internal/skill/prototyping"
)

const overdue = `{"$schema": "https://flagd.dev/schema/v0/flags.json", "flags": {"old": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on",
	"metadata": {"owner": "group/crew", "kind": "release", "expires": "2020-01-01"}}}}`

// looked is one look of prentice at the flags of all repositories, as a new process has it.
func (h *hosted) looked() []codecontrol.ChangeLine {
	h.Helper()
	f := prototyping.Flags{Deps: prototyping.Deps{DB: h.db, Record: h.ledger.Append, Removals: h.removals(), Log: h.log, Clock: time.Now}}
	f.DraftRemovals(h.Context())
	return h.ask("olga", "change.list", map[string]any{"repository": "shop", "state": "all"}).(codecontrol.ChangeList).Changes
}

// What a person amended is not written over when the branch moves, and what was given up
// stays so.
func TestTheRemovalOfAFlagIsDraftedOnceWhateverTheBranchDoes(t *testing.T) {
	h := newHosted(t, map[string]string{"flags.json": overdue, "shop.go": "package shop\n\nvar a = `old`\n"})
	list := h.looked()
	if len(list) != 1 || list[0].Owner != "self/prentice" || list[0].Topic != "flag-old" || !strings.Contains(list[0].Says, "- shop.go:3") {
		t.Fatalf("%+v", list)
	}
	h.commit("more", map[string]string{"other": "1\n"})
	h.git("push", "-q", "origin", "HEAD:main")
	if list = h.looked(); len(list) != 1 || list[0].PatchSet != 1 {
		t.Errorf("when the branch has moved: %+v", list)
	}
	h.ask("ann", "change.abandon", map[string]any{"change": "1", "reason": "it stays"})
	h.commit("and more", map[string]string{"other": "2\n"})
	h.git("push", "-q", "origin", "HEAD:main")
	if list = h.looked(); len(list) != 1 || list[0].State != "abandoned" {
		t.Errorf("after it was given up: %+v", list)
	}
}

func TestADraftOnACommitThatTheBranchHasLeftIsRefused(t *testing.T) {
	h := newHosted(t, map[string]string{"flags.json": overdue})
	old := h.git("rev-parse", "HEAD")
	h.commit("more", map[string]string{"flags.json": "{}"})
	h.git("push", "-q", "origin", "HEAD:main")
	d := codecontrol.Draft{Repository: "shop", Branch: "main", Base: old, Path: "flags.json", Message: "x\n\nChange-Id: I0123456789\n", By: prentice.Prentice("flags"), At: time.Now()}
	desk := skill.At[*codecontrol.Desk](h.Skills)
	if _, _, err := desk.Draft(t.Context(), d); prentice.KindOf(err) != prentice.Conflict {
		t.Error(err)
	}
	d.Message = "x"
	if _, _, err := desk.Draft(t.Context(), d); prentice.KindOf(err) != prentice.Invalid {
		t.Error("without a key", err)
	}
}
