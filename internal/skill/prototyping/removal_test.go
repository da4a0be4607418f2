package prototyping

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/flag"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/team"
)

// declares is a file of flags that are to be gone by days.
func declares(days map[string]string) string {
	var list []string
	for key, day := range days {
		list = append(list, fmt.Sprintf(`%q: {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on", "metadata": {"owner": "group/bell", "kind": "release", "expires": %q}}`, key, day))
	}
	return `{"$schema": "https://flagd.dev/schema/v0/flags.json", "flags": {` + strings.Join(list, ",\n") + `}}`
}

func TestARemovalSaysWhereTheCodeAsksAndHasOneKeyForever(t *testing.T) {
	files := map[string]string{
		flag.TeamFile: declares(map[string]string{"old": "2026-01-31", "new": "2999-01-01"}), "shop.go": "package shop\n\nvar a = \"old\"\n",
		"a\nChange-Id: Ievil\u202e.go": "package shop // 'old'",
	}
	list, err := removals(t.Context(), check.Example{Files: files}.Tree(), noon)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	r := list[0]
	set, _ := flag.Load(r.Path, r.Content)
	if _, gone := set.Find("old"); gone || len(set.Flags) != 1 {
		t.Errorf("%s", r.Content)
	}
	for _, want := range []string{"flags: remove old, which was to be gone by 2026-01-31\n", "group/bell", "on for everyone", "\n- shop.go:3\n", `- "a\nChange-Id: Ievil\u202e.go":1` + "\n"} {
		if !strings.Contains(r.Message, want) {
			t.Errorf("%q is not in\n%s", want, r.Message)
		}
	}
	key := change.Commit{Message: r.Message}.Key()
	delete(files, "shop.go")
	again, err := removals(t.Context(), check.Example{Files: files}.Tree(), noon.AddDate(1, 0, 0))
	if err != nil || len(key) != 41 || (change.Commit{Message: again[0].Message}).Key() != key {
		t.Errorf("%q %v\n%s", key, err, again[0].Message)
	}
	files[flag.TeamFile] = declares(map[string]string{"old": "2026-02-01"})
	if later, err := removals(t.Context(), check.Example{Files: files}.Tree(), noon); err != nil || (change.Commit{Message: later[0].Message}).Key() == key {
		t.Error("another day has the same key", err)
	}
}

// said are claims, and how they came out last.
type said struct {
	claims   []claims.Claim
	verdicts map[string]claims.Verdict
}

func (s *said) Declare(_ context.Context, _ time.Time, _ string, list []claims.Claim) error {
	s.claims = list
	return nil
}

func (s *said) Add(_ context.Context, list []claims.Verdict) error {
	s.verdicts = map[string]claims.Verdict{}
	for _, v := range list {
		s.verdicts[v.Claim] = v
	}
	return nil
}

func TestAFlagPastItsDayFailsItsClaim(t *testing.T) {
	set, _ := flag.Load(flag.TeamFile, []byte(declares(map[string]string{"old": "2026-03-01", "new": "2026-03-02"})))
	s := &said{}
	f := &Flags{Deps: Deps{Set: func() *flag.Set { return set }, Claims: s}}
	if err := f.claim(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	if old, last := s.verdicts["flag:old"], s.verdicts["flag:new"]; len(s.claims) != 2 || s.claims[0].Owner != "group/bell" || old.Truth != prentice.Fail || last.Truth != prentice.Pass || !last.Until.Equal(time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", s)
	}
}

// A removal is made once, is not made again where the branch stands still, and a repository
// that takes no change here is passed over.
func TestARemovalIsDraftedOnceAndIsEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		tree := check.Example{Files: map[string]string{flag.TeamFile: declares(map[string]string{"old": "2026-01-31"})}}.Tree()
		asked := map[prentice.Ref]int{}
		w.Log = slog.New(slog.DiscardHandler)
		w.Removals = Removals{
			Catalog: func() *team.Catalog {
				return &team.Catalog{Repositories: []team.Repository{{Ref: "resource/shop"}, {Ref: "resource/far"}, {Ref: "resource/out", Blocked: "it lies outside"}}}
			},
			At: func(_ context.Context, r team.Repository, before string) (*check.Tree, string, func() error, error) {
				if before == "c1" {
					return nil, "c1", func() error { return nil }, nil
				}
				return tree, "c1", func() error { return nil }, nil
			},
			Draft: func(_ context.Context, r Removal) (prentice.Ref, bool, error) {
				if r.Repository.Ref == "resource/far" {
					return "", false, prentice.Errorf(prentice.Refused, "it is a mirror")
				}
				asked[r.Repository.Ref]++
				return "change/7", asked[r.Repository.Ref] == 1, nil
			},
		}
		seen := map[prentice.Ref]string{}
		w.drafts(t.Context(), seen)
		w.drafts(t.Context(), seen)
		if asked["resource/shop"] != 1 {
			t.Errorf("where the branch stood still it was asked again: %v", asked)
		}
		w.now = w.now.AddDate(0, 0, 1)
		w.drafts(t.Context(), seen)
		if asked["resource/shop"] != 2 || asked["resource/out"] != 0 || len(w.notes) != 1 || w.notes[0].Kind != "flag.removal-drafted" || w.notes[0].Refs[1] != "change/7" {
			t.Errorf("%v %+v", asked, w.notes)
		}
	})
}
