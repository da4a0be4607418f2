package team_test

import (
	"fmt"
	"testing"

	"prentice"
	"prentice/internal/team"
)

func TestDependantsAreFoundThroughOthersAndCyclesEnd(t *testing.T) {
	c := team.Catalog{Services: []team.Service{
		{Ref: "service/a", DependsOn: []prentice.Ref{"service/b"}}, {Ref: "service/b", DependsOn: []prentice.Ref{"service/c"}},
		{Ref: "service/c", DependsOn: []prentice.Ref{"service/a"}}, {Ref: "service/d"},
	}}
	if got := fmt.Sprint(c.Dependants("service/c")); got != "[service/b service/a]" {
		t.Errorf("got %s", got)
	}
}
