package web

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/testreport"
	"prentice/internal/op"
	"prentice/internal/skill/standards"
	"prentice/internal/team"
)

var repositoryStories = []story{
	{name: "repositories", path: "/repositories", who: "vera", lists: true},
	{name: "repository", path: "/repositories/shop", who: "vera"},
	{name: "repository-to-check", path: "/repositories/shop", who: "olga"},
	{name: "repository-not-checked", path: "/repositories/new", who: "vera"},
	{name: "repository-gone", path: "/repositories/gone", who: "vera"},
	{name: "repository-tests", path: "/repositories/shop/tests", who: "vera"},
	{name: "repository-tests-of-changes", path: "/repositories/shop/tests?changes=true&show=failing", who: "vera"},
	{name: "repository-tests-none", path: "/repositories/new/tests", who: "vera"},
	{name: "repository-coverage", path: "/repositories/shop/coverage", who: "vera"},
	{name: "repository-coverage-none", path: "/repositories/new/coverage", who: "vera"},
	{name: "land-no", path: "/repositories/shop/land?commit=broken", who: "vera"},
	{name: "land-yes", path: "/repositories/shop/land?commit=fine", who: "vera"},
	{name: "land-unknown", path: "/repositories/shop/land?commit=new", who: "olga"},
	{name: "check", path: "/checks/check%2F12", who: "vera"},
	{name: "check-running", path: "/checks/13", who: "vera"},
	{name: "check-unknown", path: "/checks/14", who: "vera"},
	{name: "check-none", path: "/checks/99", who: "vera"},
}

func repositoryOps(full bool) []op.Op {
	followed := make(chan struct{}) // closed once someone has followed check 21 to its end
	return []op.Op{
		op.New("repository.list", prentice.Look, prentice.Viewer, "List repositories.", func(context.Context, op.Call, struct{}) (standards.Repositories, error) {
			if !full {
				return standards.Repositories{Repositories: []standards.RepositoryLine{}}, nil
			}
			last := someCheck(12, prentice.Fail)
			return standards.Repositories{Repositories: []standards.RepositoryLine{
				{Repository: someRepository("gone"), Truth: prentice.NotSeen, Says: `there is no repository "gone.git" in /var/lib/prentice/repositories: put it there: git clone --mirror ADDRESS '/var/lib/prentice/repositories/gone.git'`, Last: new(someCheck(14, prentice.NotSeen))},
				{Repository: someRepository("new"), Truth: prentice.NotSeen, Says: "not checked yet"},
				{Repository: someRepository("shop"), Truth: prentice.Fail, Last: &last, Trend: somePoints()},
				{Repository: someRepository(longName[:60]), Truth: prentice.Pass, Last: new(someCheck(11, prentice.Pass)), Trend: somePoints()[:2]},
			}}, nil
		}).Naming("repository"),
		op.New("repository.show", prentice.Look, prentice.Viewer, "Show a repository.", func(_ context.Context, _ op.Call, in standards.RepositoryIn) (standards.RepositoryShown, error) {
			return shownRepository(in.Name), nil
		}),
		op.New("repository.tests", prentice.Look, prentice.Viewer, "Show its tests.", func(_ context.Context, _ op.Call, in standards.RepositoryTestsIn) (standards.RepositoryTests, error) {
			return someTests(in), nil
		}),
		op.New("repository.coverage", prentice.Look, prentice.Viewer, "Show its coverage.", func(_ context.Context, _ op.Call, in standards.CoverageIn) (standards.RepositoryCoverage, error) {
			return someCoverage(in.Name), nil
		}),
		op.New("check.show", prentice.Look, prentice.Viewer, "Show a check.", func(_ context.Context, _ op.Call, in standards.CheckIn) (standards.CheckShown, error) {
			switch in.Check {
			case "13":
				c := someCheck(13, "")
				c.State, c.Ended, c.Says, c.Branch = standards.Running, time.Time{}, "unit │ ok  shop/basket 1.2s", ""
				return standards.CheckShown{CheckRun: c, Output: "unit │ ── Run the tests\nunit │ ok  shop/basket 1.2s\nunit │ <b>" + longName + "</b>\n"}, nil
			case "21", "check/21":
				select {
				case <-followed:
					return standards.CheckShown{CheckRun: someCheck(21, prentice.Fail), Checked: someChecked()}, nil
				default:
					c := someCheck(21, "")
					c.State, c.Ended, c.Says = standards.Running, time.Time{}, "checking code"
					return standards.CheckShown{CheckRun: c}, nil
				}
			case "14":
				return standards.CheckShown{CheckRun: someCheck(14, prentice.NotSeen)}, nil
			case "99":
				return standards.CheckShown{}, prentice.Errorf(prentice.NotFound, "there is no check 99, or not any more").Try("list those of a repository with: prentice repository show NAME")
			}
			return standards.CheckShown{CheckRun: someCheck(12, prentice.Fail), Checked: someChecked(), Output: "unit │ ok  shop/basket 1.2s\n"}, nil
		}),
		op.New("may.land", prentice.Look, prentice.Viewer, "Ask whether a commit may land.", func(_ context.Context, _ op.Call, in standards.LandIn) (standards.Allowed, error) {
			return someAnswer(in.Commit), nil
		}),
		op.NewWatch("check.follow", prentice.Viewer, "Follow a check.", func(ctx context.Context, _ op.Call, in standards.FollowIn, emit func(standards.CheckStep) error) error {
			if in.Check != "check/21" {
				<-ctx.Done()
				return ctx.Err()
			}
			if err := emit(standards.CheckStep{Check: "check/21", State: standards.Running, Says: "checking secrets"}); err != nil {
				return err
			}
			close(followed)
			return emit(standards.CheckStep{Check: "check/21", State: standards.Done, Verdict: prentice.Fail})
		}),
	}
}

