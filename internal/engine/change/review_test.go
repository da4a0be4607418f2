package change_test

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/change"
)

func known(prentice.Ref) []string { return nil }

func set(n int, what string, by prentice.Ref, addresses ...string) change.PatchSet {
	return change.PatchSet{Change: 1, Number: n, What: what, By: by, People: []prentice.Ref{by}, Addresses: addresses}
}

func yes(by prentice.Ref, of int, behind ...prentice.Ref) change.Vote {
	return change.Vote{By: by, PatchSet: of, Yes: true, People: prentice.JoinPeople([]prentice.Ref{by}, behind)}
}

func reviewed(sets []change.PatchSet, votes ...change.Vote) change.Reviewed {
	return change.Reviewed{Change: change.Change{Number: 1, State: change.Open}, Sets: sets, Votes: votes, Rules: change.Usual(),
		May: func(r prentice.Ref) bool { return r != "person/gone" }, Addresses: known}
}

func broken(r change.Reviewed) (list []string) {
	for _, n := range r.Needs() {
		if n.Truth != prentice.Pass {
			list = append(list, n.Claim+": "+n.Reason)
		}
	}
	return list
}

func TestAnApprovalIsOfWhatItsGiverSaw(t *testing.T) {
	sets := []change.PatchSet{set(1, change.First, "person/ann", "ann@example.org")}
	strict := func(r change.Reviewed) change.Reviewed { r.Rules.Rebase, r.Rules.Message = false, false; return r }
	for name, c := range map[string]struct {
		of   change.Reviewed
		says string
	}{
		"no one":                        {reviewed(sets), "0 of 1"},
		"another":                       {reviewed(sets, yes("person/bob", 1)), ""},
		"who pushed it":                 {reviewed(sets, yes("person/ann", 1)), "0 of 1"},
		"who stands behind who pushed":  {reviewed(sets, yes("person/bob", 1, "person/ann")), "0 of 1"},
		"who has no such role any more": {reviewed(sets, yes("person/gone", 1)), "0 of 1"},
		"new content":                   {reviewed(append(sets, set(2, change.New, "person/ann")), yes("person/bob", 1)), "the approval of person/bob (patch set 1) is of another content"},
		"a clean rebase":                {reviewed(append(sets, set(2, change.Rebased, "person/ann")), yes("person/bob", 1)), ""},
		"another message":               {reviewed(append(sets, set(2, change.Message, "person/ann")), yes("person/bob", 1)), ""},
		"new content, then a rebase":    {reviewed(append(sets, set(2, change.New, "person/ann"), set(3, change.Rebased, "person/ann")), yes("person/bob", 1)), "0 of 1"},
		"a rebase where it may not":     {strict(reviewed(append(sets, set(2, change.Rebased, "person/ann")), yes("person/bob", 1))), "0 of 1"},
		"who pushed a later version":    {reviewed(append(sets, set(2, change.Rebased, "person/bob")), yes("person/bob", 1)), "0 of 1"},
		"a no":                          {reviewed(sets, yes("person/bob", 1), change.Vote{By: "person/eve", PatchSet: 1}), "person/eve said no"},
		"a no of an older version":      {reviewed(append(sets, set(2, change.New, "person/ann")), change.Vote{By: "person/eve", PatchSet: 1}, yes("person/bob", 2)), "person/eve said no"},
		"a no that became a yes":        {reviewed(sets, change.Vote{By: "person/bob", PatchSet: 1}, yes("person/bob", 1)), ""},
		"a yes that was withdrawn":      {reviewed(sets, yes("person/bob", 1), change.Vote{By: "person/bob", PatchSet: 1, Taken: true}), "0 of 1"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(broken(c.of), "\n")
			if (got == "") != (c.says == "") || !strings.Contains(got, c.says) {
				t.Errorf("missing is %q", got)
			}
		})
	}
	two := reviewed(sets, yes("person/bob", 1, "person/eve"), yes("person/eve", 1))
	two.Rules.Approvals = 2
	if got := broken(two); len(got) != 1 || !strings.Contains(got[0], "1 of 2") {
		t.Errorf("two votes of one person: %v", got)
	}
	owned := reviewed(sets, yes("person/bob", 1))
	owned.Owned = []change.Owned{{Paths: []string{"a.go"}, Owners: []prentice.Ref{"person/eve"}, Names: []string{"@eve"}}}
	owned.Open, owned.Below = 2, &change.Change{Number: 7, State: change.Open}
	if got := strings.Join(broken(owned), "\n"); !strings.Contains(got, "@eve for a.go") || !strings.Contains(got, "2 threads are open") || !strings.Contains(got, "change/7 is open") {
		t.Error(got)
	}
}

