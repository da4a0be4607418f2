package db

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// List reads rows to the end and closes them. read fills one with scan, which takes
// what Rows.Scan does. A row of which something cannot be read hides no other: it is
// filled as far as it can be, and spoilt is told why, to write that where people see
// it; without spoilt it is left out. SQLite keeps words where numbers belong, and text
// that is no JSON is text on every database.
//
// It is for what is shown, and for what is safe to lose. Where a row that is missing
// would allow something, read the rows with Scan and let the error stop it.
func List[T any](rows *sql.Rows, err error, read func(scan func(dest ...any) error, one *T) error, spoilt func(one *T, why error)) ([]T, error) {
	list := []T{}
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one T
		err := read(func(dest ...any) error { return scan(rows, dest) }, &one)
		switch {
		case err == nil:
		case spoilt == nil:
			continue
		default:
			spoilt(&one, fmt.Errorf("what is stored of it cannot be read: %w", err))
		}
		list = append(list, one)
	}
	return list, errors.Join(rows.Err(), rows.Close())
}

// scan is Rows.Scan that fills all that it can, and names what it cannot.
func scan(rows *sql.Rows, dest []any) error {
	whole := rows.Scan(dest...)
	if whole == nil {
		return nil
	}
	names, err := rows.Columns()
	if err != nil || len(names) != len(dest) {
		return whole
	}
	var bad []string
	alone := make([]any, len(dest))
	for i := range dest {
		for j := range alone {
			alone[j] = new(any)
		}
		alone[i] = dest[i]
		if rows.Scan(alone...) != nil {
			bad = append(bad, names[i])
		}
	}
	return fmt.Errorf("its %s", strings.Join(bad, ", "))
}