func someRepository(name string) team.Repository {
	return team.Repository{Ref: prentice.NewRef("repository", name), Title: strings.ToUpper(name[:1]) + name[1:], Owner: "group/platform", Git: name + ".git", Branch: "main"}
}

func someCheck(number int64, v prentice.Truth) standards.CheckRun {
	c := standards.CheckRun{Number: number, Ref: prentice.NewRef("check", fmt.Sprint(number)), Repository: "repository/shop", Branch: "main", Commit: strings.Repeat("80a166651e", 4), State: standards.Done, Verdict: v,
		AskedBy: "self/checks", Asked: ago(26 * time.Minute), Began: ago(26 * time.Minute), Ended: ago(25 * time.Minute), Seen: ago(3 * time.Minute)}
	switch v {
	case prentice.Fail:
		c.Passed, c.Failed, c.Unknown, c.Findings, c.Excused = 68, 2, 1, 5, 3
	case prentice.Pass:
		c.Passed = 71
	case prentice.NotSeen:
		c.Commit, c.Says = "", "git stopped reading the repository: unexpected EOF; see whether it is whole: git fsck"
	}
	return c
}

func somePoints() []standards.Point {
	var list []standards.Point
	for i, n := range []int{9, 9, 8, 8, 4, 4, 0, 6, 5} {
		p := standards.Point{Check: "check/12", Time: ago(time.Duration(9-i) * 8 * time.Hour), Commit: strings.Repeat("80a166651e", 4), Verdict: prentice.Fail, Findings: n, Excused: 3}
		if n == 0 {
			p.Verdict = prentice.Pass
		}
		list = append(list, p)
	}
	return append(list[:7:7], append([]standards.Point{{Check: "check/14", Time: ago(20 * time.Hour), Verdict: prentice.NotSeen}}, list[7:]...)...)
}

