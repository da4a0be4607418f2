package standards

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
	"prentice/internal/team"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// mirror is a bare repository in memory: the files of each commit, and from where in the
// branch it began.
type mirror struct {
	*repo
	mu      sync.Mutex // guards the rest
	commits map[string]map[string]string
	tip     string
	from    map[string]string
	gone    error
}

func (m *mirror) Commit(_ context.Context, name string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if name == "refs/heads/main" {
		name = m.tip
	}
	if m.commits[name] == nil {
		return "", prentice.Errorf(prentice.NotFound, "the repository has no commit %q", name)
	}
	return name, nil
}

func (m *mirror) At(_ context.Context, id string) (*check.Tree, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return check.Example{Files: m.commits[id]}.Tree(), nil
}

func (m *mirror) Base(_ context.Context, branch, head string) (string, string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if from := m.from[head]; from != "" {
		return branch, from, nil
	}
	return "", "", prentice.Errorf(prentice.Unavailable, "the change and %s have no commit in common", branch)
}

func (*repo) Past(context.Context, string) (*check.Past, error) {
	return &check.Past{Each: func(context.Context, func(string, string) bool, func(check.Added)) error { return nil }}, nil
}

func (m *mirror) move(id, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.commits[id], m.tip = map[string]string{"a.txt": text}, id
}

// world is a desk with one repository, and the time that it has.
type world struct {
	*worker
	mirror *mirror
	asked  atomic.Int64 // how many trees were judged
	now    atomic.Int64
	list   *team.Catalog
}

func newWorld(t *testing.T, d *db.DB, list ...string) *world {
	t.Helper()
	w := &world{mirror: &mirror{repo: &repo{}, commits: map[string]map[string]string{}, from: map[string]string{}}}
	w.now.Store(noon.UnixNano())
	w.list = &team.Catalog{Repositories: []team.Repository{{Ref: "repository/shop", Title: "Shop", Owner: "group/platform", Git: "shop.git", Branch: "main"}}}
	for owner, files := range map[string]fs.FS{"claims": claims.Schema(), "standards": db.Under(pages, "schema")} {
		if err := d.Migrate(t.Context(), owner, files); err != nil {
			t.Fatal(err)
		}
	}
	kind := words(list...)
	judge := kind.Check
	kind.Check = func(ctx context.Context, t *check.Tree, rules []check.Rule) ([]check.Outcome, error) {
		w.asked.Add(1)
		return judge(ctx, t, rules)
	}
	w.worker = newDesk(Deps{Kinds: func() []check.Kind { return []check.Kind{kind} }, Clock: func() time.Time { return time.Unix(0, w.now.Load()).UTC() },
		Server: &Server{DB: d, Catalog: func() *team.Catalog { return w.list }, Claims: &claims.Store{DB: d}, Log: slog.New(slog.DiscardHandler),
			Below: func(context.Context, string) (Repository, error) { return w.mirror, w.mirror.gone }}}).worker(quickLane)
	return w
}

func (w *world) pass(d time.Duration) { w.now.Add(int64(d)) }