func TestNoOneApprovesWhatTheyWrote(t *testing.T) {
	c := change.Change{Number: 1, State: change.Open}
	sets := []change.PatchSet{set(1, change.First, "person/ann", "bob+git@example.org", "x@example.org"), set(2, change.New, "person/ann")}
	person := func(name string, behind ...prentice.Ref) prentice.Actor {
		return prentice.Actor{Kind: prentice.Person, Name: name, Role: prentice.Approver, Behind: behind}
	}
	addresses := func(p prentice.Ref) []string {
		if p == "person/kim" {
			return []string{"X@example.org"}
		}
		return nil
	}
	for name, c2 := range map[string]struct {
		a    prentice.Actor
		says string
	}{
		"who pushed it":              {person("ann"), "pushed patch set 1"},
		"who wrote an older one":     {person("bob"), "wrote patch set 1"},
		"whose address it is":        {person("kim"), "wrote patch set 1"},
		"by a token of the pusher":   {person("eve", "person/ann"), "stands behind"},
		"a program":                  {prentice.Actor{Kind: prentice.Agent, Name: "bot", Role: prentice.Owner}, "not a person"},
		"another":                    {person("eve"), ""},
		"an owner who did not":       {prentice.Actor{Kind: prentice.Person, Name: "zoe", Role: prentice.Owner}, ""},
		"who approved it by another": {person("lee", "person/joe"), "stands behind the approval"},
	} {
		err := change.MayVote(c, sets, []change.Vote{yes("person/joe", 2)}, c2.a, true, addresses)
		if (err == nil) != (c2.says == "") || err != nil && !strings.Contains(err.Error(), c2.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := change.MayVote(c, sets, nil, person("ann"), false, addresses); err != nil {
		t.Errorf("who pushed it cannot say no: %v", err)
	}
	c.State = change.Landed
	if err := change.MayVote(c, sets, nil, person("eve"), true, addresses); prentice.KindOf(err) != prentice.Conflict {
		t.Error(err)
	}
}

func TestASuggestionIsPutInThePlaceOfItsLines(t *testing.T) {
	on := func(line, last int, text string) change.Comment {
		return change.Comment{Number: 4, File: "a", Side: change.After, Line: line, Last: last, Text: text}
	}
	for name, c := range map[string]struct {
		of      change.Comment
		was, is string
		kind    prentice.Kind
	}{
		"a line":               {on(2, 0, "Better:\n```suggestion\nB\n```\nsee?"), "a\nb\nc\n", "a\nB\nc\n", 0},
		"several":              {on(1, 2, "```suggestion\nx\ny\nz\n```"), "a\nb\nc\n", "x\ny\nz\nc\n", 0},
		"nothing in its place": {on(2, 0, "```suggestion\n```"), "a\nb\nc\n", "a\nc\n", 0},
		"carriage returns":     {on(1, 0, "```suggestion\nA\n```"), "a\r\nb\r\n", "A\r\nb\r\n", 0},
		"no end of the line":   {on(2, 0, "```suggestion\nB\n```"), "a\nb", "a\nB", 0},
		"none":                 {on(2, 0, "b is bad"), "a\nb\n", "", prentice.Invalid},
		"not closed":           {on(2, 0, "```suggestion\nB"), "a\nb\n", "", prentice.Invalid},
		"beyond the end":       {on(3, 0, "```suggestion\nB\n```"), "a\nb\n", "", prentice.Conflict},
	} {
		got, err := c.of.Apply([]byte(c.was))
		if c.kind != 0 {
			if prentice.KindOf(err) != c.kind {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || string(got) != c.is {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}
