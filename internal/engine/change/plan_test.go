package change_test

import (
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/change"
)

var (
	ann = prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Approver}
	bob = prentice.Actor{Kind: prentice.Person, Name: "bob", Role: prentice.Approver}
)

func commit(id, message string) change.Commit {
	return change.Commit{ID: id, Message: message, Email: "Ann@example.org", CommitterEmail: "ann@example.org", Parents: []string{"base"}}
}

const key = "I0123456789012345678901234567890123456789"

func keyed(title, key string) string {
	return title + "\n\nWhy.\n\nChange-Id: " + key + "\nSigned-off-by: Ann <ann@example.org>\n"
}

func TestTheKeyOfACommitIsItsHeaderOrElseItsTrailer(t *testing.T) {
	for want, c := range map[string]change.Commit{
		key:                                {Message: keyed("t", key)},
		"zvmsqrlkxwotpynuzvmsqrlkxwotpynu": {Message: keyed("t", key), ChangeID: "zvmsqrlkxwotpynuzvmsqrlkxwotpynu"},
	} {
		if got := c.Key(); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	for _, message := range []string{"t", "Change-Id: " + key, "t\n\nChange-Id: " + key + "\n\nmore", "t\n\nChange-Id: ../../x", "t\n\nChange-Id: I1\x00"} {
		if got := (change.Commit{Message: message}).Key(); got != "" {
			t.Errorf("%q has the key %q", message, got)
		}
	}
	c := change.Commit{Message: "t\n\nbody\n\nCo-authored-by: Eve <EVE@example.org>\nCo-Authored-By: none\n", Email: "A@x.org", CommitterEmail: "a@x.org"}
	if got := c.Addresses(); !slices.Equal(got, []string{"a@x.org", "eve@example.org"}) {
		t.Error(got)
	}
	if c := commit("1", keyed("title", key)); c.Title() != "title" || c.Says() != "Why." {
		t.Errorf("%q %q", c.Title(), c.Says())
	}
}

func TestACommitBelongsToTheChangeThatItNames(t *testing.T) {
	known := func(n int64, key, title string, state change.State, commits ...string) change.Known {
		return change.Known{Change: change.Change{Number: n, Repository: "shop", Branch: "main", Key: key, Title: title, State: state, Owner: "person/ann"}, Commits: commits}
	}
	other := known(9, "", "plain", change.Open, "z")
	other.Branch = "next"
	for name, c := range map[string]struct {
		p     change.Proposal
		known []change.Known
		to    int64
		same  int
		says  string
	}{
		"a new one":                         {change.Proposal{Commits: []change.Commit{commit("a", "t")}}, nil, 0, 0, ""},
		"by its key":                        {change.Proposal{Commits: []change.Commit{commit("b", keyed("t", key))}}, []change.Known{known(3, key, "x", change.Open, "a")}, 3, 0, ""},
		"by the number that the push names": {change.Proposal{Change: 4, Commits: []change.Commit{commit("b", "t")}}, []change.Known{known(4, key, "x", change.Open, "a")}, 4, 0, ""},
		"the same commit again":             {change.Proposal{Commits: []change.Commit{commit("a", "t")}}, []change.Known{known(5, "", "x", change.Open, "a")}, 5, 1, ""},
		"an older version again":            {change.Proposal{Commits: []change.Commit{commit("a", keyed("t", key))}}, []change.Known{known(5, key, "x", change.Open, "a", "b")}, 5, 0, ""},
		"one's own of the same title":       {change.Proposal{Commits: []change.Commit{commit("b", "plain")}}, []change.Known{known(6, "", "plain", change.Open, "a")}, 6, 0, ""},
		"not that of another branch":        {change.Proposal{Commits: []change.Commit{commit("b", "plain")}}, []change.Known{other}, 0, 0, ""},
		"not one that is over":              {change.Proposal{Commits: []change.Commit{commit("b", "plain")}}, []change.Known{known(6, "", "plain", change.Landed, "a")}, 0, 0, ""},
		"its key has landed":                {change.Proposal{Commits: []change.Commit{commit("b", keyed("t", key))}}, []change.Known{known(3, key, "x", change.Landed, "a")}, 0, 0, "is landed"},
		"two of the same title":             {change.Proposal{Commits: []change.Commit{commit("b", "plain")}}, []change.Known{known(6, "", "plain", change.Open, "a"), known(7, "", "plain", change.Open, "c")}, 0, 0, "change/6 or of change/7"},
		"a number that is not there":        {change.Proposal{Change: 8, Commits: []change.Commit{commit("b", "t")}}, nil, 0, 0, "no change 8"},
		"a number of another branch":        {change.Proposal{Change: 9, Commits: []change.Commit{commit("b", "t")}}, []change.Known{other}, 0, 0, "for the branch next"},
		"a number and two commits":          {change.Proposal{Change: 9, Commits: []change.Commit{commit("b", "t"), commit("c", "u")}}, nil, 0, 0, "2 commits"},
		"two with one key":                  {change.Proposal{Commits: []change.Commit{commit("b", keyed("t", key)), commit("c", keyed("u", key))}}, nil, 0, 0, "two commits"},
		"nothing":                           {change.Proposal{}, nil, 0, 0, "nothing to propose"},
		"a merge":                           {change.Proposal{Commits: []change.Commit{{ID: "m", Message: "t", Parents: []string{"a", "b"}}}}, nil, 0, 0, "is a merge"},
		"no message":                        {change.Proposal{Commits: []change.Commit{{ID: "m", Message: " \n"}}}, nil, 0, 0, "no message"},
	} {
		t.Run(name, func(t *testing.T) {
			c.p.Repository, c.p.Branch, c.p.By = "shop", "main", ann
			moves, err := change.Plan(c.p, c.known)
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Fatalf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			m := moves[0]
			if (m.To == nil) != (c.to == 0) || m.To != nil && m.To.Number != c.to || m.Same != c.same {
				t.Errorf("%+v", m)
			}
		})
	}
}

func TestRulesAreAsWrittenAndAtLeastThere(t *testing.T) {
	for text, want := range map[string]change.Rules{
		"":                            change.Usual(),
		"approvals: 2":                {Approvals: 2, Owners: true, Resolved: true, Rebase: true, Message: true},
		"keep: [message]":             {Approvals: 1, Owners: true, Resolved: true, Message: true},
		"keep: [nothing]":             {Approvals: 1, Owners: true, Resolved: true},
		"owners: false\napprovals: 0": {Resolved: true, Rebase: true, Message: true},
	} {
		if got, err := change.ReadRules([]byte(text)); err != nil && text != "" || got != want {
			t.Errorf("%q: %+v %v", text, got, err)
		}
	}
	for _, text := range []string{"approvals: many", "approvals: -1", "approval: 1", "keep: [all]", "owners: maybe", "- 1"} {
		if got, err := change.ReadRules([]byte(text)); prentice.KindOf(err) != prentice.Invalid || got != change.Usual() {
			t.Errorf("%q: %+v %v", text, got, err)
		}
	}
}
