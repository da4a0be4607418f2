package policy

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

	"github.com/rogpeppe/go-internal/diff"

	"prentice"
	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var schema embed.FS

// Schema is the book's tables; their owner is "policy".
func Schema() fs.FS { return db.Under(schema, "schema") }

// Book keeps which policy is in force. The first one that is found enters by
// itself; every other is adopted by owners, and the policy in force judges
// whether they may and how many of them it takes.
type Book struct {
	DB       *db.DB
	OfGroups bool // it is the book of who is in which group
	Recorder db.Recorder[prentice.Note]
	Clock    func() time.Time
	// Role is what a person may do at this moment: a vote of someone who is no
	// owner any more does not count.
	Role func(context.Context, prentice.Ref) (prentice.Role, error)
}

// sql is a query of policies, of the tables that the book is kept in.
func (b *Book) sql(query string) string {
	if b.OfGroups {
		return strings.NewReplacer("policy_adopted", "groups_adopted", "policy_votes", "groups_votes").Replace(query)
	}
	return query
}

func (b *Book) kind(what string) string {
	if b.OfGroups {
		return "groups." + what
	}
	return "policy." + what
}

// about is what evidence of adoptions is about.
func (b *Book) about() prentice.Ref {
	if b.OfGroups {
		return "policy/groups"
	}
	return "policy/team"
}

// Entry is a policy that was adopted.
type Entry struct {
	Seq    int64
	Digest string
	Text   string
	By     []prentice.Ref
	Reason string
	At     time.Time
}

// self is who adopts the first policy.
const self prentice.Ref = "self/prentice"

// InForce is the policy that was adopted last; false when there was none yet.
func (b *Book) InForce(ctx context.Context) (e Entry, found bool, err error) {
	err = b.DB.QueryRow(ctx, b.sql(inForce), nil, e.dest()...)
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	if err != nil {
		return e, false, fmt.Errorf("read the policy in force: %w", err)
	}
	return e, true, nil
}

const inForce = `SELECT seq, digest, text, owners, reason, at FROM policy_adopted ORDER BY seq DESC LIMIT 1`

func (e *Entry) dest() []any {
	return []any{&e.Seq, &e.Digest, &e.Text, jsonText{&e.By}, &e.Reason, micros{&e.At}}
}

// First enters the first policy, unless there is one already.
func (b *Book) First(ctx context.Context, p *Policy, text string) error {
	return b.first(ctx, p.Digest(), text, "the first policy that was found")
}

// FirstGroups enters the first memberships, unless there are some already.
func (b *Book) FirstGroups(ctx context.Context, text string) error {
	return b.first(ctx, prentice.Digest([]byte(text)), text, "the first groups that were found")
}

// Follow takes over by itself what decides nothing yet: another text in the place
// of the one in force, unless that is another by now.
func (b *Book) Follow(ctx context.Context, base Entry, text, reason string) error {
	now, digest := b.Clock(), prentice.Digest([]byte(text))
	return b.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(b.sql(`INSERT INTO policy_adopted (seq, digest, text, owners, reason, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (seq) DO NOTHING`),
			base.Seq+1, digest, text, `["`+string(self)+`"]`, reason, db.Micros(now))
		if err != nil || n == 0 {
			return err
		}
		return b.Recorder.Append(tx, now, prentice.Note{Kind: b.kind("adopted"), Actor: self, Refs: []prentice.Ref{b.about()}, Data: map[string]any{
			"from": base.Digest, "to": digest, "reason": reason, "diff": Diff(base.Text, text)}})
	})
}

func (b *Book) first(ctx context.Context, digest, text, reason string) error {
	now := b.Clock()
	return b.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(b.sql(`INSERT INTO policy_adopted (seq, digest, text, owners, reason, at) VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT (seq) DO NOTHING`),
			digest, text, `["`+string(self)+`"]`, reason, db.Micros(now))
		if err != nil || n == 0 {
			return err
		}
		return b.Recorder.Append(tx, now, prentice.Note{Kind: b.kind("adopted"), Actor: self, Refs: []prentice.Ref{b.about()}, Data: map[string]any{
			"to": digest, "reason": reason, "diff": Diff("", text)}})
	})
}

// mostDiff is how much of a difference is kept as evidence, in bytes.
const mostDiff = 64 << 10

// Diff is how one policy's text differs from another's, line by line.
func Diff(from, to string) string {
	text := string(diff.Diff("in force", []byte(from), "pending", []byte(to)))
	if _, rest, ok := strings.Cut(text, "\n"); ok && strings.HasPrefix(text, "diff ") {
		text = rest
	}
	if len(text) > mostDiff {
		text = strings.ToValidUTF8(text[:mostDiff], "") + "\n… (the rest of the difference is left out)\n"
	}
	return text
}

// jsonText scans a JSON text.
type jsonText struct{ to any }

func (j jsonText) Scan(from any) error {
	switch v := from.(type) {
	case string:
		return json.Unmarshal([]byte(v), j.to)
	case []byte:
		return json.Unmarshal(v, j.to)
	}
	return fmt.Errorf("a %T is no JSON text", from)
}

// micros scans a stored time.
type micros struct{ to *time.Time }

func (m micros) Scan(from any) error {
	n, ok := from.(int64)
	if !ok {
		return fmt.Errorf("a %T is no time", from)
	}
	*m.to = db.Time(n)
	return nil
}
