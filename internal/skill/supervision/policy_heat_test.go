package supervision

import (
	"fmt"
	"testing"

	"prentice"
	"prentice/internal/engine/policy"
)

func TestAMapOfThePolicyShowsTheStrictestAndThatItVaries(t *testing.T) {
	table := policy.Table{Places: []string{"production", "staging"}}
	add := func(procedure, risk string, v prentice.Verdict, actor string, places ...string) {
		table.Rows = append(table.Rows, policy.TableRow{Procedure: procedure, Risk: risk, Places: places, Actors: []string{actor}, Times: "always", Verdict: v, Rule: "r"})
	}
	add("look", "look", prentice.Allow, "an operator", "production", "staging")
	add("look", "look", prentice.Allow, "an agent", "production", "staging")
	add("restart", "change", prentice.Allow, "an operator", "production", "staging")
	add("restart", "change", prentice.Ask, "an agent", "production")
	add("restart", "change", prentice.Refuse, "an agent", "nowhere")
	add("drop", "danger", prentice.Refuse, "an operator", "production")
	var got []string
	for _, row := range heatOf(table).Rows {
		for i, c := range row.Cells {
			got = append(got, fmt.Sprintf("%s %s %v %s %v %d", row.Procedure, table.Places[i], c.Known, c.Verdict, c.Varies, len(c.Says)))
		}
	}
	want := []string{"look production true allow false 2", "look staging true allow false 2", "restart production true ask true 2", "restart staging true allow false 1",
		"drop production true refuse false 1", "drop staging false refuse false 0"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
	for i := range 100 {
		add(fmt.Sprint("p", i), "change", prentice.Ask, "an operator", "production")
	}
	if h := heatOf(table); len(h.Rows) != mostHeat || h.Left != 103-mostHeat {
		t.Errorf("%d rows, %d left out", len(h.Rows), h.Left)
	}
}
