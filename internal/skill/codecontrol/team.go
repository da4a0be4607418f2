package codecontrol

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/db"
)

// Team is what it takes to keep the team's own files in a repository. Without Open they lie
// in a folder alone.
type Team struct {
	Open func(ctx context.Context, repository string) (TeamGit, error)
	// Folder is the one that the settings name.
	Folder func() string
	// Files are those of a folder, as a repository would have them.
	Files func(dir string) ([]check.Edit, error)
	// Lint says what is wrong with files of the team, read as if they were in force.
	Lint func(ctx context.Context, t *check.Tree) []prentice.Finding
	// Linter does so with a folder on the machine of the one who asks.
	Linter interface {
		LintFolder(dir string) []prentice.Finding
	}
	// Lay puts the files of a commit where they can be in force. They are there whole or not at all.
	Lay func(commit string, t *check.Tree) error
	// Follow takes what is in force by what is written down.
	Follow func(ctx context.Context) error
	// Tool is by what they are read: the version of the program.
	Tool string
}

// TeamGit is a repository in which the team's files are kept.
type TeamGit interface {
	Ref(ctx context.Context, name string) (string, error)
	At(ctx context.Context, commit string) (*check.Tree, error)
	First(ctx context.Context, branch string, files []check.Edit, author, message string, at time.Time) (string, error)
	Close() error
}

// TeamCommit is a commit of the team's files that is in force, or was.
type TeamCommit struct {
	Number     int64        `json:"number"`
	Repository string       `json:"repository,omitempty"`
	Branch     string       `json:"branch,omitempty"`
	Commit     string       `json:"commit,omitempty"`
	At         time.Time    `json:"at"`               // since when
	Change     prentice.Ref `json:"change,omitempty"` // by which it came
	By         prentice.Ref `json:"by"`               // whose change it was
	Says       string       `json:"says"`
	Folder     string       `json:"folder"` // in whose place it is

	change int64
}

func (t TeamCommit) lane() string { return laneName(t.Repository, t.Branch) }

// teamCommits are the last of them, the one in force first.
func (k *Desk) teamCommits(ctx context.Context, most int) ([]TeamCommit, error) {
	rows, err := k.DB.Query(ctx, `SELECT number, repository, branch, commit_id, at, change, by_whom, says, folder FROM code_team ORDER BY number DESC LIMIT ?`, most)
	list, err := db.List(rows, err, func(scan func(...any) error, t *TeamCommit) error {
		var at int64
		err := scan(&t.Number, &t.Repository, &t.Branch, &t.Commit, &at, &t.change, &t.By, &t.Says, &t.Folder)
		if t.At = db.Time(at); t.change > 0 {
			t.Change = prentice.NewRef("change", fmt.Sprint(t.change))
		}
		return err
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read where the team's files are from: %w", err)
	}
	return list, nil
}

// TeamInForce is the commit whose files are the team's; nil where they lie in the folder of
// the settings.
func (k *Desk) TeamInForce(ctx context.Context) (*TeamCommit, error) {
	if k.DB == nil || k.Team.Open == nil {
		return nil, nil
	}
	list, err := k.teamCommits(ctx, 1)
	if err != nil || len(list) == 0 || list[0].Repository == "" {
		return nil, err
	}
	return &list[0], nil
}

// TeamTree is the content of a commit in force. The caller closes it.
func (k *Desk) TeamTree(ctx context.Context, t TeamCommit) (*check.Tree, func() error, error) {
	repo, err := k.Team.Open(ctx, t.Repository)
	if err != nil {
		return nil, nil, err
	}
	tree, err := repo.At(ctx, t.Commit)
	if err != nil {
		return nil, nil, errors.Join(err, repo.Close())
	}
	return tree, repo.Close, nil
}

// errTeamMeanwhile is that another process was first.
var errTeamMeanwhile = errors.New("the team's files are from elsewhere meanwhile")

// enterTeam brings a commit into force after the one of a number, with its evidence.
func (k *Desk) enterTeam(ctx context.Context, before int64, t TeamCommit, note prentice.Note) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`INSERT INTO code_team (number, repository, branch, commit_id, at, change, by_whom, says, folder) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO NOTHING`,
			before+1, t.Repository, t.Branch, t.Commit, db.Micros(t.At), t.change, string(t.By), t.Says, t.Folder)
		if err != nil {
			return err
		}
		if n == 0 {
			return errTeamMeanwhile
		}
		if k.Queue.Record == nil {
			return nil
		}
		return k.Queue.Record(tx, t.At, note)
	})
}

// lastTeam is the number of the last line; 0 where there is none.
func (k *Desk) lastTeam(ctx context.Context) (n int64, err error) {
	err = k.DB.QueryRow(ctx, `SELECT number FROM code_team ORDER BY number DESC LIMIT 1`, nil, &n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// notTheTeams refuses to take away, or to open to pushes, what the team's files are kept in.
func (k *Desk) notTheTeams(ctx context.Context, repository, pattern string) error {
	now, err := k.TeamInForce(ctx)
	if err != nil || now == nil || now.Repository != repository {
		return err
	}
	if covers, _ := path.Match(pattern, now.Branch); pattern != "" && !covers {
		return nil
	}
	return prentice.Errorf(prentice.Refused, "the team's files are kept in %s of %s", now.Branch, repository).Try("first take them from the folder again: prentice team release --reason WHY")
}
