package db

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Sweep asks anyone who owns numbered rows to remove some that are old.
type Sweep struct {
	Before time.Time             // what ended before this moment goes
	After  int64                 // only rows with a greater number are looked at,
	Most   int                   // and at most so many
	Needed func(ref string) bool // whether something that is kept goes by a row or by what it is about, such as run/7; nil: nothing does
}

// Swept is what became of a sweep.
type Swept struct {
	Removed int
	After   int64 // the last number that was looked at: the next sweep goes on behind it
	Over    bool  // nothing old is behind it
}

// Aged finds the rows that a sweep removes. The query gives the number of each row,
// when it began, when it ended (0 while it has not, or must stay) and two refs, of the
// row and of what it is about, those with a number greater than the first ? and at
// most as many as the second, in order. Numbers grow with time, so a sweep ends where
// a whole look found nothing that began before the moment: rows that were written
// while a clock was wrong do not end it.
func (d *DB) Aged(ctx context.Context, s Sweep, query string) (due []int64, out Swept, err error) {
	rows, err := d.Query(ctx, query, s.After, s.Most)
	if err != nil {
		return nil, out, fmt.Errorf("look for what is old: %w", err)
	}
	defer rows.Close()
	before, seen, old := Micros(s.Before), 0, 0
	for rows.Next() {
		var stored [2]any
		var ref, about string
		if err := rows.Scan(&out.After, &stored[0], &stored[1], &ref, &about); err != nil {
			return nil, out, fmt.Errorf("look for what is old: %w", err)
		}
		began, _ := stored[0].(int64) // SQLite keeps words where numbers belong: such a row stays, and holds up no other
		ended, _ := stored[1].(int64)
		seen++
		if began < before {
			old++
		}
		if ended > 0 && ended < before && began < before && !s.needs(ref) && !s.needs(about) {
			due = append(due, out.After)
		}
	}
	out.Removed, out.Over = len(due), seen < s.Most || old == 0
	return due, out, rows.Err()
}

func (s Sweep) needs(ref string) bool { return s.Needed != nil && ref != "" && s.Needed(ref) }

// Delete removes the rows of a table in whose column one of the numbers stands.
func (t *Tx) Delete(table, column string, numbers []int64) error {
	for len(numbers) > 0 {
		n := handful(len(numbers))
		args := make([]any, n)
		for i, number := range numbers[:n] {
			args[i] = number
		}
		if _, err := t.Exec("DELETE FROM "+table+" WHERE "+column+" IN (?"+strings.Repeat(",?", n-1)+")", args...); err != nil {
			return err
		}
		numbers = numbers[n:]
	}
	return nil
}

// Stock is what is kept of one sort.
type Stock struct {
	Rows   int64     // -1: no one counts them
	Bytes  int64     // 0: not known
	Oldest time.Time // when the one with the lowest number began; zero when there is none
}

// Stock counts the rows of a table.
func (d *DB) Stock(ctx context.Context, table, number, began string) (s Stock, err error) {
	var oldest int64
	err = d.QueryRow(ctx, "SELECT COUNT(*), COALESCE((SELECT "+began+" FROM "+table+" ORDER BY "+number+" LIMIT 1), 0) FROM "+table, nil, &s.Rows, &oldest)
	s.Oldest = Time(oldest)
	return s, err
}

// Given says whether a series has given a number: without a row, what had it was
// removed. Ask is QueryRow of a write or of a database.
func Given(ask func(query string, args []any, dest ...any) error, series string, number int64) (bool, error) {
	var n int64
	err := ask(`SELECT COUNT(*) FROM series WHERE name = ? AND last >= ?`, []any{series, number}, &n)
	return n > 0 && number > 0, err
}

// Asking is QueryRow with its context.
func (d *DB) Asking(ctx context.Context) func(query string, args []any, dest ...any) error {
	return func(query string, args []any, dest ...any) error { return d.QueryRow(ctx, query, args, dest...) }
}

// Size is how many bytes the database takes, and how many of them are free for what
// is written next. PostgreSQL does not say what is free.
func (d *DB) Size(ctx context.Context) (bytes, free int64, err error) {
	if d.Postgres() {
		err = d.QueryRow(ctx, `SELECT pg_database_size(current_database())`, nil, &bytes)
		return bytes, 0, err
	}
	var page int64
	for _, ask := range []struct {
		pragma string
		to     *int64
	}{{"page_size", &page}, {"page_count", &bytes}, {"freelist_count", &free}} {
		if err := d.reads.QueryRowContext(ctx, "PRAGMA "+ask.pragma).Scan(ask.to); err != nil {
			return 0, 0, explain(err)
		}
	}
	return bytes * page, free * page, nil
}