func someChecked() *standards.Checked {
	waiver := check.Waiver{Rule: "containers/pinned-base", Where: "Dockerfile", Reason: "the old image goes in March", Owner: "group/platform", Expires: noon.AddDate(0, 0, 12)}
	return &standards.Checked{Repository: "shop", What: "branch main at 80a166651e80", Digest: "sha256:" + strings.Repeat("9f2c81d0", 8), Files: 412, Verdict: "fail", Passed: 3, Failed: 2, Unknown: 1, Old: 2, Waived: 1, Reused: 64, Took: "312ms",
		Notes: []string{"code/json: 120 more findings are not shown"},
		Rules: []standards.Ruled{
			{ID: "code/json", Says: "JSON files are JSON", Why: "What cannot be parsed is found by the first program that needs it.", Truth: prentice.Fail, Severity: "block", Blocks: true, Kind: "standard", Findings: []standards.Found{
				{Finding: check.Finding{Rule: "code/json", Path: "web/a/very/deep/folder/with/a/long/name/for/a/file/of/settings.json", Line: 1, Says: "it is not JSON: invalid character '}' looking for beginning of value", Saw: `{"a": }`}},
				{Finding: check.Finding{Rule: "code/json", Path: "old.json", Line: 3, Says: "it is not JSON: unexpected end"}, Excuse: check.Before}}},
			{ID: "repository/owners", Says: "It is said who owns what", Why: "What no one owns no one repairs.", Truth: prentice.Fail, Severity: "warn", Kind: "standard", Remedy: "add a CODEOWNERS with a line such as: * @your-team", Findings: []standards.Found{{Finding: check.Finding{Rule: "repository/owners", Says: "it is not said who owns what", Remedy: "add a CODEOWNERS"}}}},
			{ID: "secrets/history", Says: "No commit holds a secret", Truth: prentice.NotSeen, Reason: "the repository lacks the object 80a166651e80", Severity: "block", Blocks: true, Kind: "secrets"},
			{ID: "containers/pinned-base", Says: "A base image is named by its digest", Truth: prentice.Pass, Severity: "block", Blocks: true, Kind: "standard", Findings: []standards.Found{{Finding: check.Finding{Rule: "containers/pinned-base", Path: "Dockerfile", Line: 1, Says: "the base is named by a tag"}, Excuse: check.Waived, Waiver: &waiver}}},
			{ID: "files/utf8", Says: "Text is UTF-8", Truth: prentice.Pass, Severity: "warn", Kind: "standard"},
		}}
}

func shownRepository(name string) standards.RepositoryShown {
	s := standards.RepositoryShown{Repository: someRepository(name), Now: noon, Truth: prentice.NotSeen, Says: "not checked yet", Points: []standards.Point{}, Ending: []standards.Ending{}, Runs: []standards.CheckRun{}}
	switch name {
	case "new":
	case "gone":
		last := someCheck(14, prentice.NotSeen)
		s.Last, s.Says, s.Runs, s.Points = &last, last.Says, []standards.CheckRun{last}, somePoints()[7:8]
	default:
		last, running := someCheck(12, prentice.Fail), someCheck(13, "")
		running.State, running.Branch, running.AskedBy = standards.Running, "", "person/ben"
		s.Last, s.Truth, s.Says, s.Checked, s.Points, s.Runs = &last, prentice.Fail, "", someChecked(), somePoints(), []standards.CheckRun{running, last, someCheck(11, prentice.Pass), someCheck(14, prentice.NotSeen)}
		s.Ending = []standards.Ending{{Waiver: *s.Checked.Rules[3].Findings[0].Waiver, Findings: 1}}
	}
	return s
}

func someAnswer(commit string) standards.Allowed {
	holds := claims.Need{Claim: "containers/pinned-base", Says: "A base image is named by its digest", Severity: claims.Block, Blocks: true, Truth: prentice.Pass, Excused: "1 found, all of them waived or in the baseline"}
	needs := []claims.Need{holds, {Claim: "repository/owners", Says: "It is said who owns what", Severity: claims.Warn, Truth: prentice.Fail, Reason: "it is not said who owns what"}}
	switch commit {
	case "broken":
		needs = append(needs, claims.Need{Claim: "code/json", Says: "JSON files are JSON", Severity: claims.Block, Blocks: true, Truth: prentice.Fail, Reason: "web/a/very/deep/folder/with/a/long/name/for/a/file/of/settings.json:1: it is not JSON", Resolve: "write what a parser can read",
			Waive: "prentice check waive code/json --reason TEXT --owner group/NAME --expires DAY --write", Who: "group/platform"})
	case "new":
		for _, rule := range []string{"code/json", "files/links", "secrets/none"} {
			needs = append(needs, claims.Need{Claim: rule, Says: "It holds", Severity: claims.Block, Blocks: true, Truth: prentice.NotSeen, Reason: check.Unasked, Produce: "prentice repository check shop 80a166651e80 --wait"})
		}
	}
	return standards.Allowed{Answer: claims.May(needs), Action: "land", Repository: "repository/shop", Commit: strings.Repeat("80a166651e", 4), What: "the change of 80a166651e80 since main (44faebc92f20)", Digest: "sha256:" + strings.Repeat("9f2c81d0", 8), Took: "300ms"}
}

