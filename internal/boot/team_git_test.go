package boot

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/skill/codecontrol"
)

// keptTeam is a prentice whose team's files are kept in the repository config, and a clone of that.
func keptTeam(t *testing.T) (set Settings, clone string) {
	t.Helper()
	dir := t.TempDir()
	set, err := (Settings{Data: filepath.Join(dir, "data"), Team: filepath.Join(dir, "team"), Owner: "olga", Listen: "127.0.0.1:0"}).Filled()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(set.Team, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(set.Team, "limits.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := openTeam(t, set)
	olga := prentice.Actor{Kind: prentice.Person, Name: "olga", Role: prentice.Owner, Door: "cli"}
	if _, err := s.App.Invoke(t.Context(), op.Request{Actor: olga, Op: "team.keep", In: codecontrol.TeamKeepIn{Name: "config", Reason: "to see"}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	command(t, dir, "clone", "-q", filepath.Join(set.Repositories, "config.git"), "clone")
	return set, filepath.Join(dir, "clone")
}

func openTeam(t *testing.T, set Settings) *System {
	t.Helper()
	s, err := Open(t.Context(), set, slog.New(slog.DiscardHandler), Answers)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// lands has a file land in the repository of the team's files, as the queue would.
func lands(t *testing.T, s *System, clone string, change int64, file, text string) (commit string) {
	t.Helper()
	write(t, clone, file+"="+text)
	command(t, clone, "commit", "-qm", "change")
	commit = command(t, clone, "rev-parse", "HEAD")
	body, err := json.Marshal(map[string]any{"number": change, "state": "done", "parts": []any{map[string]any{"lane": "config:main", "to": commit, "changes": []any{map[string]any{"change": change, "title": file, "queued_by": "person/ann"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	err = s.db.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO code_queue_landing (number, state, at, body) VALUES (?, 'done', 1, ?)`, change, string(body))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	command(t, clone, "push", "-q", "origin", "HEAD:main")
	return commit
}

func TestTheTeamsFilesAreOldOrNewWhateverEndsTheServer(t *testing.T) {
	set, clone := keptTeam(t)
	old := command(t, clone, "rev-parse", "HEAD")
	for i, moment := range []string{"before the team's files are in force", "after the team's files are in force"} {
		s := openTeam(t, set)
		new := lands(t, s, clone, int64(i+1), "calendar.yaml", strings.Repeat("#", i+1))
		desk := skill.At[*codecontrol.Desk](s.Skills)
		desk.Queue.Saw = func(at string) {
			if at == moment {
				panic("the server is ended")
			}
		}
		func() {
			defer func() { recover() }() //nolint:errcheck // that is the end of it
			desk.TurnTeam(t.Context())   //nolint:errcheck // it does not come back
			t.Errorf("%s: it was not seen", moment)
		}()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = openTeam(t, set)
		if at := filepath.Base(s.Team.dir()); at != []string{old, new}[i] {
			t.Errorf("%s: in force is %s", moment, at)
		}
		if why, err := skill.At[*codecontrol.Desk](s.Skills).TurnTeam(t.Context()); why != "" || err != nil {
			t.Fatalf("%s %v", why, err)
		}
		if at := filepath.Base(s.Team.dir()); at != new {
			t.Errorf("%s: in force is %s in the end", moment, at)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		old = new
	}
}

func TestNothingComesIntoForceThatDoesNotLoadOrDidNotLand(t *testing.T) {
	set, clone := keptTeam(t)
	s := openTeam(t, set)
	defer s.Close() //nolint:errcheck // nothing is written
	first, desk := s.Team.dir(), skill.At[*codecontrol.Desk](s.Skills)
	lands(t, s, clone, 1, "policy.yaml", "rules: nothing")
	if why, err := desk.TurnTeam(t.Context()); !strings.Contains(why, "does not load") || err != nil || s.Team.dir() != first {
		t.Errorf("what does not load: %q %v, in force is %s", why, err, s.Team.dir())
	}
	good := lands(t, s, clone, 2, "policy.yaml", "rules: []")
	if why, err := desk.TurnTeam(t.Context()); why != "" || err != nil || filepath.Base(s.Team.dir()) != good {
		t.Errorf("what loads: %q %v, in force is %s", why, err, s.Team.dir())
	}
	write(t, clone, "calendar.yaml=#")
	command(t, clone, "commit", "-qm", "by hand")
	command(t, clone, "push", "-q", "origin", "HEAD:main")
	if why, err := desk.TurnTeam(t.Context()); !strings.Contains(why, "was not landed") || err != nil || filepath.Base(s.Team.dir()) != good {
		t.Errorf("what someone moved: %q %v, in force is %s", why, err, s.Team.dir())
	}
}
