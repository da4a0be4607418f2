package change

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the tables of changes; their owner is "change".
func Schema() fs.FS { return db.Under(files, "schema") }

// The most that is kept of what people write.
const (
	mostTitle = 200
	mostText  = 20_000
)

// Store keeps changes. What happens is evidence and told in the write that makes it true.
type Store struct {
	DB     *db.DB
	Record func(tx *db.Tx, now time.Time, notes ...prentice.Note) error // nil records nothing
	Tell   func(tx *db.Tx, e prentice.Event) error                      // nil tells no one
}

// reader reads rows: a database, or a write that goes on.
type reader func(query string, args ...any) (*sql.Rows, error)

func (s *Store) reader(ctx context.Context) reader {
	return func(query string, args ...any) (*sql.Rows, error) { return s.DB.Query(ctx, query, args...) }
}

// bodies reads rows of one column that holds JSON.
func bodies[T any](read reader, query string, args ...any) (list []T, err error) {
	rows, err := read(query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	list = []T{}
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		var one T
		if err := json.Unmarshal([]byte(body), &one); err != nil {
			return nil, fmt.Errorf("what is stored of it cannot be read: %w", err)
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

func text(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("what is kept always has a JSON form: " + err.Error())
	}
	return string(raw)
}

// Find is one change.
func (s *Store) Find(ctx context.Context, number int64) (Change, error) {
	return find(s.reader(ctx), number)
}

func find(read reader, number int64) (Change, error) {
	list, err := bodies[Change](read, `SELECT body FROM code_change WHERE number = ?`, number)
	if err != nil {
		return Change{}, fmt.Errorf("read change %d: %w", number, err)
	}
	if len(list) == 0 {
		return Change{}, prentice.Errorf(prentice.NotFound, "there is no change %d", number).Try("list them with: prentice change list")
	}
	return list[0], nil
}

// Keyed is the newest change of a branch that has a key, however it stands.
func (s *Store) Keyed(ctx context.Context, repository, branch, key string) (Change, bool, error) {
	list, err := bodies[Change](s.reader(ctx), `SELECT body FROM code_change WHERE repository = ? AND branch = ? AND change_key = ? ORDER BY number DESC LIMIT 1`, repository, branch, key)
	if err != nil {
		return Change{}, false, fmt.Errorf("look for the change %s: %w", clip.Text(key), err)
	}
	if len(list) == 0 {
		return Change{}, false, nil
	}
	return list[0], true, nil
}

// Filter chooses changes. Before is a cursor: those with a smaller number.
type Filter struct {
	Repository, Branch string
	State              State
	Owner              prentice.Ref
	Before             int64
	Limit              int
}

// List are changes, the newest first.
func (s *Store) List(ctx context.Context, f Filter) ([]Change, error) {
	query, args := `SELECT body FROM code_change WHERE 1 = 1`, []any{}
	add := func(condition string, v any) { query, args = query+` AND `+condition, append(args, v) }
	if f.Repository != "" {
		add(`repository = ?`, f.Repository)
	}
	if f.Branch != "" {
		add(`branch = ?`, f.Branch)
	}
	if f.State != "" {
		add(`state = ?`, string(f.State))
	}
	if f.Owner != "" {
		add(`owner = ?`, string(f.Owner))
	}
	if f.Before > 0 {
		add(`number < ?`, f.Before)
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	list, err := bodies[Change](s.reader(ctx), query+` ORDER BY number DESC LIMIT ?`, append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	return list, nil
}

// Sets are the patch sets of a change, the oldest first.
func (s *Store) Sets(ctx context.Context, number int64) ([]PatchSet, error) {
	return sets(s.reader(ctx), number)
}

func sets(read reader, number int64) ([]PatchSet, error) {
	list, err := bodies[PatchSet](read, `SELECT body FROM code_patch_set WHERE number = ? ORDER BY patch_set`, number)
	if err != nil {
		return nil, fmt.Errorf("read the patch sets of change %d: %w", number, err)
	}
	return list, nil
}

// Votes are all that were given on a change, the oldest first.
func (s *Store) Votes(ctx context.Context, number int64) ([]Vote, error) {
	return votes(s.reader(ctx), number)
}

func votes(read reader, number int64) ([]Vote, error) {
	list, err := bodies[Vote](read, `SELECT body FROM code_vote WHERE number = ? ORDER BY id`, number)
	if err != nil {
		return nil, fmt.Errorf("read the votes on change %d: %w", number, err)
	}
	return list, nil
}

// Comments are all on a change, the oldest first, drafts of everyone among them.
func (s *Store) Comments(ctx context.Context, number int64) ([]Comment, error) {
	list, err := bodies[Comment](s.reader(ctx), `SELECT body FROM code_comment WHERE number = ? ORDER BY id`, number)
	if err != nil {
		return nil, fmt.Errorf("read the comments on change %d: %w", number, err)
	}
	return list, nil
}

// Said is what others said of a change, and who was asked to.
type Said struct {
	Votes    []Vote
	Comments []Comment
	Asked    []Asked
}

// Said is that of several changes, in as many questions as of one.
func (s *Store) Said(ctx context.Context, numbers []int64) (map[int64]Said, error) {
	all := make(map[int64]Said, len(numbers))
	if len(numbers) == 0 {
		return all, nil
	}
	of := make([]any, len(numbers))
	for i, n := range numbers {
		of[i] = n
	}
	among := ` IN (?` + strings.Repeat(`, ?`, len(of)-1) + `) ORDER BY number, `
	votes, err := bodies[Vote](s.reader(ctx), `SELECT body FROM code_vote WHERE number`+among+`id`, of...)
	if err != nil {
		return nil, fmt.Errorf("read the votes on %d changes: %w", len(of), err)
	}
	comments, err := bodies[Comment](s.reader(ctx), `SELECT body FROM code_comment WHERE number`+among+`id`, of...)
	if err != nil {
		return nil, fmt.Errorf("read the comments on %d changes: %w", len(of), err)
	}
	asked, err := s.asked(ctx, among, of)
	if err != nil {
		return nil, err
	}
	for _, v := range votes {
		one := all[v.Change]
		one.Votes = append(one.Votes, v)
		all[v.Change] = one
	}
	for _, c := range comments {
		one := all[c.Change]
		one.Comments = append(one.Comments, c)
		all[c.Change] = one
	}
	for _, a := range asked {
		one := all[a.of]
		one.Asked = append(one.Asked, a.Asked)
		all[a.of] = one
	}
	return all, nil
}

// Stack are the changes on which one stands, the nearest first.
func (s *Store) Stack(ctx context.Context, c Change) (list []Change, err error) {
	for c.Below > 0 && len(list) < MostCommits {
		if c, err = s.Find(ctx, c.Below); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// Above are the changes that stand on one and can still land.
func (s *Store) Above(ctx context.Context, c Change) (list []Change, err error) {
	all, err := s.List(ctx, Filter{Repository: c.Repository, Branch: c.Branch, State: Open, Limit: 500})
	for _, o := range all {
		if o.Below == c.Number {
			list = append(list, o)
		}
	}
	return list, err
}

// keep writes a change down, new or not.
func keep(tx *db.Tx, c Change) error {
	_, err := tx.Exec(`INSERT INTO code_change (number, repository, branch, change_key, state, owner, updated, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (number) DO UPDATE SET state = excluded.state, change_key = excluded.change_key, updated = excluded.updated, body = excluded.body`,
		c.Number, c.Repository, c.Branch, c.Key, string(c.State), string(c.Owner), db.Micros(c.Updated), text(c))
	return err
}

// happened writes down what became of a change, and tells of it. Moment sets it apart from
// all else of its kind that happens to the change.
func (s *Store) happened(tx *db.Tx, now time.Time, kind, moment string, c Change, by prentice.Actor, data map[string]any) error {
	if data == nil {
		data = map[string]any{}
	}
	data["change"], data["title"], data["branch"], data["patch_set"], data["by"] = c.Ref(), c.Title, c.Branch, c.PatchSet, by.Ref()
	if s.Record != nil {
		if err := s.Record(tx, now, prentice.Note{Kind: kind, Actor: by.Ref(), Refs: []prentice.Ref{c.Ref(), c.Of()}, Data: data}); err != nil {
			return err
		}
	}
	if s.Tell == nil {
		return nil
	}
	data["repository"], data["owner"] = c.Repository, c.Owner
	return s.Tell(tx, prentice.Event{ID: fmt.Sprintf("%s %d %s", kind, c.Number, moment), Source: "prentice/code", Type: kind, Subject: c.Ref(), Time: now, Data: json.RawMessage(text(data)), Causes: by.People()})
}

// short is text of people as it is kept.
func short(s string, most int) string { return clip.To(s, most) }