func someTests(in standards.RepositoryTestsIn) standards.RepositoryTests {
	r := someRepository(in.Name)
	t := standards.RepositoryTests{Repository: r.Ref, Title: r.Title, Side: standards.OfBranch, Tests: standards.Tests{Cases: []standards.CaseLine{}}}
	switch {
	case in.Name == "new":
		return t
	case in.Changes:
		t.Side, t.Known, t.Show, t.Note = standards.OfChanges, 12, "failing", "what is agreed on cannot be read: .prentice/waivers.yaml:2: has no owner"
		return t
	}
	attempts := func(how string) (list []testreport.Attempt) {
		for i, sign := range how {
			status := map[rune]testreport.Status{'p': testreport.Passed, 'f': testreport.Failed, 's': testreport.Skipped}[sign]
			list = append(list, testreport.Attempt{On: strings.Repeat("9f2c81d0", 2), Commit: strings.Repeat("80a166651e", 4), Status: status, Took: time.Duration(340+i) * time.Millisecond, At: ago(time.Duration(len(how)-i) * 3 * time.Hour)})
		}
		return list
	}
	line := func(name, how string) standards.CaseLine {
		p := testreport.Past{Check: "unit", Name: name, Attempts: attempts(how)}
		c := standards.CaseLine{Check: p.Check, Name: name, Last: p.Last().Status, At: p.Last().At, Took: p.Took(), Runs: len(how), Attempts: p.Attempts}
		c.Failing, c.Newly = p.Failing()
		return c
	}
	flaky, slow := line("shop/basket.TestTwoAtOnce", "ppfppp"), line("shop/"+longName+".TestThatTakesLong/with_a_table_and_"+longName, "pp")
	flaky.Flaky, slow.Took = ago(9*time.Hour), 94*time.Second
	old := line("shop/mail.TestSends", "fsff")
	old.Quarantine = &check.Quarantine{Name: old.Name, Owner: "group/platform", Reason: "the mail server of the tests moves", Ends: noon.AddDate(0, 0, 12)}
	t.Cases = []standards.CaseLine{line("shop/cart.TestSum/row <b>3</b>", "pppppppppf"), flaky, old, {Name: "shop/gone.TestGone", Attempts: []testreport.Attempt{}, Quarantine: old.Quarantine}, slow}
	t.Known, t.Failed, t.Flaky, t.Quarantined, t.More = 1204, 2, 1, 2, 1199
	return t
}

func someCoverage(name string) standards.RepositoryCoverage {
	r := someRepository(name)
	c := standards.RepositoryCoverage{Repository: r.Ref, Title: r.Title, Covered: standards.Covered{Checks: []standards.CoverageLine{}}}
	if name == "new" {
		return c
	}
	m := testreport.Measured{Check: "unit", More: 3, Folders: []testreport.Folder{{Name: "shop", Covered: 90, Total: 100}, {Name: "shop/" + longName, Covered: 0, Total: 41}, {Name: "shop/cart", Covered: 712, Total: 860}}}
	for i, covered := range []int64{702, 702, 731, 744, 760, 751, 802} {
		m.Points = append(m.Points, testreport.Point{On: strings.Repeat("9f2c81d0", 2), Commit: strings.Repeat("80a166651e", 4), Covered: covered, Total: 1001, At: ago(time.Duration(8-i) * 20 * time.Hour)})
	}
	least, fell := check.Coverage(751), check.Coverage(900)
	waiver := check.Waiver{Rule: "coverage/browser", Reason: "the old pages go in March", Owner: "group/platform", Expires: noon.AddDate(0, 0, 12)}
	c.Checks = []standards.CoverageLine{
		{Measured: testreport.Measured{Check: "browser", Points: m.Points[:1]}, Tenths: 701, Least: &fell, Verdict: prentice.Fail, Waiver: &waiver},
		{Measured: m, Tenths: 801, Least: &least, Verdict: prentice.Pass},
	}
	return c
}
