package db

import (
	"context"
	"errors"
	"fmt"
)

// Columns is every column of every table there is, as table.column. It takes
// nothing from the tables themselves.
func (d *DB) Columns(ctx context.Context) (_ map[string]bool, err error) {
	query := `SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'`
	if d.dialect == postgres {
		query = `SELECT c.relname, a.attname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
			WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped`
	}
	rows, err := d.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read which tables there are: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	found := map[string]bool{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			return nil, fmt.Errorf("read which tables there are: %w", err)
		}
		found[table+"."+column] = true
	}
	return found, rows.Err()
}
