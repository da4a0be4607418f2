package design

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/team"
)

// chain is a catalog of services: "web api db" is web that needs api and db.
func chain(lines ...string) *team.Catalog {
	c := &team.Catalog{}
	for _, line := range lines {
		words := strings.Fields(line)
		e := team.Entity{Ref: prentice.NewRef("service", words[0])}
		for _, w := range words[1:] {
			e.DependsOn = append(e.DependsOn, prentice.NewRef("service", w))
		}
		c.Entities = append(c.Entities, e)
		c.Services = append(c.Services, team.Service{Ref: e.Ref})
	}
	return c
}

func columnsOf(g Graph) string {
	var cols []string
	for _, n := range g.Nodes {
		for len(cols) <= n.Column {
			cols = append(cols, "")
		}
		cols[n.Column] += " " + n.Ref.Name()
	}
	return strings.TrimSpace(strings.Join(cols, " |"))
}

func TestWhatNeedsStandsLeftOfWhatItNeeds(t *testing.T) {
	for _, c := range []struct {
		name, want string
		lines      []string
	}{
		{"a chain", "web | api | db", []string{"api db", "db", "web api"}},
		{"the longest way counts", "web | api | db", []string{"web db api", "api db", "db"}},
		{"a circle is drawn all the same", "a | b | c", []string{"a b", "b c", "c a"}},
		{"a service that needs itself", "a", []string{"a a"}},
		{"lines do not cross for nothing", "b a | x y", []string{"a y", "b x", "x", "y"}},
		{"nothing", "", nil},
	} {
		cat := chain(c.lines...)
		if got := columnsOf(graphOf(cat, "", connected(cat))); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestAGraphNearOneEntityEndsAfterItsSteps(t *testing.T) {
	c := chain("a b", "b c", "c d", "d e", "e", "x c")
	for steps, want := range map[int]string{1: "b x | c | d", 2: "a | b x | c | d | e"} {
		got := near(c, "service/c", steps)
		slices.Sort(got)
		names := strings.Fields(strings.ReplaceAll(want, "|", ""))
		if len(got) != len(names) {
			t.Errorf("%d steps: %v, want %s", steps, got, want)
		}
	}
	g := graphOf(c, "service/c", near(c, "service/c", 1))
	if n := len(g.Picture().Boxes); n != 4 || len(g.Edges) != 3 || len(g.Rows()) != 3 {
		t.Errorf("%d boxes, %v", n, g.Edges)
	}
}

func TestAGraphOfManyIsCutAndSaysSo(t *testing.T) {
	var lines []string
	for i := range 300 {
		lines = append(lines, fmt.Sprintf("s%03d hub", i))
	}
	c := chain(append(lines, "hub")...)
	g := graphOf(c, "", connected(c))
	if len(g.Nodes) != mostNodes || g.Left != 301-mostNodes || !strings.Contains(g.Text(), "221 entities are left out") {
		t.Errorf("%d nodes, %d left: %s", len(g.Nodes), g.Left, g.Text())
	}
	if g.Nodes[len(g.Nodes)-1].Ref != "service/hub" {
		t.Errorf("what all need is left out: %+v", g.Nodes[len(g.Nodes)-1])
	}
}

func TestBoxesOfAPictureDoNotOverlapAndStayInside(t *testing.T) {
	c := chain("web api auth", "api db queue", "auth db", "db", "queue", "worker queue a-name-that-is-far-too-long-for-any-box", "a-name-that-is-far-too-long-for-any-box")
	p := graphOf(c, "", connected(c)).Picture()
	for i, a := range p.Boxes {
		if a.X < 0 || a.Y < 0 || a.X+boxWide > p.Wide || a.Y+boxHigh > p.High || len([]rune(a.Name)) > mostLetters {
			t.Errorf("%+v is not inside %d by %d", a, p.Wide, p.High)
		}
		for _, b := range p.Boxes[:i] {
			if a.X < b.X+boxWide && b.X < a.X+boxWide && a.Y < b.Y+boxHigh && b.Y < a.Y+boxHigh {
				t.Errorf("%+v and %+v overlap", a, b)
			}
		}
	}
}
