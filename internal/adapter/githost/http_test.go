package githost

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"prentice/internal/engine/push"
)

func TestAnUnmodifiedGitPushesAndClonesOverHTTP(t *testing.T) {
	s := serve(t)
	dir := s.clone(t)
	git(t, dir, "push", "origin", "HEAD:refs/heads/main", "-o", "topic=a;b $(touch x) `id`")
	p := s.last(t)
	if len(p.Commands) != 1 || p.Commands[0].Ref != "refs/heads/main" || !p.Commands[0].Creates() || p.By.Name != "good" || p.Door != "http" {
		t.Errorf("%+v", p)
	}
	if len(p.Options) != 1 || p.Options[0] != "topic=a;b $(touch x) `id`" {
		t.Errorf("the push option came as %q", p.Options)
	}
	for _, version := range []string{"0", "1", "2"} {
		for _, how := range [][]string{nil, {"--depth=1"}, {"--filter=blob:none"}} {
			to := filepath.Join(t.TempDir(), "clone")
			git(t, dir, append(append([]string{"-c", "protocol.version=" + version, "clone", "-q"}, how...), s.url, to)...)
			if text, err := os.ReadFile(filepath.Join(to, "README")); err != nil || string(text) != "hello\n" {
				t.Errorf("version %s %v: %q, %v", version, how, text, err)
			}
		}
	}
}

func TestWhatIsRefusedNeverEntersTheRepository(t *testing.T) {
	s := serve(t)
	s.refuse["refs/heads/bad"] = push.Refusal{Rule: "secrets/none", Says: "a secret \x1b[31m", Place: "a:1", Remedy: "take it out", Key: "abcd"}
	dir := s.clone(t)
	for _, also := range [][]string{{"HEAD:refs/heads/bad"}, {"HEAD:refs/heads/good", "HEAD:refs/heads/bad"}} {
		out, err := tryGit(dir, append([]string{"push", "origin"}, also...)...)
		if err == nil || !strings.Contains(out, "secrets/none") || !strings.Contains(out, "prentice push allow shop abcd") || strings.Contains(out, "\x1b[31m") {
			t.Errorf("it said %q, %v", out, err)
		}
	}
	head := git(t, dir, "rev-parse", "HEAD")
	if _, err := tryGit(s.dir, "cat-file", "-e", head); err == nil {
		t.Error("the commit is in the repository")
	}
	if refs := git(t, s.dir, "for-each-ref"); refs != "" {
		t.Errorf("there are refs: %s", refs)
	}
	left, err := filepath.Glob(filepath.Join(s.dir, "objects", "*incoming*"))
	if err != nil || len(left) > 0 {
		t.Errorf("the quarantine is left: %v, %v", left, err)
	}
}

func TestAChangeIsTakenUnderAnotherName(t *testing.T) {
	s := serve(t)
	dir := s.clone(t)
	git(t, dir, "push", "origin", "HEAD:refs/heads/main")
	commit(t, dir, "b", "b\n")
	head := git(t, dir, "rev-parse", "HEAD")
	s.as["refs/for/main"] = []push.Moved{{Ref: "refs/changes/1/1", Old: strings.Repeat("0", 40), New: head}}
	out := git(t, dir, "push", "origin", "HEAD:refs/for/main", "HEAD:refs/heads/side")
	if !strings.Contains(out, "refs/changes/1/1") || !strings.Contains(out, "remote: see change 1") {
		t.Errorf("it said %q", out)
	}
	if refs := git(t, s.dir, "for-each-ref", "--format=%(refname)"); refs != "refs/heads/main\nrefs/heads/side" {
		t.Errorf("the refs are %q", refs)
	}
}

func TestWhoShowsNoGoodTokenGetsNothing(t *testing.T) {
	s := serve(t)
	dir := s.clone(t)
	for _, user := range []string{"", "x:bad@", "x:@"} {
		out, err := tryGit(dir, "ls-remote", strings.Replace(s.url, "x:good@", user, 1))
		if err == nil {
			t.Errorf("%q was let in: %s", user, out)
		}
	}
	reads := strings.Replace(s.url, "good", "reader", 1)
	git(t, dir, "ls-remote", reads)
	out, err := tryGit(dir, "push", reads, "HEAD:refs/heads/x")
	if err == nil || !strings.Contains(out, "reader only reads") && !strings.Contains(out, "403") {
		t.Errorf("who only reads pushed: %s", out)
	}
}

