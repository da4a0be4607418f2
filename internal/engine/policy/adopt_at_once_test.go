package policy_test

import (
	"fmt"
	"sync"
	"testing"

	"prentice"
	"prentice/internal/engine/policy"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestOfFiftyOwnersWhoAdoptAtOnceAsManyCountAsAreAsked(t *testing.T) {
	const owners = 50
	for _, asked := range []int{1, 2, 9} {
		t.Run(fmt.Sprint(asked), func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				l := newBook(t, d)
				old := fmt.Sprintf("rules:\n  - {name: many, when: 'op == \"policy.adopt\"', verdict: ask, approvers: %d, reason: owners agree}\n", asked)
				if err := l.First(t.Context(), load(t, old), old); err != nil {
					t.Fatal(err)
				}
				base, _, err := l.InForce(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				var all sync.WaitGroup
				gate := make(chan struct{})
				adopted, kept := make([]bool, owners), make([]bool, owners)
				for i := range owners {
					l.roles[owner(fmt.Sprintf("o%d", i)).Ref()] = prentice.Owner
				}
				was, wanted := load(t, old), load(t, "# new\n")
				for i := range owners {
					all.Go(func() {
						<-gate
						a, err := l.Adopt(t.Context(), was, base, policy.Wish{Actor: owner(fmt.Sprintf("o%d", i)), Reason: "better", Policy: wanted, Text: "# new\n"})
						if err != nil && prentice.KindOf(err) != prentice.Conflict {
							t.Error(err)
						}
						adopted[i], kept[i] = a.Adopted && err == nil, err == nil
					})
				}
				close(gate)
				all.Wait()
				if l.inForce() != "# new\n" {
					t.Fatal("it is not in force")
				}
				last := l.notes.list[len(l.notes.list)-1]
				if by := last.Data.(map[string]any)["by"].([]prentice.Ref); last.Kind != "policy.adopted" || len(by) != asked {
					t.Errorf("%s by %v; %d were asked", last.Kind, by, asked)
				}
				if n, all := count(adopted), count(kept); n != 1 || all != asked {
					t.Errorf("%d were told that it is in force by them, and %d that their vote counts; %d were asked", n, all, asked)
				}
			})
		})
	}
}

func count(list []bool) (n int) {
	for _, yes := range list {
		if yes {
			n++
		}
	}
	return n
}
