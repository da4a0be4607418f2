package boot

import (
	"context"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"prentice/internal/kit/db"
)

// shape is the tables as this process brought them up to date: which columns there
// were, and at which version each owner's were.
type shape struct {
	db      *db.DB
	owners  []owner
	columns []string
}

var makesTable = regexp.MustCompile(`(?i)CREATE TABLE (?:IF NOT EXISTS )?(\w+)`)

// shapeOf notes the tables of some owners as they are. Tables of others in the same
// database are none of our business.
func shapeOf(ctx context.Context, d *db.DB, owners []owner) (shape, error) {
	s := shape{db: d, owners: owners}
	ours := map[string]bool{}
	for _, o := range owners {
		ours["schema_"+o.name] = true
		files, err := fs.Glob(o.files, "*.sql")
		if err != nil {
			return s, err
		}
		for _, file := range files {
			text, err := fs.ReadFile(o.files, file)
			if err != nil {
				return s, err
			}
			for _, made := range makesTable.FindAllStringSubmatch(string(text), -1) {
				ours[made[1]] = true
			}
		}
	}
	columns, err := d.Columns(ctx)
	for _, column := range slices.Sorted(maps.Keys(columns)) {
		if table, _, _ := strings.Cut(column, "."); ours[table] {
			s.columns = append(s.columns, column)
		}
	}
	return s, err
}

// holds is nil while the tables are as they were, and otherwise says what became of
// them.
func (s shape) holds(ctx context.Context) error {
	there, err := s.db.Columns(ctx)
	if err != nil {
		return err
	}
	for _, column := range s.columns {
		if !there[column] {
			return notReady("the database has no "+column+" any more: a table was changed or removed behind it", "restore the database, or start again with the version of prentice that belongs to it")
		}
	}
	for _, o := range s.owners {
		at, wanted, err := s.db.Versions(ctx, o.name, o.files)
		switch {
		case err != nil:
			return err
		case at > wanted:
			return notReady("the tables of "+o.name+" were brought up to date by a later version", "stop this one and start the later version")
		case at < wanted:
			return notReady("the tables of "+o.name+" are those of an earlier version: another database was put in their place", "stop it, look which database it is, and start it again")
		}
	}
	return nil
}
