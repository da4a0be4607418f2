package boot

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/git"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/queue"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
	"prentice/internal/skill/codecontrol"
)

// branch is a repository with changes that can be queued, checks whose verdicts are said
// by what is in the tree, and what changes and checks remember when prentice is ended.
type branch struct {
	t      *testing.T
	dir    string // of bare repositories
	db     *db.DB
	mu     sync.Mutex
	ready  map[int64]*codecontrol.Ready
	seen   map[int64]string // what became of each change
	runs   []string         // commits that were checked
	chance func(commit string, nth int) (fails bool)
	saw    func(moment string)
	notes  []string
	sent   []string
	attest func([]byte) []byte
}

func command(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// newBranch is a repository shop, with a change for each text of files "a=1 b=2".
func newBranch(t *testing.T, d *db.DB, repositories ...string) *branch {
	t.Helper()
	b := &branch{t: t, dir: t.TempDir(), db: d, ready: map[int64]*codecontrol.Ready{}, seen: map[int64]string{}}
	for _, sk := range tables() {
		if sk.name == "codecontrol" {
			if err := d.Migrate(t.Context(), sk.name, sk.files); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range repositories {
		work := b.work(name)
		command(t, b.dir, "init", "-q", name)
		write(t, work, "README=read me")
		command(t, work, "commit", "-qam", "first")
		command(t, b.dir, "clone", "-q", "--bare", name, name+".git")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO code_repository (name, title, branch, state, made, made_by, source, bundle, until, pushed) VALUES (?, '', 'main', 'active', 1, 'user/ann', '', '', 0, 0)`, name)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func (b *branch) work(name string) string { return filepath.Join(b.dir, name) }

func write(t *testing.T, dir string, files ...string) {
	t.Helper()
	for _, f := range files {
		name, text, _ := strings.Cut(f, "=")
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command(t, dir, "add", "-A")
}

// change proposes files for a repository.
func (b *branch) change(number int64, repository string, files ...string) {
	b.t.Helper()
	work := b.work(repository)
	command(b.t, work, "checkout", "-q", "-B", "work", "main")
	write(b.t, work, files...)
	command(b.t, work, "commit", "-qm", fmt.Sprintf("change %d", number))
	head := command(b.t, work, "rev-parse", "HEAD")
	command(b.t, work, "push", "-q", "../"+repository+".git", fmt.Sprintf("HEAD:refs/changes/%d/1", number))
	b.ready[number] = &codecontrol.Ready{Number: number, PatchSet: 1, Repository: repository, Branch: "main", Title: fmt.Sprintf("change %d", number), Message: "change", Base: command(b.t, work, "rev-parse", "main"), Head: head, Reviewers: []prentice.Ref{"user/bob"}}
}

// desk is prentice as it begins.
func (b *branch) desk() *codecontrol.Desk {
	return codecontrol.New(b.deps()).Self.(*codecontrol.Desk)
}

func (b *branch) deps() codecontrol.Deps {
	return codecontrol.Deps{DB: b.db, Host: nowhere{}, Log: slog.New(slog.DiscardHandler), Queue: codecontrol.Queue{
		Open: func(ctx context.Context, name string) (codecontrol.Git, error) {
			return git.Below(ctx, b.dir, name+".git")
		},
		Checks: func() codecontrol.Checks { return b }, Changes: b, Attest: b.attest,
		Bill: func(_ context.Context, _, commit string) ([]byte, error) { return []byte("of " + commit), nil },
		Record: func(_ *db.Tx, _ time.Time, notes ...prentice.Note) error {
			for _, n := range notes {
				b.notes = append(b.notes, n.Kind)
			}
			return nil
		},
		Tell: func(_ *db.Tx, e prentice.Event) error {
			b.sent = append(b.sent, e.Type+" "+string(e.Subject))
			return nil
		},
		Saw: func(moment string) {
			if b.saw != nil {
				b.saw(moment)
			}
		},
	}}
}

type nowhere struct{ codecontrol.Host }

func (b *branch) Ready(_ context.Context, n int64) (codecontrol.Ready, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r := b.ready[n]; r != nil {
		return *r, nil
	}
	return codecontrol.Ready{}, nil
}

func (b *branch) Queued(_ context.Context, n int64, _ int, _ prentice.Actor) error {
	return b.became(n, "queued")
}

func (b *branch) Returned(_ context.Context, n int64, why string) error { return b.became(n, why) }

func (b *branch) Landed(_ context.Context, n int64, _ int, commit string) error {
	return b.became(n, "landed "+commit)
}

func (b *branch) became(n int64, what string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen[n] = what
	return nil
}

func (b *branch) Ask(_ context.Context, of prentice.Ref, commit string, _ bool, _ prentice.Ref) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.runs = append(b.runs, of.Name()+" "+commit)
	return int64(len(b.runs)), nil
}

// red says whether a tree is broken: it has the file bad, or both one and two.
func (b *branch) red(repository, commit string) bool {
	files := strings.Fields(command(b.t, b.work(repository)+".git", "ls-tree", "--name-only", commit))
	return slices.Contains(files, "bad") || slices.Contains(files, "one") && slices.Contains(files, "two")
}

func (b *branch) Judged(_ context.Context, n int64) (bool, prentice.Truth, string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	repository, commit, _ := strings.Cut(b.runs[n-1], " ")
	nth := 0
	for _, run := range b.runs[:n] {
		if run == b.runs[n-1] {
			nth++
		}
	}
	if b.red(repository, commit) || b.chance != nil && b.chance(commit, nth) {
		return true, prentice.Fail, "it fails", nil
	}
	return true, prentice.Pass, "it passes", nil
}

func (b *branch) MayLand(_ context.Context, of prentice.Ref, commit string) (claims.Answer, string, error) {
	if b.red(of.Name(), commit) {
		return claims.Answer{May: prentice.Fail}, "", nil
	}
	return claims.Answer{May: prentice.Pass, Held: []claims.Need{{Claim: "checks/test", Truth: prentice.Pass, Blocks: true}}}, "sha256:1", nil
}

func (b *branch) add(numbers ...string) {
	b.t.Helper()
	k := b.desk()
	for _, n := range numbers {
		first, with, _ := strings.Cut(n, "+")
		in := codecontrol.AddIn{Change: first, Method: "merge"}
		if with != "" {
			in.With = []string{with}
		}
		if _, err := k.QueueAdd(b.t.Context(), op.Call{Actor: prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Operator}, Now: time.Now()}, in); err != nil {
			b.t.Fatal(err)
		}
	}
}

// settle lets the queue work until nothing waits.
func (b *branch) settle(k *codecontrol.Desk) {
	b.t.Helper()
	for range 200 {
		if err := k.TurnQueues(b.t.Context()); err != nil && prentice.KindOf(err) != prentice.Conflict {
			b.t.Fatal(err)
		}
		if b.settled() {
			return
		}
	}
	b.t.Fatalf("it does not settle: %v", b.seen)
}

func (b *branch) settled() bool {
	for n := range b.ready {
		if b.seen[n] == "queued" {
			return false
		}
	}
	var open int
	if err := b.db.QueryRow(b.t.Context(), `SELECT COUNT(*) FROM code_queue_landing WHERE state = 'intended'`, nil, &open); err != nil {
		b.t.Fatal(err)
	}
	return open == 0
}

// history is every commit at which main was, by its first parents.
func (b *branch) tip(repository string) string {
	return command(b.t, b.work(repository)+".git", "rev-parse", "refs/heads/main")
}

func (b *branch) files(repository string) string {
	return strings.ReplaceAll(command(b.t, b.work(repository)+".git", "ls-tree", "--name-only", "main"), "\n", " ")
}

func TestTwoThatFailTogetherAreNamedAndTheLaterLeaves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBranch(t, d, "shop")
		b.change(1, "shop", "one=1")
		b.change(2, "shop", "three=3")
		b.change(3, "shop", "two=2")
		b.change(4, "shop", "four=4")
		b.change(5, "shop", "bad=5")
		b.change(6, "shop", "README=six")
		b.change(7, "shop", "README=seven")
		b.add("1", "2", "3", "4", "5", "6", "7")
		b.settle(b.desk())
		if got := b.files("shop"); got != "README four one three" {
			t.Errorf("main has %s", got)
		}
		for n, want := range map[int64]string{3: "it fails together with change/1, which landed before it", 5: "it fails alone", 7: `it conflicts with the branch in "README"`} {
			if !strings.HasPrefix(b.seen[n], want) {
				t.Errorf("change %d: %s", n, b.seen[n])
			}
		}
		if !slices.Contains(b.sent, "change.landed change/4") {
			t.Errorf("told: %q", b.sent)
		}
	})
}

func TestWhatFailedByChanceLandsAndIsCalledFlaky(t *testing.T) {
	b := newBranch(t, dbtest.SQLite(t), "shop")
	b.change(1, "shop", "one=1")
	b.change(2, "shop", "three=3")
	b.chance = func(_ string, nth int) bool { return nth == 1 }
	b.add("1", "2")
	b.settle(b.desk())
	if got := b.files("shop"); got != "README one three" {
		t.Errorf("main has %s, %v", got, b.seen)
	}
	var body string
	if err := b.db.QueryRow(t.Context(), `SELECT body FROM code_queue_past WHERE change = 2`, nil, &body); err != nil || !strings.Contains(body, `"flaky":true`) {
		t.Errorf("%s, %v", body, err)
	}
}

func TestNoLandingIsLostOrHalfDoneWhereverPrenticeIsEnded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		moments := 0
		for n := 1; ; n++ {
			reached, crashed := n, false
			for _, table := range []string{"code_queue_lane", "code_queue_landing", "code_queue_past", "code_repository"} {
				if has, _ := d.HasTable(t.Context(), table); has {
					if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(`DELETE FROM ` + table); return err }); err != nil {
						t.Fatal(err)
					}
				}
			}
			b := newBranch(t, d, "shop", "depot")
			b.change(1, "shop", "one=1")
			b.change(2, "shop", "three=3")
			b.change(3, "depot", "dock=1")
			b.add("1", "2+3")
			main := map[string]string{}
			b.saw = func(moment string) {
				for _, r := range []string{"shop", "depot"} {
					if b.red(r, "main") {
						t.Errorf("%s is broken %s", r, moment)
					}
				}
				if reached--; reached == 0 {
					crashed = true
					panic("ended " + moment)
				}
			}
			func() {
				defer func() {
					if r := recover(); r != nil && !strings.HasPrefix(fmt.Sprint(r), "ended ") {
						panic(r)
					}
				}()
				b.settle(b.desk())
			}()
			if !crashed {
				break
			}
			moments++
			b.saw = nil
			b.settle(b.desk()) // another process takes up what the first had begun
			for _, r := range []string{"shop", "depot"} {
				main[r] = b.files(r)
			}
			if main["shop"] != "README one three" || main["depot"] != "README dock" {
				t.Fatalf("ended at moment %d: %v, %v", n, main, b.seen)
			}
			var past, open int
			if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM code_queue_past WHERE what = 'landed'`, nil, &past); err != nil {
				t.Fatal(err)
			}
			if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM code_queue_landing WHERE state <> 'done'`, nil, &open); err != nil {
				t.Fatal(err)
			}
			if past != 3 || open != 0 {
				t.Fatalf("ended at moment %d: %d landed, %d landings are open", n, past, open)
			}
			if merges := command(t, b.work("shop")+".git", "rev-list", "--count", "--merges", "main"); merges != "2" {
				t.Fatalf("ended at moment %d: %s merges", n, merges)
			}
			slices.Sort(b.sent)
			if want := []string{"change.landed change/1", "change.landed change/2", "change.landed change/3"}; !slices.Equal(b.sent, want) {
				t.Fatalf("ended at moment %d: told %q", n, b.sent)
			}
		}
		t.Logf("ended at each of %d moments of the landings", moments)
		if moments < 10 {
			t.Errorf("only %d moments", moments)
		}
	})
}

// wrong is a git that merges another change than the one that it was asked for.
type wrong struct {
	codecontrol.Git
	head string
}

func (w wrong) Onto(ctx context.Context, tip string, p queue.Proposed) (queue.Merged, error) {
	p.Head = w.head
	return w.Git.Onto(ctx, tip, p)
}

func TestAStepThatTouchesWhatItsChangeDoesNotLandsNothing(t *testing.T) {
	b := newBranch(t, dbtest.SQLite(t), "shop")
	b.change(1, "shop", "one=1")
	b.change(2, "shop", "three=3")
	b.add("1")
	before := b.tip("shop")
	d := b.deps()
	open := d.Queue.Open
	d.Queue.Open = func(ctx context.Context, name string) (codecontrol.Git, error) {
		w, err := open(ctx, name)
		return wrong{w, b.ready[2].Head}, err
	}
	k := codecontrol.New(d).Self.(*codecontrol.Desk)
	var err error
	for range 5 {
		if err = k.TurnQueues(t.Context()); err != nil {
			break
		}
	}
	if prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), `would touch "three"`) || b.tip("shop") != before {
		t.Errorf("main moved from %s to %s: %v", before, b.tip("shop"), err)
	}
}

func TestAQueueThatCannotBeReadStopsNoOther(t *testing.T) {
	b := newBranch(t, dbtest.SQLite(t), "aaa", "shop")
	b.change(1, "aaa", "one=1")
	b.change(2, "shop", "one=1")
	b.change(3, "shop", "three=3")
	b.change(4, "aaa", "four=4")
	b.add("1", "2", "3+4")
	if err := os.Rename(b.work("aaa")+".git", b.work("gone")); err != nil {
		t.Fatal(err)
	}
	k := b.desk()
	var err error
	for range 20 {
		err = k.TurnQueues(t.Context())
	}
	if err == nil || !strings.Contains(err.Error(), "the queue of aaa:main") {
		t.Errorf("it says %v", err)
	}
	if got := b.files("shop"); got != "README one" || b.seen[3] != "queued" {
		t.Errorf("shop has %s, and what lands with a change of aaa is %s", got, b.seen[3])
	}
}

func TestAChangeLeavesTheQueueWithTheOneThatItStandsOn(t *testing.T) {
	b := newBranch(t, dbtest.SQLite(t), "shop")
	b.change(1, "shop", "one=1")
	b.change(2, "shop", "three=3")
	b.ready[2].Below = 1
	b.add("1", "2")
	delete(b.ready, 1) // it is abandoned
	k := b.desk()
	for range 10 {
		if err := k.TurnQueues(t.Context()); err != nil && prentice.KindOf(err) != prentice.Conflict {
			t.Fatal(err)
		}
	}
	if got := b.files("shop"); got != "README" || !strings.HasPrefix(b.seen[2], "it stands on change/1") {
		t.Errorf("shop has %s, and the change above %s", got, b.seen[2])
	}
}
