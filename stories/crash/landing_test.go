package crash

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"prentice/internal/engine/ledger"
	"prentice/internal/kit/db"
)

// TestALandingIsWholeWhereverPrenticeIsKilled pushes a change, approves it, queues it and
// waits until it has landed, and kills prentice at every commit and between any two effects
// on the way. Those who asked ask again, as a careful client does. In the end the change has
// landed, once, as it was checked, and a clone alone proves it.
func TestALandingIsWholeWhereverPrenticeIsKilled(t *testing.T) {
	p := build(t, "1")
	t.Run("sqlite", func(t *testing.T) { provesLandings(t, &template{program: p, data: t.TempDir()}, 1) })
	t.Run("postgres", func(t *testing.T) { provesLandings(t, onPostgres(t, p, ""), 2) })
}

const landers = 3 // trials under way at once

// provesLandings kills at every place, or at every second one.
func provesLandings(t *testing.T, tpl *template, every int) {
	begun := time.Now()
	if tpl.olga == "" {
		tpl.make(t)
	}
	f := &forge{tpl: tpl}
	f.host(t)
	points, err := f.lands(t.TempDir(), "")
	if err != nil {
		t.Fatal("not killed: ", err)
	}
	var kills []string
	for i, what := range points {
		commit := strings.HasPrefix(what, "commit ")
		if !commit || i < 3 { // git takes the push in before the third; before another commit it is as after the one before that
			kills = append(kills, fmt.Sprintf("before:%d", i+1))
		}
		if commit {
			kills = append(kills, fmt.Sprintf("after:%d", i+1))
		}
	}
	var mu sync.Mutex
	died, wrong := 0, 0
	if *everywhere {
		every = 1
	} else if testing.Short() {
		every = 6
	}
	k, n := shareOf(t)
	next := make(chan int, len(kills))
	for i := every * k; i < len(kills); i += every * n {
		next <- i
	}
	tried := len(next)
	close(next)
	var all sync.WaitGroup
	for range landers {
		dir := t.TempDir()
		all.Go(func() {
			for i := range next {
				reached, err := f.lands(filepath.Join(dir, fmt.Sprint(i)), kills[i])
				mu.Lock()
				if reached != nil {
					died++
				}
				if err != nil {
					wrong++
					t.Errorf("killed %s: %v", kills[i], err)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	line := fmt.Sprintf("crash proof of landings: %d points, killed at %d of %d places, %d wrong (%s, %s)", len(points), died, tried, wrong, t.Name(), time.Since(begun).Round(time.Second))
	t.Log(line)
	fmt.Fprintln(os.Stderr, line)
	if died < tried*2/3 {
		t.Errorf("prentice died at %d of %d places", died, tried)
	}
}

// forge is an installation that keeps a repository, and is copied for each trial.
type forge struct {
	tpl  *template
	work string // a clone with a change that is not pushed
	base string // where main is
	head string // the change
}

// as is someone at a server.
func (f *forge) as(s *server, token string) caller {
	return caller{s.url, token, &http.Client{Timeout: most, Transport: &http.Transport{DisableKeepAlives: true}}}
}

// host makes the repository with a main branch.
func (f *forge) host(t *testing.T) {
	w := where{data: f.tpl.data, team: filepath.Join(f.tpl.data, "team"), database: f.tpl.database}
	s, err := up(f.tpl.program, w, "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.end(syscall.SIGTERM)
	if err := s.answers(); err != nil {
		t.Fatal(err, s.said.String())
	}
	if err := f.as(s, f.tpl.olga).call("repository.create", "", map[string]any{"name": "shop"}, nil); err != nil {
		t.Fatal(err)
	}
	f.work = filepath.Join(t.TempDir(), "work")
	for _, args := range [][]string{{"init", "-q", "-b", "main", f.work}, {"-C", f.work, "commit", "-q", "--allow-empty", "-m", "a shop"}, {"-C", f.work, "push", "-q", f.at(s), "HEAD:refs/heads/main"}} {
		if out, err := git(args...); err != nil {
			t.Fatal(err, out)
		}
	}
	if err := os.WriteFile(filepath.Join(f.work, "new"), []byte("new\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"add", "new"}, {"commit", "-q", "-m", "bring something new\n\nChange-Id: I0123456789012345678901234567890123456789"}} {
		if out, err := git(append([]string{"-C", f.work}, args...)...); err != nil {
			t.Fatal(err, out)
		}
	}
	f.base, _ = git("-C", f.work, "rev-parse", "HEAD^")
	f.head, _ = git("-C", f.work, "rev-parse", "HEAD")
}

func git(args ...string) (string, error) {
	c := exec.Command("git", args...)
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.org", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.org")
	out, err := c.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// at is where ann pushes.
func (f *forge) at(s *server) string {
	return strings.Replace(s.url, "http://", "http://x:"+f.tpl.ann+"@", 1) + "/git/shop.git"
}

// copyTo makes a data folder what that of the template is.
func (f *forge) copyTo(data string) error {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(f.tpl.data, "*.db*"))
	for _, name := range []string{"keys", "repositories", "team"} {
		files = append(files, filepath.Join(f.tpl.data, name))
	}
	for _, file := range files {
		if out, not := exec.Command("cp", "-a", file, data).CombinedOutput(); not != nil {
			err = errors.Join(err, fmt.Errorf("%w: %s", not, out))
		}
	}
	return err
}

var point = regexp.MustCompile(`(?m)^(?:commit|moment) \d+: .*$`)

// lands lets the change land, with a kill on the way, and judges what is left. It says at
// which points it could be killed, or nothing where the kill was not reached.
func (f *forge) lands(dir, kill string) (points []string, err error) {
	w := where{data: filepath.Join(dir, "data"), team: filepath.Join(dir, "data", "team"), database: f.tpl.database, of: "code"}
	if err := f.copyTo(w.data); err != nil {
		return nil, err
	}
	if f.tpl.database != "" {
		var drop func()
		if w.database, drop, err = f.tpl.copyDatabase(); err != nil {
			return nil, err
		}
		defer drop()
	}
	wish := filepath.Join(dir, "wish")
	if err := os.WriteFile(wish, []byte(kill+" "), 0o600); err != nil {
		return nil, err
	}
	var told strings.Builder
	for life := 0; life < 3; life++ {
		s, err := up(f.tpl.program, w, wish)
		if err != nil {
			return nil, err
		}
		over, err := f.drive(s)
		if over && err == nil && life == 0 && s.killed {
			points = point.FindAllString(s.said.String(), -1)
		}
		fmt.Fprintf(&told, "life %d (%v, %v):%s\n", life, over, err, indented(s.said.String()))
		if over && err == nil && s.killed {
			err = os.WriteFile(wish, []byte("nowhere "), 0o600)
			if err == nil {
				continue
			}
		}
		if err == nil && kill == "" {
			points = point.FindAllString(s.said.String(), -1)
		}
		if err == nil {
			err = f.judge(w)
		}
		s.end(syscall.SIGTERM)
		if err != nil {
			return points, fmt.Errorf("%w\n%s", err, told.String())
		}
		return points, nil
	}
	return points, fmt.Errorf("it does not come to rest:\n%s", told.String())
}

// drive asks until the change has landed or the server is gone.
func (f *forge) drive(s *server) (over bool, err error) {
	if err := s.answers(); err != nil {
		return errors.Is(err, errEnded), unless(err, errEnded)
	}
	olga, ann := f.as(s, f.tpl.olga), f.as(s, f.tpl.ann)
	var last error
	for give := time.Now().Add(2 * most); time.Now().Before(give); time.Sleep(50 * time.Millisecond) {
		if s.over() {
			return true, nil
		}
		var list struct {
			Changes []struct{ State string }
		}
		if last = olga.call("change.list", "", map[string]any{"state": "all"}, &list); last != nil {
			continue
		}
		switch {
		case len(list.Changes) == 0:
			_, last = git("-C", f.work, "push", f.at(s), "HEAD:refs/for/main")
		case list.Changes[0].State == "landed":
			return false, nil
		case list.Changes[0].State == "open":
			if last = ann.call("queue.add", "", map[string]any{"change": "change/1"}, nil); last != nil {
				_, again := git("-C", f.work, "push", f.at(s), "HEAD:refs/for/main") // its answer may not have come
				last = errors.Join(last, again, olga.call("change.approve", "", map[string]any{"change": "change/1", "set": 1}, nil))
			}
		}
	}
	return false, fmt.Errorf("it did not land: %w", last)
}

// rested waits until no landing is under way: that of a change that has landed may have to
// be told of yet.
func rested(d *db.DB) error {
	for give := time.Now().Add(2 * most); ; time.Sleep(20 * time.Millisecond) {
		open, err := column[string](d, `SELECT body FROM code_queue_landing WHERE state = 'intended'`)
		if err != nil || len(open) == 0 {
			return err
		}
		if time.Now().After(give) {
			return fmt.Errorf("a landing is under way for ever: %s", open[0])
		}
	}
}

// judge looks at what is left, beside the server that is at rest.
func (f *forge) judge(w where) error {
	d, err := db.Open(ctx(), w.address())
	if err != nil {
		return err
	}
	defer d.Close()
	if err := rested(d); err != nil {
		return err
	}
	repository := filepath.Join(w.data, "repositories", "shop.git")
	is := func(args ...string) string { out, _ := git(append([]string{"-C", repository}, args...)...); return out }
	var wrong []error
	want := func(what, got, wanted string) {
		if got != wanted {
			wrong = append(wrong, fmt.Errorf("%s is %q, and not %q", what, got, wanted))
		}
	}
	want("what main stands on", is("rev-parse", "refs/heads/main^1"), f.base)
	want("what landed", is("rev-parse", "refs/heads/main^2"), f.head)
	want("what is in main", is("ls-tree", "--name-only", "refs/heads/main"), "new")
	want("the patch set", is("rev-parse", "refs/changes/1/1"), f.head)
	want("other refs", is("for-each-ref", "--format=%(refname)", "refs/heads", "refs/changes"), "refs/changes/1/1\nrefs/heads/main")
	if out, err := git("-C", repository, "fsck", "--strict", "--no-dangling"); err != nil {
		wrong = append(wrong, fmt.Errorf("git fsck: %w: %s", err, out))
	}
	clone := filepath.Join(filepath.Dir(w.data), "clone")
	_, err = git("clone", "-q", "--mirror", repository, clone)
	verify := exec.Command(f.tpl.program.path, "branch", "verify", "main", "--key", filepath.Join(w.data, "keys", "ledger.pub"), "--dir", clone)
	verify.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + w.data}
	if out, not := verify.CombinedOutput(); err != nil || not != nil {
		wrong = append(wrong, fmt.Errorf("a clone does not prove it: %v %w: %s", err, not, out))
	}
	for query, n := range map[string]string{
		`SELECT COUNT(*) FROM code_queue_past WHERE what = 'landed'`:                              "1",
		`SELECT COUNT(*) FROM code_queue_landing WHERE state = 'done'`:                            "1",
		`SELECT COUNT(*) FROM code_queue_landing WHERE state = 'intended' OR state = 'uncertain'`: "0",
		`SELECT COUNT(*) FROM code_patch_set`:                                                     "1",
		`SELECT COUNT(*) FROM ledger_line WHERE kind = 'change.landed'`:                           "1",
		`SELECT COUNT(*) FROM ledger_line WHERE kind = 'change.opened'`:                           "1",
		`SELECT COUNT(*) FROM inbox_events WHERE type = 'change.landed'`:                          "1",
	} {
		got, err := column[string](d, strings.Replace(query, "COUNT(*)", "CAST(COUNT(*) AS TEXT)", 1))
		if err != nil || len(got) != 1 {
			wrong = append(wrong, fmt.Errorf("%s: %w", query, err))
			continue
		}
		want(query, got[0], n)
	}
	book, err := ledger.Open(d, filepath.Join(w.data, "keys"))
	if err != nil {
		return errors.Join(append(wrong, err)...)
	}
	report, err := book.VerifyChain(ctx())
	if err != nil || !report.OK {
		wrong = append(wrong, fmt.Errorf("the ledger does not verify: %v %v", report.Faults, err))
	}
	return errors.Join(wrong...)
}