// work is what the desk does in one turn, as a process that has just begun.
func (w *world) work(t *testing.T) {
	t.Helper()
	for _, in := range []lane{quickLane, slowLane} {
		if err := w.Desk.worker(in).turn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) call() op.Call {
	return op.Call{Actor: prentice.Actor{Kind: prentice.Person, Name: "ann"}, Now: w.Desk.now()}
}

func (w *world) shown(t *testing.T) RepositoryShown {
	t.Helper()
	s, err := w.show(t.Context(), w.call(), RepositoryIn{"shop"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) claimed(t *testing.T, rule string) claims.Standing {
	t.Helper()
	s, err := w.Claims.(*claims.Store).Find(t.Context(), w.Desk.now(), claimID("repository/shop", rule))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestABranchIsJudgedOnceForEachContent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "bad", "worse")
		w.mirror.move("c1", "bad")
		w.work(t)
		s := w.shown(t)
		if s.Truth != prentice.Fail || s.Last.Commit != "c1" || s.Checked.Failed != 1 || len(s.Broken()) != 1 || len(s.Kept()) != 1 || w.asked.Load() != 1 {
			t.Fatalf("%+v, judged %d times", s, w.asked.Load())
		}
		if c := w.claimed(t, "words/bad"); c.Verdict.Truth != prentice.Fail || c.Verdict.Witness != "a.txt:1: it holds bad" || c.About != "repository/shop" {
			t.Errorf("%+v", c)
		}
		w.pass(judgeEvery)
		w.work(t)
		if s := w.shown(t); w.asked.Load() != 1 || len(s.Runs) != 1 || !s.Last.Seen.Equal(w.Desk.now()) {
			t.Errorf("judged %d times, %d checks, seen at %s", w.asked.Load(), len(s.Runs), s.Last.Seen)
		}
		w.mirror.move("c2", "good")
		w.pass(lookEvery)
		w.work(t)
		w.mirror.move("c3", "bad")
		w.pass(lookEvery)
		w.work(t)
		if s := w.shown(t); w.asked.Load() != 2 || len(s.Points) != 3 || s.Points[1].Verdict != prentice.Pass {
			t.Errorf("what is as it was is judged again: %d times, %+v", w.asked.Load(), s.Points)
		}
		history, err := w.Claims.(*claims.Store).History(t.Context(), claimID("repository/shop", "words/bad"), noon.Add(-time.Hour), 10)
		if err != nil || len(history) != 3 {
			t.Errorf("%d verdicts, %v", len(history), err)
		}
		if kept, _ := w.Claims.(*claims.Store).History(t.Context(), claimID("repository/shop", "words/worse"), noon.Add(-time.Hour), 10); len(kept) != 1 || kept[0].Subject != s3(w) {
			t.Errorf("what held all the time has %d verdicts, the last of %s", len(kept), kept[0].Subject)
		}
	})
}

func s3(w *world) string {
	t, _ := w.mirror.At(context.Background(), "c3")
	return t.Digest
}

func TestAClockThatIsMovedLeavesNoStandingForEver(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "bad")
	w.mirror.move("c1", "good")
	w.pass(48 * time.Hour)
	w.work(t)
	w.pass(-48 * time.Hour)
	w.work(t)
	if s := w.shown(t); s.Truth != prentice.Pass || !s.Last.Seen.Equal(w.Desk.now()) {
		t.Errorf("after the clock was set back: %s, seen at %s", s.Truth, s.Last.Seen)
	}
	w.pass(24 * time.Hour)
	if s := w.shown(t); s.Truth != prentice.NotSeen || !strings.Contains(s.Says, "not looked at since") {
		t.Errorf("after a day in which no one looked: %s %s", s.Truth, s.Says)
	}
	if c := w.claimed(t, "words/bad"); c.Verdict.Truth != prentice.NotSeen {
		t.Errorf("its claim is %s", c.Verdict.Truth)
	}
	w.work(t)
	if c := w.claimed(t, "words/bad"); c.Verdict.Truth != prentice.Pass {
		t.Errorf("its claim is %s once it was looked at", c.Verdict.Truth)
	}
}

func TestWhatCannotBeLookedAtIsUnknownAndSaysWhy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "bad")
		w.mirror.move("c1", "good")
		w.work(t)
		w.mirror.gone = prentice.Errorf(prentice.NotFound, "there is no repository \xff\x00 here")
		w.pass(judgeEvery)
		w.work(t)
		w.pass(judgeEvery)
		w.work(t)
		if s := w.shown(t); s.Truth != prentice.NotSeen || !strings.Contains(s.Says, "there is no repository") || len(s.Runs) != 2 {
			t.Errorf("%s %s, %d checks", s.Truth, s.Says, len(s.Runs))
		}
		if c := w.claimed(t, "words/bad"); c.Verdict.Truth != prentice.NotSeen || !strings.Contains(c.Verdict.Reason, "there is no repository") {
			t.Errorf("%+v", c.Verdict)
		}
		w.mirror.gone, w.list = nil, &team.Catalog{}
		w.pass(judgeEvery)
		w.work(t)
		if c := w.claimed(t, "words/bad"); c.Removed.IsZero() {
			t.Errorf("what is claimed of a repository that is no longer in the catalog: %+v", c)
		}
	})
}

