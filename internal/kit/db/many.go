package db

import (
	"database/sql"
	"errors"
	"strings"
)

// What is done for many rows at once goes in handfuls of a few sizes, so that the
// database knows the statements already: one for each number of rows would be
// prepared anew almost every time.

// Insert inserts rows of width values each: into is what stands before VALUES, and
// then what stands behind it, or "".
func (t *Tx) Insert(into string, width int, values []any, then string) error {
	row := "(?" + strings.Repeat(",?", width-1) + ")"
	for len(values) > 0 {
		n := handful(len(values) / width)
		if _, err := t.Exec(into+" VALUES "+row+strings.Repeat(","+row, n-1)+then, values[:n*width]...); err != nil {
			return err
		}
		values = values[n*width:]
	}
	return nil
}

// handful is how many of so many rows go next.
func handful(rows int) int {
	for _, n := range []int{256, 64, 16, 4} {
		if rows >= n {
			return n
		}
	}
	return 1
}

// Each asks a query once for each of several groups of width values, and hands
// over the rows of all. The query must be one SELECT without ORDER BY or LIMIT.
//
// It goes as arms of one statement, of which each is planned by itself. One
// condition with as many alternatives is something else: SQLite may then walk
// through all that the alternatives have in common.
func (t *Tx) Each(query string, width int, values []any, row func(*sql.Rows) error) error {
	for len(values) > 0 {
		n := handful(len(values) / width)
		if err := t.arms(query+strings.Repeat(" UNION ALL "+query, n-1), values[:n*width], row); err != nil {
			return err
		}
		values = values[n*width:]
	}
	return nil
}

func (t *Tx) arms(query string, values []any, row func(*sql.Rows) error) error {
	rows, err := t.Query(query, values...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}