func TestWrongTokensAreTriedSlowly(t *testing.T) {
	s := serve(t)
	ask := func(token string) int {
		r, err := http.NewRequest(http.MethodGet, strings.Replace(s.url, "x:good@", "", 1)+"/info/refs?service=git-upload-pack", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth("x", token)
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		return a.StatusCode
	}
	for i := range mostWrong {
		if got := ask(fmt.Sprint("bad", i)); got != http.StatusUnauthorized {
			t.Errorf("wrong token %d: %d", i, got)
		}
	}
	if got := ask("bad"); got != http.StatusTooManyRequests {
		t.Errorf("one too many: %d", got)
	}
}

func TestOddRequestsAreRefusedAndTheServerGoesOn(t *testing.T) {
	s := serve(t)
	dir := s.clone(t)
	git(t, dir, "push", "origin", "HEAD:refs/heads/main")
	zero, head := strings.Repeat("0", 40), git(t, dir, "rev-parse", "HEAD")
	command := func(ref string) string {
		return pkt(zero+" "+head+" "+ref+"\x00report-status push-options") + "0000"
	}
	for what, body := range map[string]string{
		"nothing":                "",
		"no pkt-line":            "zzzz",
		"a cut line":             "00a0abc",
		"a pack that is none":    command("refs/heads/x") + "0000PACKxxxx",
		"a cut pack":             command("refs/heads/x") + "0000PACK\x00\x00\x00\x02\x00\x00\x00\x09",
		"a path as a ref":        command("refs/heads/../../config") + "0000",
		"a path as a ref, twice": command("../../../etc/passwd") + "0000",
		"HEAD":                   command("HEAD") + "0000",
		"a hidden ref":           command("refs/changes/1/1") + "0000",
		"another hidden ref":     command("refs/prentice/x") + "0000",
		"an option with a line":  command("refs/heads/x") + pkt("topic=a\nb") + "0000",
		"an option with escape":  command("refs/heads/x") + pkt("topic=\x1b[0m") + "0000",
		"many options":           command("refs/heads/x") + strings.Repeat(pkt("a=b"), mostOptions+1) + "0000",
		"a long option":          command("refs/heads/x") + pkt(strings.Repeat("a", mostOption+1)) + "0000",
		"a wrong old value":      pkt(head+" "+head+" refs/heads/none\x00report-status") + "0000",
	} {
		r, err := http.NewRequest(http.MethodPost, s.url+"/git-receive-pack", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-git-receive-pack-request")
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		said, _ := io.ReadAll(a.Body)
		a.Body.Close()
		if bytes.Contains(said, []byte("ok refs/")) {
			t.Errorf("%s was taken: %d %q", what, a.StatusCode, said)
		}
	}
	if refs := git(t, s.dir, "for-each-ref", "--format=%(refname)"); refs != "refs/heads/main" {
		t.Errorf("the refs are %q", refs)
	}
	git(t, dir, "ls-remote", "origin")
	if r, err := http.Post(s.url+"/git-receive-pack", "text/plain", strings.NewReader("0000")); err != nil || r.StatusCode != http.StatusBadRequest {
		t.Errorf("a form of a page: %v, %v", r, err)
	}
}

func TestOfTwoPushesAtOnceToOneBranchOneIsTaken(t *testing.T) {
	s := serve(t)
	const n = 6
	var dirs [n]string
	for i := range dirs {
		dirs[i] = s.clone(t)
		commit(t, dirs[i], "f", fmt.Sprint(i))
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for _, dir := range dirs {
		wait.Go(func() {
			if _, err := tryGit(dir, "push", "origin", "HEAD:refs/heads/one"); err == nil {
				mu.Lock()
				taken++
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if taken != 1 {
		t.Errorf("%d of %d were taken", taken, n)
	}
	git(t, s.dir, "fsck", "--strict")
}

func TestAnAtomicPushMovesAllOrNothing(t *testing.T) {
	s := serve(t)
	dir := s.clone(t)
	git(t, dir, "push", "origin", "HEAD:refs/heads/a")
	commit(t, dir, "b", "b\n")
	git(t, dir, "push", "origin", "HEAD:refs/heads/a")
	git(t, dir, "reset", "-q", "--hard", "HEAD^")
	commit(t, dir, "c", "c\n")
	// git stops what is no fast-forward at the client; with a lease on what is not so, the server has to.
	if out, err := tryGit(dir, "push", "--atomic", "--force-with-lease=refs/heads/a:"+git(t, dir, "rev-parse", "HEAD^"), "origin", "HEAD:refs/heads/a", "HEAD:refs/heads/b"); err == nil {
		t.Errorf("it was taken: %s", out)
	}
	if refs := git(t, s.dir, "for-each-ref", "--format=%(refname)"); refs != "refs/heads/a" {
		t.Errorf("the refs are %q", refs)
	}
}

func TestGitLFSIsToldWhatToDo(t *testing.T) {
	s := serve(t)
	r, err := http.Post(s.url+"/info/lfs/objects/batch", "application/vnd.git-lfs+json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(r.Body)
	r.Body.Close()
	if r.StatusCode != http.StatusNotImplemented || !bytes.Contains(said, []byte("git lfs migrate export")) {
		t.Errorf("%d %s", r.StatusCode, said)
	}
}

func TestAPushOfMoreThanTheLimitIsRefused(t *testing.T) {
	s := serve(t)
	s.Limits.Pack = 64 << 10
	dir := s.clone(t)
	big := make([]byte, 256<<10)
	for i := range big {
		big[i] = byte(i * i >> 3 * 2654435761 >> 5)
	}
	if f, err := os.Open("/dev/urandom"); err == nil {
		io.ReadFull(f, big) //nolint:errcheck // what is there is used
		f.Close()
	}
	commit(t, dir, "big", string(big))
	if out, err := tryGit(dir, "push", "origin", "HEAD:refs/heads/main"); err == nil {
		t.Errorf("it was taken: %s", out)
	}
}

func TestPushOptionsThatSteerATerminalAreRefused(t *testing.T) {
	s := serve(t)
	dir := s.clone(t)
	for what, options := range map[string][]string{"escape": {"topic=\x1b[0m"}, "long": {strings.Repeat("a", mostOption+1)}, "many": slices.Repeat([]string{"a=b"}, mostOptions+1)} {
		args := []string{"push", "origin", "HEAD:refs/heads/x"}
		for _, o := range options {
			args = append(args, "-o", o)
		}
		if out, err := tryGit(dir, args...); err == nil || !strings.Contains(out, "push/options") {
			t.Errorf("%s: %q, %v", what, out, err)
		}
	}
}