func TestACheckThatEndsPrenticeIsTakenUpAndNotForEver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "bad")
		w.mirror.move("c1", "good")
		number, err := w.ask(t.Context(), CheckRun{Repository: "repository/shop", Branch: "main", Commit: "c1", AskedBy: itself, Asked: noon})
		if err != nil {
			t.Fatal(err)
		}
		for try := range mostTries { // each time the process is killed in the middle
			if err := w.takeUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			r, err := w.next(t.Context())
			if err != nil || r == nil || r.Number != number {
				t.Fatalf("try %d is of %+v, %v", try, r, err)
			}
			if began, err := w.begin(t.Context(), r); !began || err != nil {
				t.Fatal(began, err)
			}
		}
		w.pass(judgeEvery)
		w.work(t)
		if s := w.shown(t); s.Truth != prentice.NotSeen || !strings.Contains(s.Says, "prentice ended 3 times") || w.asked.Load() > 0 {
			t.Errorf("%s %s, judged %d times", s.Truth, s.Says, w.asked.Load())
		}
		if _, err := w.checkNow(t.Context(), w.call(), AskIn{Name: "shop"}); err != nil {
			t.Fatal(err)
		}
		w.work(t)
		if s := w.shown(t); s.Truth != prentice.Pass {
			t.Errorf("someone asked for it, and it is %s", s.Truth)
		}
	})
}

func TestACheckThatIsInterruptedIsPutBackAndNotCounted(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "bad")
	w.mirror.move("c1", "good")
	if _, err := w.checkNow(t.Context(), w.call(), AskIn{Name: "shop"}); err != nil {
		t.Fatal(err)
	}
	for range mostTries + 1 {
		r, _ := w.next(t.Context())
		ctx, cancel := context.WithCancel(t.Context())
		kinds := w.Kinds
		w.Kinds = func() []check.Kind { cancel(); return kinds() }
		if err := w.perform(ctx, r); err == nil {
			t.Fatal("it was not interrupted")
		}
		w.Kinds = kinds
	}
	r, _ := w.next(t.Context())
	if began, err := w.begin(t.Context(), r); !began || err != nil { // and once it ends with its process
		t.Fatal(began, err)
	}
	w.work(t)
	if s := w.shown(t); s.Truth != prentice.Pass {
		t.Errorf("%s %s", s.Truth, s.Says)
	}
}

func TestAHundredWhoAskAtOnceGetOneCheckForEachCommit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "bad")
		for i := range 50 {
			w.mirror.move(fmt.Sprintf("c%d", i), fmt.Sprint("text ", i))
			w.mirror.from[fmt.Sprintf("c%d", i)] = "c0"
		}
		other := newDesk(w.Deps) // another replica
		numbers := make([]int64, 100)
		for _, err := range dbtest.Together(100, func(i int) error {
			desk := []*Desk{w.Desk, other}[i%2]
			a, err := desk.checkNow(t.Context(), w.call(), AskIn{Name: "shop", Commit: fmt.Sprintf("c%d", i/2)})
			numbers[i] = a.Number
			return err
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		for i := range 50 {
			if numbers[2*i] != numbers[2*i+1] || numbers[2*i] == 0 {
				t.Errorf("two asked for c%d and got %d and %d", i, numbers[2*i], numbers[2*i+1])
			}
		}
		w.work(t)
		open, err := w.runs(t.Context(), `state <> 'done'`)
		if err != nil || len(open) > 0 {
			t.Errorf("%d are not done, %v", len(open), err)
		}
	})
}

