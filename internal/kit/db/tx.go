package db

import (
	"context"
	"database/sql"
	"time"
)

// Tx is what a write works with.
type Tx struct {
	ctx     context.Context
	tx      transaction
	dialect dialect
	after   []func()
	late    []late
	trace   trace
}

// Late puts something off until right before the commit: do is then called once,
// with the items that this write and those beside it have brought under the same
// key, in order. A write that fails brings nothing. If do fails, it is called
// again for each write alone, and only those fail for which it fails then.
func (t *Tx) Late(key, item any, do func(tx *Tx, items []any) error) {
	t.late = append(t.late, late{key, item, do, false})
}

// Last is Late behind all that is put off, and behind what that puts off: for what
// everything else adds to, so that it is done once.
func (t *Tx) Last(key, item any, do func(tx *Tx, items []any) error) {
	t.late = append(t.late, late{key, item, do, true})
}

// After calls f once the write is committed, and never if it is not.
func (t *Tx) After(f func()) { t.after = append(t.after, f) }

// Exec changes rows and says how many.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	t.trace.saw(query)
	res, err := t.tx.ExecContext(t.ctx, t.dialect.rewrite(query), args...)
	if err != nil {
		return 0, explain(err)
	}
	n, err := res.RowsAffected()
	return n, explain(err)
}

// Query reads rows. The caller closes them before the next statement.
func (t *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	t.trace.saw(query)
	rows, err := t.tx.QueryContext(t.ctx, t.dialect.rewrite(query), args...)
	return rows, explain(err)
}

// QueryRow reads one row into dest. It returns sql.ErrNoRows when there is none.
func (t *Tx) QueryRow(query string, args []any, dest ...any) error {
	t.trace.saw(query)
	return explain(t.tx.QueryRowContext(t.ctx, t.dialect.rewrite(query), args...).Scan(dest...))
}

// Next counts a named series up by one, from 1, without a gap among committed
// writes. The table is kit/db's own and made by Migrate of owner "db".
func (t *Tx) Next(series string) (int64, error) {
	var n int64
	err := t.QueryRow(`INSERT INTO series (name, last) VALUES (?, 1)
		ON CONFLICT (name) DO UPDATE SET last = series.last + 1 RETURNING last`, []any{series}, &n)
	return n, err
}

// NextFew takes n numbers of a series that has no gaps, and gives the first.
func (t *Tx) NextFew(series string, n int) (first int64, err error) {
	err = t.QueryRow(`INSERT INTO series (name, last) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET last = series.last + excluded.last RETURNING last`, []any{series, n}, &first)
	return first - int64(n) + 1, err
}

// Now is the time by the database's own clock, which all who share it agree on.
func (t *Tx) Now() (time.Time, error) {
	var micros int64
	err := t.QueryRow("SELECT "+t.dialect.now(), nil, &micros)
	return Time(micros), err
}

// ForShare is what stands at the end of a SELECT of a row that no one may change
// until the transaction ends. SQLite has one writer and needs nothing.
func (t *Tx) ForShare() string {
	if t.dialect == sqlite {
		return ""
	}
	return " FOR SHARE"
}
