package boot

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	forgehttp "prentice/internal/adapter/forge"
	"prentice/internal/adapter/forge/forgetest"
	"prentice/internal/adapter/git"
	"prentice/internal/adapter/githost"
	"prentice/internal/engine/change"
	"prentice/internal/engine/forge"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/kit/needtest"
	"prentice/internal/op"
	"prentice/internal/skill/codecontrol"
)

// gatedFar is a repository on a forge that is gated here, with what is real of all of it but
// the checks.
type gatedFar struct {
	*branch
	far   *forgetest.Server
	clone string
	store *change.Store
	now   time.Time
}

var forgeTables = []string{"code_forge", "code_forge_pull", "code_change", "code_patch_set", "code_vote", "code_queue_lane", "code_queue_landing", "code_queue_past", "code_repository"}

func newGated(t *testing.T, d *db.DB, kind forge.Kind) *gatedFar {
	t.Helper()
	needtest.Program(t, "git")
	b := newBranch(t, d)
	for _, sk := range tables() {
		if sk.name == "change" {
			if err := d.Migrate(t.Context(), sk.name, sk.files); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, table := range forgeTables {
		if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(`DELETE FROM ` + table); return err }); err != nil {
			t.Fatal(err)
		}
	}
	far, err := forgetest.New(kind, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(far.Close)
	g := &gatedFar{branch: b, far: far, clone: t.TempDir(), store: &change.Store{DB: d}, now: time.Now()}
	command(t, g.clone, "init", "-q", "-b", "main")
	write(t, g.clone, "README=read me")
	command(t, g.clone, "commit", "-qm", "first")
	command(t, g.clone, "push", "-q", far.Dir, "main")
	in := codecontrol.AddForgeIn{Name: "shop", Kind: string(kind), Address: far.URL, Project: forgetest.Project, Token: "token", Branch: "main"}
	g.as(g.desk(), "forge.add", in)
	return g
}

// desk is prentice as it begins.
func (g *gatedFar) desk() *codecontrol.Desk {
	return codecontrol.New(g.deps()).Self.(*codecontrol.Desk)
}

func (g *gatedFar) deps() codecontrol.Deps {
	deps := g.branch.deps()
	deps.Host = githost.New(g.dir, filepath.Join(g.dir, ".own"))
	deps.Clock = func() time.Time { return g.now }
	deps.Queue.Changes = nil
	deps.Secret = func(context.Context, string) (string, error) { return forgetest.Token, nil }
	deps.Forges = codecontrol.Forges{Open: func(p forge.Place, token string) (codecontrol.Forge, error) { return forgehttp.Open(p, token) }, Page: func(path string) string { return "https://prentice.example.org" + path }}
	deps.Review = codecontrol.Review{Changes: g.store,
		Open: func(ctx context.Context, name string) (codecontrol.Code, error) {
			return git.Below(ctx, g.dir, name+".git")
		},
		Members: func(context.Context, string) ([]codecontrol.Member, error) {
			return []codecontrol.Member{{Person: "person/ann", Approves: true}, {Person: "person/bob", Approves: true}}, nil
		}}
	return deps
}

// as asks for an operation.
func (g *gatedFar) as(k *codecontrol.Desk, name string, in any) any {
	g.t.Helper()
	for _, o := range codecontrol.New(k.Deps).Ops {
		if o.Name == name {
			out, err := o.Do(g.t.Context(), op.Call{Actor: prentice.Actor{Kind: prentice.Person, Name: "bob", Role: prentice.Owner}, Now: g.now}, in)
			if err != nil {
				g.t.Fatalf("%s: %v", name, err)
			}
			return out
		}
	}
	g.t.Fatalf("there is no %s", name)
	return nil
}

// propose pushes a branch with files, and opens a pull request of it.
func (g *gatedFar) propose(source, title string, files ...string) int64 {
	g.t.Helper()
	branch := strings.TrimPrefix(source, "fork:")
	command(g.t, g.clone, "checkout", "-q", "-B", branch, "main")
	g.pushed(branch, files...)
	n, err := g.far.Propose(source, title, "", "zoe")
	if err != nil {
		g.t.Fatal(err)
	}
	return n
}

func (g *gatedFar) pushed(branch string, files ...string) {
	g.t.Helper()
	write(g.t, g.clone, files...)
	command(g.t, g.clone, "-c", "user.email=zoe@example.org", "commit", "-qm", "work")
	command(g.t, g.clone, "push", "-q", "-f", g.far.Dir, branch)
}

// turn lets a minute pass, and forges be asked.
func (g *gatedFar) turn(k *codecontrol.Desk) {
	g.t.Helper()
	g.now = g.now.Add(20 * time.Minute)
	if err := k.TurnForges(g.t.Context()); err != nil {
		g.t.Fatal(err)
	}
}

func (g *gatedFar) state(n int64) change.Change {
	g.t.Helper()
	c, err := g.store.Find(g.t.Context(), n)
	if err != nil {
		g.t.Fatal(err)
	}
	return c
}

func (g *gatedFar) approve(n int64) {
	g.t.Helper()
	bob := prentice.Actor{Kind: prentice.Person, Name: "bob", Role: prentice.Approver}
	if _, err := g.store.Say(g.t.Context(), g.now, n, bob, change.Vote{Yes: true}, func(prentice.Ref) []string { return nil }); err != nil {
		g.t.Fatal(err)
	}
}

func (g *gatedFar) queue(k *codecontrol.Desk, n int64) {
	g.t.Helper()
	if _, err := k.QueueAdd(g.t.Context(), op.Call{Actor: prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Operator}, Now: g.now}, codecontrol.AddIn{Change: fmt.Sprint(n), Method: "merge"}); err != nil {
		g.t.Fatal(err)
	}
}

