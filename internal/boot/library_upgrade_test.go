package boot

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/starter"
)

// earlierTeam has a procedure of an earlier version of the library: its summary and a
// number were others, and it had no tags.
func earlierTeam(t *testing.T) (taker, string) {
	t.Helper()
	now, err := starter.Find("rotate-log")
	if err != nil {
		t.Fatal(err)
	}
	old := strings.NewReplacer("summary: Compress", "summary: Squeeze", "default: 500", "default: 400", "tags: [logs, disk]\n", "").Replace(now.Text)
	at := taker{t.TempDir(), "v2"}
	text := starter.Of("rotate-log", old).As(starter.As{Name: "rotate-shop", Owner: "group:shop", ReviewBy: starter.Review(time.Now()), Version: "v1"})
	if err := os.Mkdir(filepath.Join(at.team, "procedures"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := at.keep(prentice.Digest([]byte(old)), old); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(at.team, "procedures", "rotate-shop.md")
	if err := os.WriteFile(file, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	return at, file
}

func edit(t *testing.T, file, from, to string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), from) {
		t.Fatalf("%s has no %q: %v", file, from, err)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(text), from, to)), 0o640); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAnUpgradeKeepsWhatTheTeamHasChanged(t *testing.T) {
	for name, newline := range map[string]string{"as it is written here": "\n", "as an editor of Windows writes it": "\r\n"} {
		at, file := earlierTeam(t)
		edit(t, file, "cooldown: 10m", "cooldown: 2h")
		edit(t, file, "  file: {type: string", "  team: {type: string, default: shop, doc: Our own.}\n  file: {type: string")
		edit(t, file, "\n", newline)
		was := read(t, file)
		b, err := at.upgrade("rotate-shop")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		is := strings.ReplaceAll(read(t, file), newline, "\n")
		for _, want := range []string{"procedure: rotate-shop", "owner: group:shop", "cooldown: 2h", "Our own.", "summary: Compress", "default: 500", "tags: [logs, disk]", "version: v2"} {
			if strings.Count(is, want) != 1 {
				t.Errorf("%s: %q is not once in:\n%s", name, want, is)
			}
		}
		if read(t, b.Kept) != was {
			t.Errorf("%s: what it was is not kept", name)
		}
		if about, err := os.Stat(file); err != nil || about.Mode().Perm() != 0o640 {
			t.Errorf("%s: the mode is another now: %v %v", name, about.Mode(), err)
		}
		if again, err := at.upgrade("rotate-shop"); err != nil || again.Kept != "" {
			t.Errorf("%s: the second time: %+v %v", name, again, err)
		}
	}
}

func TestAConflictIsWrittenBesideAndNeverOver(t *testing.T) {
	at, file := earlierTeam(t)
	edit(t, file, "default: 400", "default: 50")
	was := read(t, file)
	for range 2 { // the second finds the same there
		_, err := at.upgrade("rotate-shop")
		if prentice.KindOf(err) != prentice.Conflict || !strings.Contains(err.Error(), "in 1 place") {
			t.Fatal(err)
		}
	}
	if read(t, file) != was {
		t.Error("the procedure was touched")
	}
	conflict := read(t, file+".conflict")
	for _, want := range []string{"<<<<<<< the team's\n", "default: 50,", "default: 400,", "default: 500,", ">>>>>>> the library's v2\n", "version: v2"} {
		if !strings.Contains(conflict, want) {
			t.Errorf("%q is not in:\n%s", want, conflict)
		}
	}
	edit(t, file+".conflict", "default: 50,", "default: 60,")
	half := read(t, file+".conflict")
	if _, err := at.upgrade("rotate-shop"); err == nil || read(t, file+".conflict") != half {
		t.Errorf("what a person resolves is written over: %v", err)
	}
	if p, _ := at.mine("rotate-shop"); p.Name == "" {
		t.Error("the procedure cannot be read beside its conflict")
	}
}

func TestAnUpgradeWithoutWhatItWasMadeOfIsForAPerson(t *testing.T) {
	at, file := earlierTeam(t)
	was := read(t, file)
	kept, _ := filepath.Glob(filepath.Join(at.team, "procedures/.library/*"))
	edit(t, kept[0], "Squeeze", "Press")
	if _, err := at.upgrade("rotate-shop"); prentice.KindOf(err) != prentice.Conflict {
		t.Fatal(err)
	}
	if read(t, file) != was || read(t, file+".conflict") == "" {
		t.Error("the procedure was touched, or nothing is beside it")
	}
}

func TestWhatJoinedWouldHaveAnErrorIsNotPutInPlace(t *testing.T) {
	at, file := earlierTeam(t)
	edit(t, file, "id=small", "id=is-small")
	edit(t, file, "\n## Undo", "\n```sh id=tags risk=look where=here\ntrue\n```\n\n## Undo")
	edit(t, file, "owner: group:shop", "owner: group:shop\ntags: [ours]")
	was := read(t, file)
	if _, err := at.upgrade("rotate-shop"); err == nil || read(t, file) != was {
		t.Errorf("a procedure with tags twice is in its place: %v", err)
	}
}

func TestAProcedureThatTheTeamWroteIsNotUpgraded(t *testing.T) {
	at, file := earlierTeam(t)
	edit(t, file, "origin:", "# origin:")
	for _, name := range []string{"rotate-shop", "nothing", "../rotate-shop"} {
		if _, err := at.upgrade(name); err == nil {
			t.Errorf("%s is upgraded", name)
		}
	}
}

func TestOfTwoUpgradesAtOnceNothingIsLost(t *testing.T) {
	at, file := earlierTeam(t)
	edit(t, file, "cooldown: 10m", "cooldown: 2h")
	done := make(chan error)
	for range 8 {
		go func() { _, err := at.upgrade("rotate-shop"); done <- err }()
	}
	for range 8 {
		if err := <-done; err != nil && prentice.KindOf(err) != prentice.Conflict {
			t.Error(err)
		}
	}
	if is := read(t, file); !strings.Contains(is, "cooldown: 2h") || !strings.Contains(is, "version: v2") {
		t.Error(is)
	}
	if left, _ := filepath.Glob(filepath.Join(at.team, "procedures/.prentice-*")); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}
