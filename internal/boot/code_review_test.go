package boot

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/kit/filestest"
	"prentice/internal/kit/needtest"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/skill/codecontrol"
)

// hosted is a system with a repository that is kept on it, and a clone.
type hosted struct {
	*testing.T
	*System
	clone string
}

func newHosted(t *testing.T, files map[string]string) *hosted {
	t.Helper()
	needtest.Program(t, "git")
	dir := t.TempDir()
	filestest.Lay(t, filepath.Join(dir, "team"), map[string]string{"catalog-info.yaml": truthCatalog})
	set, err := Settings{Data: filepath.Join(dir, "data"), Team: filepath.Join(dir, "team"), Owner: "olga"}.Filled()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), set, slog.New(slog.DiscardHandler), Answers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if _, _, err := s.Identity.EnsureOwner(t.Context(), "olga"); err != nil {
		t.Fatal(err)
	}
	for name, role := range map[string]prentice.Role{"ann": prentice.Approver, "bob": prentice.Approver, "eve": prentice.Approver} {
		if _, err := s.Identity.AddPerson(t.Context(), name, role); err != nil {
			t.Fatal(err)
		}
	}
	h := &hosted{t, s, filepath.Join(dir, "clone")}
	h.ask("olga", "repository.create", map[string]any{"name": "shop"})
	h.run(dir, "clone", "-q", filepath.Join(set.Repositories, "shop.git"), "clone")
	h.git("checkout", "-q", "-b", "main")
	h.commit("base", files)
	h.git("push", "-q", "origin", "main")
	return h
}