func TestMoreChecksThanCanWaitAreRefused(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "bad")
	for i := range mostQueued {
		if _, err := w.ask(t.Context(), CheckRun{Repository: "repository/shop", Commit: fmt.Sprint(i), AskedBy: "person/ann", Asked: noon}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.ask(t.Context(), CheckRun{Repository: "repository/shop", Commit: "more", AskedBy: "person/ann", Asked: noon}); prentice.KindOf(err) != prentice.Limited {
		t.Error(err)
	}
	if n, err := w.ask(t.Context(), CheckRun{Repository: "repository/shop", Commit: "7", AskedBy: "person/ann", Asked: noon}); n != 8 || err != nil {
		t.Error(n, err)
	}
}

func TestWhetherAChangeMayLandIsSaidByTheBranchAsItIsNow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "bad", "old", "worse~")
		w.mirror.move("c0", "old")
		for id, text := range map[string]string{"fine": "old\nmore", "broken": "old\nbad", "advice": "worse"} {
			w.mirror.commits[id], w.mirror.from[id] = map[string]string{"a.txt": text}, "c0"
		}
		w.mirror.commits["excused"] = map[string]string{"a.txt": "bad", ".prentice/waivers.yaml": waiver("words/bad", "2026-06-01")}
		w.mirror.from["excused"] = "c0"
		w.mirror.commits["island"] = map[string]string{"a.txt": "x"}
		may := func(commit string) Allowed {
			t.Helper()
			a, err := w.mayLand(t.Context(), w.call(), LandIn{"shop", commit})
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		if a := may("fine"); a.May != prentice.NotSeen || a.ExitCode() != op.NotKnown || a.Missing[0].Produce != "prentice repository check shop fine --wait" || w.asked.Load() != 0 {
			t.Errorf("before it was checked: %+v", a)
		}
		for _, id := range []string{"fine", "broken", "advice", "excused", "island"} {
			if _, err := w.checkNow(t.Context(), w.call(), AskIn{"shop", id}); err != nil {
				t.Fatal(err)
			}
		}
		w.work(t)
		for id, want := range map[string]prentice.Truth{"fine": prentice.Pass, "advice": prentice.Pass, "broken": prentice.Fail, "excused": prentice.Fail} {
			if a := may(id); a.May != want {
				t.Errorf("%s: %s", id, a.Text())
			}
		}
		if a := may("broken"); len(a.Missing) != 1 || a.Missing[0].Claim != "words/bad" || a.Missing[0].Who != "group/platform" || !strings.Contains(a.Text(), "■ no: may land shop broken") {
			t.Errorf("%s", a.Text())
		}
		base, _ := w.mirror.At(t.Context(), "c0")
		rules, _ := w.Kinds()[0].Rules(t.Context(), base)
		if n, err := w.DB.Straight(t.Context(), `DELETE FROM check_outcomes WHERE basis = ?`, keyOf(basis{Claim: rules[0].Digest(), Subject: base.Digest, Environment: "here", Tool: "words"})); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if a := may("broken"); a.May != prentice.NotSeen || a.Missing[0].Reason != check.Unasked {
			t.Errorf("it is not known whether it was broken before: %s", a.Text())
		}
		if _, err := w.checkNow(t.Context(), w.call(), AskIn{"shop", "broken"}); err != nil {
			t.Fatal(err)
		}
		w.work(t)
		if _, err := w.mayLand(t.Context(), w.call(), LandIn{"shop", "island"}); prentice.KindOf(err) != prentice.Unavailable {
			t.Errorf("a commit that has nothing in common with the branch: %v", err)
		}
		// The waiver comes into the branch, and ends: what may land follows it at once.
		w.mirror.commits["c1"] = map[string]string{"a.txt": "old", ".prentice/waivers.yaml": waiver("words/bad", "2026-03-02")}
		w.mirror.tip = "c1"
		if a := may("broken"); a.May != prentice.Pass {
			t.Errorf("what the branch waives: %s", a.Text())
		}
		w.pass(24 * time.Hour)
		if a := may("broken"); a.May != prentice.Fail || len(a.Missing) != 2 {
			t.Errorf("once the waiver is over: %s", a.Text())
		}
	})
}

func waiver(rule, until string) string {
	return "waivers:\n  - rule: " + rule + "\n    reason: soon gone\n    owner: group/platform\n    expires: " + until + "\n"
}

func TestWaiversThatEndSoonAreSaidOfARepository(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "bad")
	w.mirror.commits["c0"] = map[string]string{"a.txt": "bad\nbad", ".prentice/waivers.yaml": waiver("words/bad", "2026-03-20")}
	w.mirror.tip = "c0"
	w.work(t)
	s := w.shown(t)
	if s.Truth != prentice.Pass || len(s.Ending) != 1 || s.Ending[0].Findings != 2 || s.Ending[0].Last() != "2026-03-20" || s.Last.Excused != 2 {
		t.Errorf("%+v", s)
	}
	if bars := s.Bars(); len(bars) != 1 || bars[0].Excuse != 97 || bars[0].Height != 3 {
		t.Errorf("%+v", bars)
	}
}

func TestACheckOfTheServerSaysWhatACheckOfAFolderSays(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "bad", "!dark")
	w.mirror.move("c1", "bad")
	w.work(t)
	s, err := w.checkShow(t.Context(), w.call(), CheckIn{Check: "check/1"})
	if err != nil {
		t.Fatal(err)
	}
	here, err := deps(&repo{folder: files("a.txt", "bad")}, "bad", "!dark").run(t.Context(), op.Call{}, RunIn{})
	if err != nil {
		t.Fatal(err)
	}
	told := func(text string) string { return text[:strings.LastIndex(text, " on ")] }
	if a, b := told(s.Text()), strings.Replace(told(here.Text()), "test", "shop", 1); a != strings.Replace(b, here.Repository, "shop", 1) || s.ExitCode() != here.ExitCode() || s.Checked.Digest != here.Digest {
		t.Errorf("the server says\n%s\nand the folder\n%s", a, b)
	}
}

