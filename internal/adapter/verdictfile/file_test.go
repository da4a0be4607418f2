package verdictfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func basis(n int) claims.Basis {
	return claims.Basis{Claim: fmt.Sprint("claim", n), Subject: "s", Tool: "t"}
}

func outcome(says string) check.Outcome {
	return check.Outcome{Rule: "a/b", Truth: prentice.Fail, Findings: []check.Finding{{Rule: "a/b", Path: "not\xffutf8", Says: says, Key: "key of it"}}}
}

func keep(t *testing.T, dir string, n int, says string) error {
	t.Helper()
	return (&File{Dir: dir}).Keep(t.Context(), noon.Add(time.Duration(n)*time.Second), map[claims.Basis]check.Outcome{basis(n): outcome(says)})
}

// kept is what a file that is opened anew says of one.
func kept(t *testing.T, dir string, n int) (string, error) {
	t.Helper()
	found, err := (&File{Dir: dir}).Kept(t.Context(), []claims.Basis{basis(n)})
	if o, there := found[basis(n)]; there {
		if o.Findings[0].Path != "not\xffutf8" {
			t.Errorf("the path became %q", o.Findings[0].Path)
		}
		return o.Findings[0].Says + " " + o.Findings[0].Key, err
	}
	return "", err
}

func TestWhatIsKeptIsThereForTheNext(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "prentice")
	if got, err := kept(t, dir, 1); got != "" || err != nil {
		t.Errorf("before the first: %q, %v", got, err)
	}
	if err := keep(t, dir, 1, "it is wrong"); err != nil {
		t.Fatal(err)
	}
	if got, err := kept(t, dir, 1); got != "it is wrong key of it" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, _ := kept(t, dir, 2); got != "" {
		t.Errorf("of another: %q", got)
	}
}

func TestTwoThatKeepAtOnceLoseNothing(t *testing.T) {
	dir := t.TempDir()
	var wait sync.WaitGroup
	for n := range 20 {
		wait.Go(func() {
			if err := keep(t, dir, n, "x"); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for n := range 20 {
		if got, err := kept(t, dir, n); got == "" || err != nil {
			t.Errorf("%d: %q, %v", n, got, err)
		}
	}
}

func TestAFileThatIsDamagedIsSaidAndMadeAnew(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"cut off":      func(b []byte) []byte { return b[:len(b)/2] },
		"one bit":      func(b []byte) []byte { b[len(b)-5] ^= 1; return b },
		"empty":        func([]byte) []byte { return nil },
		"zeros":        func(b []byte) []byte { return make([]byte, len(b)) },
		"of a forger":  func(b []byte) []byte { return []byte(strings.Replace(string(b), `"fail"`, `"pass"`, 1)) },
		"another form": func([]byte) []byte { return []byte(prentice.Digest([]byte("{}")) + "\n{}") },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := keep(t, dir, 1, "x"); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, "verdicts.json")
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, damage(raw), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := kept(t, dir, 1); got != "" || err == nil || !strings.Contains(err.Error(), "damaged") {
				t.Errorf("%q, %v", got, err)
			}
			if err := keep(t, dir, 2, "y"); err != nil {
				t.Fatal(err)
			}
			if got, err := kept(t, dir, 2); got == "" || err != nil {
				t.Errorf("made anew: %q, %v", got, err)
			}
		})
	}
}

func TestWhatAKilledOneLeftGoesAndALinkIsNotFollowed(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, ".verdicts-123")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := keep(t, dir, 1, "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("it is still there")
	}
	victim := filepath.Join(t.TempDir(), "victim")
	other := t.TempDir()
	for name, to := range map[string]string{"lock": victim, "verdicts.json": victim} {
		if err := os.Symlink(to, filepath.Join(other, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := keep(t, other, 1, "x"); err == nil {
		t.Error("a lock that is a link was taken")
	}
	if _, err := os.Stat(victim); err == nil {
		t.Error("a link was written through")
	}
}

func TestTheFileIsBounded(t *testing.T) {
	dir := t.TempDir()
	f := &File{Dir: dir}
	for round := range 3 {
		many := map[claims.Basis]check.Outcome{}
		for n := range 2000 {
			many[basis(round*2000+n)] = check.Outcome{Truth: prentice.Pass}
		}
		if err := f.Keep(t.Context(), noon.Add(time.Duration(round)*time.Hour), many); err != nil {
			t.Fatal(err)
		}
	}
	list, err := f.read()
	if err != nil || len(list) != mostEntries {
		t.Errorf("%d entries, %v", len(list), err)
	}
	for _, e := range list {
		if e.Used == noon.Unix() {
			t.Error("the oldest stayed, and newer ones went")
			break
		}
	}
}

func TestWithoutAPlaceItIsSaidAndTheVerdictsCount(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := keep(t, filepath.Join(file, "prentice"), 1, "x"); prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(err.Error(), "the verdicts count") {
		t.Errorf("%v", err)
	}
}