// ours are the comments of prentice in a pull request.
func (g *gatedFar) ours(n int64) (list []string) {
	for _, c := range g.far.Comments(n) {
		if c.Author == forgetest.Bot {
			list = append(list, c.Text)
		}
	}
	return list
}

// first is the number of the first change that is there: numbers go on from test to test.
func (g *gatedFar) first() int64 {
	g.t.Helper()
	list, err := g.store.List(g.t.Context(), change.Filter{Repository: "shop"})
	if err != nil || len(list) == 0 {
		g.t.Fatal(list, err)
	}
	return list[len(list)-1].Number
}

// asAProcess runs something that may end as a process does, in the middle.
func asAProcess(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	<-done
}

func TestWhereverPrenticeIsEndedAForgeHasOneCommentAndWhatWasChecked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		step := 1
		if d.Postgres() { // what it does is the same, and each process is not
			step = 4
		}
		for n := 1; ; n += step {
			g := newGated(t, d, forge.Gitea)
			left, ended := n, ""
			g.saw = func(moment string) {
				if left--; left == 0 {
					ended = moment
					runtime.Goexit()
				}
			}
			pull := g.propose("one", "add one", "one=1")
			for range 6 { // each is a process that begins
				k := g.desk()
				g.turn(k)
				if list, err := g.store.List(t.Context(), change.Filter{Repository: "shop", State: change.Open}); err == nil && len(list) == 1 {
					if votes, err := g.store.Votes(t.Context(), list[0].Number); err == nil && len(votes) == 0 {
						g.approve(list[0].Number)
					}
					g.queue(k, list[0].Number)
				}
				if list := g.ours(pull); g.far.Pull(pull).Merged && len(list) == 1 && strings.Contains(list[0], "has landed") {
					break
				}
				for range 4 {
					asAProcess(func() {
						if err := k.TurnQueues(t.Context()); err != nil {
							t.Log(err)
						}
					})
				}
			}
			c := g.state(g.first())
			main := g.far.At("refs/heads/main")
			if c.State != change.Landed || c.Landed != main || g.tip("shop") != main || !g.far.Pull(pull).Merged {
				t.Errorf("ended %s: %s as %.12s, main is %.12s there and %.12s here, %+v", ended, c.State, c.Landed, main, g.tip("shop"), g.far.Pull(pull))
			}
			if list := g.ours(pull); len(list) != 1 || !strings.Contains(list[0], "has landed") {
				t.Errorf("ended %s: %q", ended, list)
			}
			if slices.Contains(g.notes, "branch.bypassed") {
				t.Errorf("ended %s: what the queue landed is called past the queue", ended)
			}
			for _, fault := range g.far.Faults() {
				t.Error(fault)
			}
			if ended == "" {
				if n < 8 {
					t.Errorf("only %d moments", n)
				}
				return
			}
			if t.Failed() {
				return
			}
		}
	})
}