func (h *hosted) run(dir string, args ...string) string {
	h.Helper()
	c := exec.Command("git", args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.org", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.org")
	out, err := c.CombinedOutput()
	if err != nil {
		h.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (h *hosted) git(args ...string) string { h.Helper(); return h.run(h.clone, args...) }

func (h *hosted) commit(message string, files map[string]string, more ...string) {
	h.Helper()
	filestest.Lay(h.T, h.clone, files)
	h.git("add", "-A")
	h.git(append([]string{"commit", "-q", "-m", message}, more...)...)
}

func actorOf(name string) prentice.Actor {
	role := prentice.Approver
	if name == "olga" {
		role = prentice.Owner
	}
	return prentice.Actor{Kind: prentice.Person, Name: name, Role: role, Door: "cli"}
}

func (h *hosted) try(who, name string, in map[string]any) (any, error) {
	h.Helper()
	raw, err := json.Marshal(in)
	if err != nil {
		h.Fatal(err)
	}
	return h.App.Invoke(h.Context(), op.Request{Actor: actorOf(who), Op: name, In: json.RawMessage(raw)})
}

func (h *hosted) ask(who, name string, in map[string]any) any {
	h.Helper()
	out, err := h.try(who, name, in)
	if err != nil {
		h.Fatalf("%s: %v", name, err)
	}
	return out
}

// propose puts the objects of HEAD into the repository, as a push does, and proposes it.
func (h *hosted) propose(who string) string {
	h.Helper()
	h.git("push", "-q", "-f", "origin", "HEAD:refs/heads/objects-of-a-push")
	_, says, err := skill.At[*codecontrol.Desk](h.Skills).Propose(h.Context(), codecontrol.Proposal{Repository: "shop", Branch: "main", Head: h.git("rev-parse", "HEAD"), By: actorOf(who), Door: "http"})
	if err != nil {
		h.Fatal(err)
	}
	return says
}

func (h *hosted) shown() codecontrol.ChangeShown {
	h.Helper()
	return h.ask("olga", "change.show", map[string]any{"change": "1"}).(codecontrol.ChangeShown)
}

// lacks are the claims of review that are missing.
func (h *hosted) lacks() string {
	h.Helper()
	var list []string
	for _, n := range h.shown().Landing.Missing {
		if strings.HasPrefix(n.Claim, "review/") {
			list = append(list, strings.TrimPrefix(n.Claim, "review/"))
		}
	}
	return strings.Join(list, " ")
}

const withKey = "sum: count each once\n\nA basket held them twice.\n\nChange-Id: I0123456789012345678901234567890123456789"

func TestAChangeIsReviewedByAnotherAsItIsNow(t *testing.T) {
	h := newHosted(t, map[string]string{"sum.go": "package shop\n\nfunc sum() int {\n\treturn 1\n}\n", "CODEOWNERS": "*.go @bob\n", "other": "1\n"})
	h.git("checkout", "-q", "-b", "work")
	h.commit(withKey, map[string]string{"sum.go": "package shop\n\nfunc sum() int {\n\treturn 2\n}\n"})
	if says := h.propose("ann"); !strings.HasPrefix(says, "change/1 (new)") {
		t.Error(says)
	}
	if got := h.git("ls-remote", "origin", "refs/changes/1/1"); !strings.HasPrefix(got, h.git("rev-parse", "HEAD")) {
		t.Errorf("refs/changes/1/1 is %q", got)
	}
	if says := h.propose("ann"); !strings.Contains(says, "as it was, patch set 1") {
		t.Error(says)
	}
	if got := h.lacks(); got != "approved owners" {
		t.Errorf("a new change lacks %q", got)
	}
	for who, in := range map[string]map[string]any{"ann": {"change": "1"}} {
		if _, err := h.try(who, "change.approve", in); prentice.KindOf(err) != prentice.Denied {
			t.Errorf("%s approves what they pushed: %v", who, err)
		}
	}
	h.ask("eve", "change.approve", map[string]any{"change": "1", "set": 1})
	if got := h.lacks(); got != "owners" {
		t.Errorf("with the yes of one who owns nothing it lacks %q", got)
	}
	h.ask("bob", "change.approve", map[string]any{"change": "change/1"})
	if got := h.lacks(); got != "" {
		t.Errorf("with two it lacks %q", got)
	}

	h.git("commit", "-q", "--amend", "-m", strings.Replace(withKey, "each once", "each of them once", 1))
	if says := h.propose("ann"); !strings.Contains(says, "patch set 2, only the message") || h.lacks() != "" {
		t.Errorf("%s lacks %q", says, h.lacks())
	}
	h.git("checkout", "-q", "main")
	h.commit("other", map[string]string{"other": "2\n"})
	h.git("push", "-q", "origin", "main")
	h.git("checkout", "-q", "work")
	h.git("rebase", "-q", "main")
	if says := h.propose("ann"); !strings.Contains(says, "patch set 3, a clean rebase") || h.lacks() != "" {
		t.Errorf("%s lacks %q", says, h.lacks())
	}

	c := h.ask("bob", "change.comment", map[string]any{"change": "1", "file": "sum.go", "line": 4, "text": "Say why.\n```suggestion\n\treturn 2 // each once\n```"}).(codecontrol.Commented)
	if got := h.lacks(); got != "resolved" {
		t.Errorf("with an open thread it lacks %q", got)
	}
	for _, in := range []map[string]any{{"file": "sum.go", "line": 99}, {"file": "other", "line": 1}, {"file": "../../etc/passwd", "line": 1}} {
		in["change"], in["text"] = "1", "here"
		if _, err := h.try("bob", "change.comment", in); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("%v: %v", in, err)
		}
	}
	h.ask("eve", "change.apply", map[string]any{"change": "1", "comment": c.Number})
	s := h.shown()
	if s.PatchSet != 4 || s.Set.By != "person/eve" || len(s.Set.People) != 2 || s.Threads[0].Open || s.Threads[0].Applied != 4 || s.Set.What != change.New {
		t.Errorf("%+v %+v", s.Set, s.Threads)
	}
	if got := h.lacks(); got != "approved owners" {
		t.Errorf("with new content it lacks %q", got)
	}
	for _, who := range []string{"ann", "bob", "eve"} { // pushed, suggested, applied
		if _, err := h.try(who, "change.approve", map[string]any{"change": "1"}); prentice.KindOf(err) != prentice.Denied {
			t.Errorf("%s approves what they wrote: %v", who, err)
		}
	}
	h.git("fetch", "-q", "origin", "refs/changes/1/4")
	if got := h.git("log", "-1", "--format=%an|%cn|%s", "FETCH_HEAD") + h.git("show", "FETCH_HEAD:sum.go"); !strings.HasPrefix(got, "Ann|eve|sum: count each of them once") || !strings.Contains(got, "return 2 // each once\n") {
		t.Error(got)
	}
	d := h.ask("ann", "change.diff", map[string]any{"change": "1", "since": 3}).(codecontrol.ChangeDiff)
	if len(d.Files) != 1 || d.Files[0].Plus != 1 || d.Files[0].Minus != 1 || len(d.Files[0].Threads) != 1 || d.Files[0].Threads[0].Now != 4 {
		t.Errorf("%+v", d.Files)
	}
	h.ask("ann", "change.view", map[string]any{"change": "1", "file": "sum.go"})
	if d := h.ask("ann", "change.review", map[string]any{"change": "1"}).(codecontrol.ChangeReview); !d.Files[0].Viewed || d.Files[0].Folded == "" {
		t.Errorf("%+v", d.Files)
	}
	if d := h.ask("bob", "change.review", map[string]any{"change": "1"}).(codecontrol.ChangeReview); d.Files[0].Viewed || len(d.Files[0].Parts) == 0 {
		t.Errorf("%+v", d.Files)
	}
	if _, err := h.try("olga", "change.land", map[string]any{"change": "1"}); prentice.KindOf(err) != prentice.Refused {
		t.Errorf("it lands without a yes: %v", err)
	}
	h.ask("ann", "change.abandon", map[string]any{"change": "1", "reason": "done otherwise"})
	if _, err := h.try("olga", "change.approve", map[string]any{"change": "1"}); prentice.KindOf(err) != prentice.Conflict {
		t.Error(err)
	}
}

func TestTheRulesOfReviewAreThoseOfTheBranch(t *testing.T) {
	h := newHosted(t, map[string]string{"a": "1\n", change.RulesFile: "approvals: 2\nkeep: [nothing]\n", "CODEOWNERS": "* @nobody-here\n"})
	h.git("checkout", "-q", "-b", "work")
	h.commit(withKey, map[string]string{"a": "2\n", change.RulesFile: "approvals: 0\nowners: false\n", "CODEOWNERS": "* @bob\n"})
	h.propose("ann")
	l := h.shown().Landing
	if l.Rules.Approvals != 2 || !l.Rules.Owners || l.Rules.Rebase {
		t.Errorf("%+v", l.Rules)
	}
	h.ask("bob", "change.approve", map[string]any{"change": "1"})
	h.ask("eve", "change.approve", map[string]any{"change": "1"})
	if got := h.lacks(); got != "owners" { // no one of that name is there, which is no yes
		t.Errorf("it lacks %q", got)
	}
	if err := h.Identity.RemovePerson(t.Context(), "eve"); err != nil {
		t.Fatal(err)
	}
	if got := h.lacks(); got != "approved owners" {
		t.Errorf("with a yes of one who has left it lacks %q", got)
	}
}

func TestNoFileIsWithoutItsOwnerBecauseThereAreMany(t *testing.T) {
	h := newHosted(t, map[string]string{"zzz": "1\n", "CODEOWNERS": "/zzz @bob\n"})
	files := map[string]string{"zzz": "2\n"}
	for i := range 5000 {
		files[fmt.Sprintf("a/%d", i)] = "1\n"
	}
	h.commit(withKey, files)
	h.propose("ann")
	h.ask("eve", "change.approve", map[string]any{"change": "1"})
	if got := h.lacks(); got != "owners" {
		t.Errorf("it lacks %q", got)
	}
}

func TestRulesThatCannotBeReadKeepAChangeAndBreakGlassCorrectsThem(t *testing.T) {
	h := newHosted(t, map[string]string{"a": "1\n", change.RulesFile: "approvals: some\n"})
	h.commit(withKey, map[string]string{change.RulesFile: "approvals: 1\n"})
	h.propose("ann")
	if _, err := h.try("ann", "queue.add", map[string]any{"change": "1"}); prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), `approvals is "some"`) {
		t.Errorf("it says %v", err)
	}
	h.ask("bob", "queue.break-glass", map[string]any{"change": "1", "reason": "the rules of review cannot be read"})
	h.git("fetch", "-q", "origin")
	if got := h.git("show", "origin/main:"+change.RulesFile); got != "approvals: 1" {
		t.Errorf("the rules are %q", got)
	}
}
