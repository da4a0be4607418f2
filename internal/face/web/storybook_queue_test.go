package web

import (
	"context"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/forge"
	"prentice/internal/engine/queue"
	"prentice/internal/op"
	"prentice/internal/skill/codecontrol"
)

var queueStories = []story{
	{name: "queue", path: "/repositories/shop/queue", who: "olga"},
	{name: "queue-empty", path: "/repositories/new/queue", who: "vera"},
	{name: "team", path: "/team", who: "vera"},
	{name: "forge", path: "/repositories/shop/forge", who: "olga"},
	{name: "forge-new", path: "/repositories/new/forge", who: "vera"},
}

func queueOps(bool) []op.Op {
	return []op.Op{
		op.New("queue.show", prentice.Look, prentice.Viewer, "Show what waits to land.", func(_ context.Context, _ op.Call, in codecontrol.QueueIn) (codecontrol.QueueShown, error) {
			return shownQueue(in.Name), nil
		}),
		op.New("team.show", prentice.Look, prentice.Viewer, "Say where the team's files are from.", func(context.Context, op.Call, struct{}) (codecontrol.TeamNow, error) {
			now := codecontrol.TeamCommit{Number: 2, Repository: "config", Branch: "main", Commit: strings.Repeat("9f2c81d0", 5), At: noon, Change: "change/41", By: "person/olga", Says: longName, Folder: "/etc/prentice/team"}
			first := codecontrol.TeamCommit{Number: 1, Repository: "config", Branch: "main", Commit: strings.Repeat("80a16665", 5), At: noon.Add(-time.Hour), By: "person/olga", Says: "as they were in the folder: changes are reviewed", Folder: "/etc/prentice/team"}
			return codecontrol.TeamNow{Repository: "config", Branch: "main", Folder: "/etc/prentice/team", InForce: &now, HTTP: "https://prentice.example.org/git/config.git", Past: []codecontrol.TeamCommit{first}}, nil
		}),
		op.New("forge.show", prentice.Look, prentice.Viewer, "Show a repository on a forge.", func(_ context.Context, _ op.Call, in codecontrol.ShowForgeIn) (codecontrol.ForgeShown, error) {
			return shownForge(in.Name), nil
		}),
		op.New("forge.ask", prentice.Change, prentice.Operator, "Ask a forge now.", func(context.Context, op.Call, codecontrol.ShowForgeIn) (codecontrol.Asking, error) {
			return codecontrol.Asking{}, nil
		}),
	}
}

func shownForge(name string) codecontrol.ForgeShown {
	f := codecontrol.ForgeShown{ForgeLine: codecontrol.ForgeLine{Repository: prentice.NewRef("repository", name), Kind: forge.Gitea, Address: "https://git.example.org", Project: "team/" + name, Branch: "main", State: "new"},
		Clone: "https://git.example.org/team/" + name + ".git", Secret: "forge-token", Pulls: []codecontrol.PullLine{}, Past: []codecontrol.Bypass{}, Weaker: forge.Weaker("main")}
	if name == "new" {
		return f
	}
	f.State, f.Says, f.Asked, f.Again = "failing", "https://git.example.org answers 503: it is asked again in a while", noon.Add(-4*time.Minute), noon.Add(2*time.Minute)
	page := "https://git.example.org/team/shop/pulls/12"
	f.Pulls = []codecontrol.PullLine{
		{Pull: 14, Title: "half of a feature", Author: "ben", Open: true, Says: "it is for next, which is not protected here: protect it: prentice branch protect shop next", Page: page},
		{Pull: 13, Title: longName, Author: "a-stranger", Fork: true, Open: true, Change: "change/44", Page: page},
		{Pull: 12, Title: "basket: an item is counted once", Author: "ann", Open: true, Change: "change/41", Page: page},
		{Pull: 9, Title: "round as the bank does", Author: "ann", Change: "change/38", Page: page},
	}
	f.Past = []codecontrol.Bypass{{At: noon.Add(-time.Hour), Branch: "main", From: strings.Repeat("80a166651e", 4), To: strings.Repeat("9f2c81d0", 5)}, {At: noon.Add(-30 * time.Hour), Branch: "main", From: strings.Repeat("1b", 20), To: strings.Repeat("2c", 20), Rewritten: true}}
	f.Open, f.Bypassed = 3, 2
	return f
}

func shownQueue(name string) codecontrol.QueueShown {
	q := codecontrol.QueueShown{Repository: name, Branch: "main", Entries: []codecontrol.EntryLine{}, Builds: []codecontrol.BuildLine{}, Past: []codecontrol.Gone{}, Now: noon}
	if name == "new" {
		return q
	}
	q.Tip, q.Typical = strings.Repeat("9f2c81d0", 5), "4m10s"
	entry := func(place int, change prentice.Ref, title, state, why string, likely time.Duration) {
		e := codecontrol.EntryLine{Place: place, Change: change, PatchSet: 2, Title: title, State: state, Why: why, Since: noon.Add(-9 * time.Minute), By: "person/olga"}
		if likely > 0 {
			e.Likely = noon.Add(likely)
		}
		q.Entries = append(q.Entries, e)
	}
	entry(1, "change/41", "basket: an item is counted once", queue.Checking, "checked together with 1 other, attempt 1", 3*time.Minute)
	entry(2, "change/43", "say which card was refused", queue.Checking, "checked together with 1 other, attempt 1", 3*time.Minute)
	entry(3, "change/44", longName, queue.Waiting, "it is in the next build", 7*time.Minute)
	entry(0, "change/40", "prices are in cents", queue.SetAside, "it failed on the branch (3 of 3 attempts): which set of changes fails is being found out, and others go on without it", 0)
	entry(0, "change/42", "rename the basket", queue.Held, `it conflicts with a change before it in "basket/count.go"`, 0)
	build := func(onTip bool, state string, changes ...int64) {
		q.Builds = append(q.Builds, codecontrol.BuildLine{OnTip: onTip, Commit: strings.Repeat("80a166651e", 4), State: state, Changes: changes, Attempts: []queue.Attempt{{Check: 12, Began: noon}}})
	}
	build(true, "failed", 41)
	build(true, queue.Checking, 41, 43)
	build(false, "passed", 38, 40)
	build(false, queue.Checking, 38, 39, 40)
	gone := func(change int64, title, what, says string, flaky bool) {
		q.Past = append(q.Past, codecontrol.Gone{Change: change, PatchSet: 1, Title: title, What: what, Says: says, At: noon.Add(-time.Hour), Since: noon.Add(-2 * time.Hour), Flaky: flaky})
	}
	gone(39, "read the rate of exchange once", codecontrol.WasLanded, "", true)
	gone(38, "round as the bank does", codecontrol.WasLanded, "", false)
	gone(36, "a new form of the receipt", codecontrol.WasEjected, "it fails together with change/35, which landed before it: each passes without the other, and the two failed each time", false)
	gone(34, "half of a feature", codecontrol.WasRemoved, "person/olga took it out: it waits for the other team", false)
	return q
}