func TestOldChecksGoAndTheLastOfABranchStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "bad")
		w.mirror.move("c1", "good")
		w.work(t)
		w.mirror.move("c2", "better")
		w.pass(lookEvery)
		w.work(t)
		w.pass(400 * 24 * time.Hour)
		for what, forget := range map[string]func(context.Context, db.Sweep) (db.Swept, error){"runs": w.ForgetRuns, "outcomes": w.Forget} {
			swept, err := forget(t.Context(), db.Sweep{Before: w.Desk.now().Add(-30 * 24 * time.Hour), Most: 100})
			if want := map[string]int{"runs": 1, "outcomes": 2}[what]; err != nil || swept.Removed != want {
				t.Errorf("%s: %+v, %v", what, swept, err)
			}
		}
		w.work(t)
		if s := w.shown(t); s.Truth != prentice.Pass || w.asked.Load() != 3 {
			t.Errorf("%s, judged %d times", s.Truth, w.asked.Load())
		}
	})
}

// torn is a store of claims that cannot be written for a while.
type torn struct {
	Claims
	full func() error
}

func (t torn) Follow(ctx context.Context, list []claims.Verdict) error {
	if err := t.full(); err != nil {
		return err
	}
	return t.Claims.Follow(ctx, list)
}

func TestACheckThatCannotBeWrittenIsMadeAgainOnceItCanBe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "bad")
		w.mirror.move("c1", "good")
		full := true
		w.Claims = torn{w.Claims, func() error {
			if !full {
				return nil
			}
			_, err := w.DB.Straight(t.Context(), `UPDATE check_runs SET tries = tries + 1, asked_by = 'person/ann'`) // now no one can put it back
			return errors.Join(err, errors.New("no space is left"))
		}}
		for range mostTries + 2 {
			if err := w.turn(t.Context()); err == nil || !strings.Contains(err.Error(), "no space") {
				t.Fatal(err)
			}
			if list, _ := w.runs(t.Context(), `state = 'running'`); len(list) != 1 {
				t.Fatalf("%+v", list)
			}
			w.take = w.putAllBack
		}
		full = false
		if err := w.turn(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s := w.shown(t); s.Truth != prentice.Pass || w.asked.Load() != 1 {
			t.Errorf("%s %s, judged %d times", s.Truth, s.Says, w.asked.Load())
		}
	})
}

func TestWhoMaySignAChangeIsSaidByTheBranchAsItIsNow(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "bad")
	signers := func(text string) map[string]string {
		return map[string]string{"a.txt": "x", ".prentice/allowed_signers": text}
	}
	w.mirror.commits["c0"], w.mirror.commits["c1"], w.mirror.commits["change"] = signers("mallory"), signers("ann"), signers("mallory")
	w.mirror.from["change"], w.mirror.tip = "c0", "c1"
	look := func() *check.Tree {
		t.Helper()
		l, err := w.lookAt(t.Context(), w.list.Repositories[0], "change")
		if err != nil {
			t.Fatal(err)
		}
		return l.tree
	}
	before := look()
	if text, err := before.By().Text(".prentice/allowed_signers"); string(text) != "ann" || err != nil || len(before.By().Files) != 1 {
		t.Errorf("who may sign is said by %q, %v, of %d files", text, err, len(before.By().Files))
	}
	if _, err := w.checkNow(t.Context(), w.call(), AskIn{"shop", "change"}); err != nil {
		t.Fatal(err)
	}
	w.work(t)
	ask := func() prentice.Truth {
		t.Helper()
		a, err := w.mayLand(t.Context(), w.call(), LandIn{"shop", "change"})
		if err != nil {
			t.Fatal(err)
		}
		return a.May
	}
	if may := ask(); may != prentice.Pass {
		t.Errorf("it may land: %s", may)
	}
	w.mirror.commits["c2"], w.mirror.tip = signers("ann and ben"), "c2"
	if may := ask(); may != prentice.NotSeen {
		t.Errorf("others may sign now, and no one has looked again: %s", may)
	}
}
