package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/db"
)

const lineColumns = `SELECT l.seq, l.time, l.kind, l.actor, l.refs, l.data, l.prev, l.hash, l.mark FROM ledger_line l `

// List chooses lines, the newest first unless the filter has After.
func (l *Ledger) List(ctx context.Context, f Filter) ([]prentice.Evidence, error) {
	if f.Limit < 0 || f.Limit > 500 {
		return nil, prentice.Errorf(prentice.Invalid, "a page of %d lines", f.Limit).Try("ask for 1 to 500 and follow the cursor")
	}
	if f.Ref == "" && (f.Step != "" || f.Target != "" || f.Batch != 0) {
		return nil, prentice.Errorf(prentice.Invalid, "a step, a target or a batch, and not of which run").Try("give the run as well, such as run/14")
	}
	if f.Limit == 0 {
		f.Limit = 50
	}
	query, args := listQuery(f)
	return l.lines(ctx, query, args...)
}

func listQuery(f Filter) (string, []any) {
	from, seq := "", "l.seq"
	var where []string
	var args []any
	add := func(condition string, value any) { where, args = append(where, condition), append(args, value) }
	if f.Ref != "" {
		from, seq = "JOIN ledger_ref r ON r.seq = l.seq ", "r.seq"
		add("r.ref = ?", string(f.Ref))
	}
	if f.Kind != "" {
		add("l.kind = ?", f.Kind)
	}
	if f.Actor != "" {
		add("l.actor = ?", string(f.Actor))
	}
	within(f, add)
	if !f.Since.IsZero() {
		add("l.time >= ?", db.Micros(f.Since))
	}
	if f.Before > 0 {
		add(seq+" < ?", f.Before)
	}
	order := " DESC"
	if f.After > 0 {
		add(seq+" > ?", f.After)
		order = ""
	}
	query := lineColumns + from
	if len(where) > 0 {
		query += "WHERE " + strings.Join(where, " AND ") + " "
	}
	return query + "ORDER BY " + seq + order + " LIMIT ?", append(args, f.Limit)
}

// within narrows to the steps that a filter names. Their lines say so in canonical
// JSON, in which no text between quotes looks like a key and its value.
func within(f Filter, add func(condition string, value any)) {
	const holds = `l.kind LIKE 'step.%' AND l.data LIKE ? ESCAPE '\'`
	for key, value := range map[string]string{"step": f.Step, "target": string(f.Target)} {
		if value != "" {
			add(holds, "%"+escaped(`"`+key+`":`+quoted(value))+"%")
		}
	}
	if f.Batch != 0 {
		add(holds, fmt.Sprintf(`%%"batch":%d,%%`, f.Batch)) // another key comes after it in every such line
	}
}

// quoted is a text as canonical JSON has it.
func quoted(text string) string {
	raw, err := json.Marshal(text)
	if err == nil {
		raw, err = prentice.CanonicalJSON(raw)
	}
	if err != nil {
		return `""` // which no step has
	}
	return string(raw)
}

// escaped is a text in which LIKE finds nothing but itself.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

// Show is one line.
func (l *Ledger) Show(ctx context.Context, seq int64) (prentice.Evidence, error) {
	found, err := l.lines(ctx, lineColumns+`WHERE l.seq = ?`, seq)
	if err != nil {
		return prentice.Evidence{}, err
	}
	if len(found) == 0 {
		return prentice.Evidence{}, prentice.Errorf(prentice.NotFound, "no evidence %d in the ledger", seq).Try("list what there is with: prentice evidence list")
	}
	return found[0], nil
}

// lines reads lines for people. One whose columns cannot be read at all, or that is
// not ours, is an error that names it; whether a line is true is VerifyChain's
// question.
func (l *Ledger) lines(ctx context.Context, query string, args ...any) ([]prentice.Evidence, error) {
	rows, err := l.stored(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	seal, err := l.sealed()
	if err != nil {
		return nil, err
	}
	found := make([]prentice.Evidence, 0, len(rows))
	for _, row := range rows {
		e, err := row.evidence()
		if err != nil {
			return nil, broken(fmt.Sprintf("line %d: %v", row.seq, err))
		}
		if !l.keys.marked(seal, row.seq, row.hash, row.mark) {
			return nil, broken(unmarked(row.seq))
		}
		found = append(found, e)
	}
	return found, nil
}

// errNumber is what is wrong with a line that stands before the first.
var errNumber = errors.New("lines are numbered from 1, so no one wrote it in its turn")

// stored is a line as the database has it.
type stored struct {
	seq, time                                 int64
	kind, actor, refs, data, prev, hash, mark string
}

func (l *Ledger) stored(ctx context.Context, query string, args ...any) (_ []stored, err error) {
	rows, err := l.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var found []stored
	for rows.Next() {
		var s stored
		if err := rows.Scan(&s.seq, &s.time, &s.kind, &s.actor, &s.refs, &s.data, &s.prev, &s.hash, &s.mark); err != nil {
			return nil, broken(fmt.Sprintf("a line cannot be read (the last that could is %d): %v", last(found), err))
		}
		found = append(found, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	return found, nil
}

func last(rows []stored) int64 {
	if len(rows) == 0 {
		return 0
	}
	return rows[len(rows)-1].seq
}

// evidence is the line in the ground's words. It refuses columns that do not
// have the one form in which they were written: two forms with one meaning would
// have one hash.
func (s stored) evidence() (prentice.Evidence, error) {
	e := prentice.Evidence{Seq: s.seq, Time: db.Time(s.time), Kind: s.kind, Actor: prentice.Ref(s.actor), Prev: s.prev, Hash: s.hash}
	if s.seq < 1 {
		return e, errNumber
	}
	if err := json.Unmarshal([]byte(s.refs), &e.Refs); err != nil {
		return e, fmt.Errorf("its refs are damaged: %w", err)
	}
	if again, err := json.Marshal(e.Refs); err != nil || string(again) != s.refs {
		return e, errors.New("its refs are not in the form in which they were written")
	}
	if s.data != "" {
		e.Data = json.RawMessage(s.data)
		if again, err := prentice.CanonicalJSON(e.Data); err != nil || string(again) != s.data {
			return e, errors.New("its data is not in the form in which it was written")
		}
	}
	return e, nil
}

// fits says what is wrong with a line by itself: its hash is not that of its
// content.
func fits(e prentice.Evidence) error {
	if e.Seq < 1 {
		return errNumber
	}
	sealed, err := e.Sealed()
	if err != nil {
		return err
	}
	if sealed.Hash != e.Hash {
		return fmt.Errorf("its content has the hash %s, but %s is written", short(sealed.Hash), short(e.Hash))
	}
	if !sealed.Time.Equal(e.Time) {
		return errors.New("its time is finer than microseconds")
	}
	return nil
}