func TestAPullRequestThatLandsWhileItIsToldOfAsQueuedIsToldOfAsLanded(t *testing.T) {
	g := newGated(t, dbtest.SQLite(t), forge.Gitea)
	pull := g.propose("one", "add one", "one=1")
	k := g.desk()
	g.turn(k)
	n := g.first()
	g.approve(n)
	g.queue(k, n)
	landing := false
	g.saw = func(moment string) {
		if landing || !strings.HasPrefix(moment, "between the statuses") {
			return
		}
		landing = true
		other := g.desk()
		for range 4 {
			if err := other.TurnQueues(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
	g.turn(k)
	if g.state(n).State != change.Landed {
		t.Fatalf("it has not landed meanwhile: %+v", g.state(n))
	}
	g.turn(k)
	if list := g.ours(pull); len(list) != 1 || !strings.Contains(list[0], "has landed") || !g.far.Pull(pull).Merged {
		t.Errorf("%q, %+v", list, g.far.Pull(pull))
	}
}

func TestWhatIsNotThereAsItWasQueuedDoesNotLand(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(g *gatedFar)
	}{
		{"it was force-pushed", func(g *gatedFar) {
			command(g.t, g.clone, "reset", "-q", "--hard", "main")
			g.pushed("one", "evil=1")
		}},
		{"it was closed", func(g *gatedFar) { g.far.Turn(1, false, false) }},
		{"the forge is away", func(g *gatedFar) { g.ill(forgetest.Ill{Code: 503}) }},
		{"the token is refused", func(g *gatedFar) { g.ill(forgetest.Ill{Code: 401}) }},
		{"the forge takes no push", func(g *gatedFar) { g.ill(forgetest.Ill{Pushes: true}) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGated(t, dbtest.SQLite(t), forge.GitHub)
			g.propose("one", "add one", "one=1")
			k := g.desk()
			g.turn(k)
			n := g.first()
			g.approve(n)
			g.queue(k, n)
			c.do(g) // after it was queued, and before a forge is asked again
			before := g.far.At("refs/heads/main")
			for range 6 {
				k.TurnQueues(t.Context()) //nolint:errcheck // it may say what is wrong
			}
			if main := g.far.At("refs/heads/main"); main != before || g.tip("shop") != before || g.state(n).State == change.Landed {
				t.Errorf("it landed: %+v", g.state(n))
			}
			var open int
			if err := g.db.QueryRow(t.Context(), `SELECT COUNT(*) FROM code_queue_landing WHERE state = 'intended'`, nil, &open); err != nil || open != 0 {
				t.Errorf("%d landings are open: %v", open, err)
			}
		})
	}
}

func (g *gatedFar) ill(ill forgetest.Ill) {
	g.t.Helper()
	if err := g.far.Fall(ill); err != nil {
		g.t.Fatal(err)
	}
}

func TestPastTheQueueIsToldOnceAndWhatTheQueueDidNever(t *testing.T) {
	g := newGated(t, dbtest.SQLite(t), forge.GitLab)
	g.propose("one", "add one", "one=1")
	k := g.desk()
	g.turn(k)
	n := g.first()
	g.approve(n)
	g.queue(k, n)
	for range 4 {
		if err := k.TurnQueues(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	g.turn(k)
	if g.state(n).State != change.Landed || slices.Contains(g.notes, "branch.bypassed") {
		t.Fatalf("%+v %v", g.state(n), g.notes)
	}
	command(t, g.clone, "fetch", "-q", g.far.Dir, "main")
	command(t, g.clone, "checkout", "-q", "-B", "main", "FETCH_HEAD")
	g.pushed("main", "quick=1")
	g.turn(k)
	g.turn(k)
	command(t, g.clone, "reset", "-q", "--hard", "HEAD~2")
	g.pushed("main", "other=1")
	g.turn(k)
	shown := g.as(k, "forge.show", codecontrol.ShowForgeIn{Name: "shop"}).(codecontrol.ForgeShown)
	if len(shown.Past) != 2 || shown.Past[1].Rewritten || !shown.Past[0].Rewritten {
		t.Errorf("%+v", shown.Past)
	}
	count := 0
	for _, one := range g.sent {
		if one == "branch.bypassed repository/shop" {
			count++
		}
	}
	if count != 2 {
		t.Errorf("it was told %d times", count)
	}
}

func TestAYesOutlastsACleanRebaseOfAllCommitsOfAPullRequestAndNothingElse(t *testing.T) {
	g := newGated(t, dbtest.SQLite(t), forge.Gitea)
	g.propose("one", "add one", "one=1")
	g.pushed("one", "two=2")
	k := g.desk()
	g.turn(k)
	n := g.first()
	set := func() change.PatchSet {
		t.Helper()
		sets, err := g.store.Sets(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		return sets[len(sets)-1]
	}
	command(t, g.clone, "checkout", "-q", "main")
	g.pushed("main", "more=1")
	command(t, g.clone, "checkout", "-q", "one")
	command(t, g.clone, "rebase", "-q", "main")
	command(t, g.clone, "push", "-q", "-f", g.far.Dir, "one")
	g.turn(k)
	if got := set(); got.Number != 2 || got.What != change.Rebased || !slices.Contains(got.Addresses, "zoe@example.org") {
		t.Errorf("%+v", got)
	}
	// The last commit is as it was, and the one below it has another content.
	command(t, g.clone, "reset", "-q", "--hard", "main")
	write(t, g.clone, "one=evil")
	command(t, g.clone, "commit", "-qm", "work")
	g.pushed("one", "two=2")
	g.turn(k)
	if got := set(); got.Number != 3 || got.What != change.New {
		t.Errorf("%+v", got)
	}
	if title := g.propose("fork:other", "add one", "other=1"); title == 0 { // of the same title, by the same hand
		t.Fatal()
	}
	g.turn(k)
	if list, err := g.store.List(t.Context(), change.Filter{Repository: "shop"}); err != nil || len(list) != 2 {
		t.Errorf("%v %v", list, err)
	}
}
