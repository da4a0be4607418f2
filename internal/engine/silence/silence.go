// Package silence keeps silences and says which of them matches labels.
//
// Its words: a silence has matchers, all of which have to match, a beginning, an
// end, someone who made it and a reason. It is pending before its beginning, active
// until its end, and expired from that very moment on.
//
// It refuses a silence that would match everything, that has no end or a distant
// one, and one without a reason. It knows no incident: who is silent by it is
// decided where symptoms are.
package silence

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/label"
	"prentice/internal/team"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the tables of silences; their owner is "silence".
func Schema() fs.FS { return db.Under(files, "schema") }

// The bounds of silences.
const (
	Longest      = 30 * 24 * time.Hour // unless a team says otherwise
	mostMatchers = 20
	mostAtOnce   = 1000 // that are pending or active
)

// Silences keeps them.
type Silences struct {
	DB      *db.DB
	Longest func() time.Duration // nil or 0 is Longest
	Changed func()               // called when one was added or ended; nil is no one

	compiled sync.Map // by their text, of matchers that were read
}

// Check says what is wrong with a silence, or gives it with its matchers as they are
// kept.
func (s *Silences) Check(n Silence, now time.Time) (Silence, error) {
	longest := Longest
	if s.Longest != nil && s.Longest() > 0 {
		longest = s.Longest()
	}
	n.Reason = strings.TrimSpace(n.Reason)
	selects := false
	var texts []string
	for _, text := range n.Matchers {
		m, err := label.Parse(text)
		if err != nil {
			return n, prentice.Errorf(prentice.Invalid, "%w", err).Try(`write label="value", with =, !=, =~ or !~, such as --matcher 'host=~web-.*'`)
		}
		selects = selects || m.Selects()
		texts = append(texts, m.String())
	}
	slices.Sort(texts)
	n.Matchers = slices.Compact(texts)
	switch {
	case len(n.Matchers) == 0 || !selects:
		return n, prentice.Errorf(prentice.Invalid, "a silence with these matchers would match everything").Try(`name what is to be silent: --matcher 'alertname=HighLoad' or --matcher 'service=web'`)
	case len(n.Matchers) > mostMatchers:
		return n, prentice.Errorf(prentice.Invalid, "there are %d matchers, at most %d", len(n.Matchers), mostMatchers).Try("join values in one pattern: host=~'a|b'")
	case n.Reason == "":
		return n, prentice.Errorf(prentice.Invalid, "the silence has no reason").Try("say why, in one sentence: --reason '…'")
	case n.Ends.IsZero():
		return n, prentice.Errorf(prentice.Invalid, "the silence has no end").Try("say how long, such as --for 2h, or until when")
	case !n.Ends.After(now) || !n.Ends.After(n.Starts):
		return n, prentice.Errorf(prentice.Invalid, "the silence would end at %s, before it begins", n.Ends.UTC().Format(time.RFC3339)).Try("give it an end in the future, such as --for 2h")
	case n.Ends.Sub(n.Starts) > longest || n.Starts.Sub(now) > longest:
		return n, prentice.Errorf(prentice.Invalid, "the silence would last until %s; the longest is %s", n.Ends.UTC().Format(time.RFC3339), days(longest)).
			Try("choose an earlier end, or remove the alert or the probe; longest_silence in alerts.yaml says how long a silence may be")
	}
	return n, nil
}

func days(d time.Duration) string {
	if d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
	return d.String()
}

// Add keeps a silence.
func (s *Silences) Add(tx *db.Tx, now time.Time, n Silence) (Silence, error) {
	if n.Starts.IsZero() || n.Starts.Before(now) {
		n.Starts = now
	}
	n, err := s.Check(n, now)
	if err != nil {
		return n, err
	}
	var many int
	if err := tx.QueryRow(`SELECT COUNT(*) FROM silences WHERE ended = 0 AND ends > ?`, []any{db.Micros(now)}, &many); err != nil {
		return n, err
	}
	if many >= mostAtOnce {
		return n, prentice.Errorf(prentice.Refused, "there are %d silences already", many).Try("end those that are not needed: prentice silence list")
	}
	if n.Number, err = tx.Next("silence"); err != nil {
		return n, err
	}
	n.ID, n.Created, n.Ended, n.EndedBy = newID(), now, time.Time{}, ""
	raw, err := json.Marshal(n.Matchers)
	if err != nil {
		return n, err
	}
	s.tell(tx)
	_, err = tx.Exec(`INSERT INTO silences (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '', '')`,
		n.Number, n.ID, string(raw), db.Micros(n.Starts), db.Micros(n.Ends), string(n.By), n.Reason, db.Micros(now))
	return n, err
}

// newID is a random UUID.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// End ends a silence before its time.
func (s *Silences) End(tx *db.Tx, now time.Time, number int64, by prentice.Ref) (Silence, error) {
	n, err := scan(func(dest ...any) error {
		return tx.QueryRow(`SELECT `+columns+` FROM silences WHERE number = ?`, []any{number}, dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return n, notFound(fmt.Sprint(number))
	}
	if err != nil {
		return n, err
	}
	if n.State(now) == Expired {
		at := n.Ends
		if !n.Ended.IsZero() {
			at = n.Ended
		}
		return n, prentice.Errorf(prentice.Conflict, "%s ended at %s", n.Ref(), at.UTC().Format(time.RFC3339)).Try("list those that are active with: prentice silence list")
	}
	n.Ended, n.EndedBy = now, by
	s.tell(tx)
	_, err = tx.Exec(`UPDATE silences SET ended = ?, ended_by = ? WHERE number = ?`, db.Micros(now), string(by), number)
	return n, err
}

func notFound(name string) error {
	return prentice.Errorf(prentice.NotFound, "no silence %s", name).Try("list them with: prentice silence list")
}

// Find is a silence by its number or by the id that other tools know.
func (s *Silences) Find(ctx context.Context, name string) (Silence, error) {
	bare := strings.TrimPrefix(name, "silence/")
	if len(bare) > 60 {
		return Silence{}, notFound(fmt.Sprintf("%q", bare[:60]+"…"))
	}
	var number int64
	if _, err := fmt.Sscanf(bare, "%d", &number); err != nil || fmt.Sprint(number) != bare {
		number = 0
	}
	n, err := scan(func(dest ...any) error {
		return s.DB.QueryRow(ctx, `SELECT `+columns+` FROM silences WHERE number = ? OR id = ?`, []any{number, bare}, dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return n, notFound(fmt.Sprintf("%q", bare))
	}
	return n, err
}

// List is the silences, newest first: those that are not over, or also those that
// are.
func (s *Silences) List(ctx context.Context, now time.Time, all bool, before int64, limit int) ([]Silence, error) {
	where, args := `1 = 1`, []any(nil)
	if !all {
		where, args = `ended = 0 AND ends > ?`, append(args, db.Micros(now))
	}
	if before > 0 {
		where, args = where+` AND number < ?`, append(args, before)
	}
	return scanAll(s.DB.Query(ctx, `SELECT `+columns+` FROM silences WHERE `+where+` ORDER BY number DESC LIMIT ?`, append(args, limit)...))
}

// Muting is why something with these labels is silent at a moment, or nil. Of
// several silences it is the one that lasts longest. What it is about stands in
// its labels.
func (s *Silences) Muting(tx *db.Tx, now time.Time, _ prentice.Ref, labels map[string]string) (*team.Mute, error) {
	list, err := scanAll(tx.Query(`SELECT `+columns+` FROM silences WHERE ended = 0 AND ends > ? AND starts <= ? ORDER BY ends DESC, number`, db.Micros(now), db.Micros(now)))
	if err != nil {
		return nil, err
	}
	for _, n := range list {
		if s.Fits(n.Matchers, labels) {
			return &team.Mute{Of: n.Ref(), By: n.By, Why: n.Reason, Until: n.Ends}, nil
		}
	}
	return nil, nil
}

// Fits says whether all of some matchers match labels. One that cannot be read
// matches nothing, and no matchers match nothing.
func (s *Silences) Fits(matchers []string, labels map[string]string) bool {
	if len(matchers) == 0 {
		return false
	}
	var all []label.Matcher
	for _, text := range matchers {
		m, err := s.matcher(text)
		if err != nil {
			return false
		}
		all = append(all, m)
	}
	return label.Fit(all, labels)
}

func (s *Silences) matcher(text string) (label.Matcher, error) {
	if m, found := s.compiled.Load(text); found {
		return m.(label.Matcher), nil
	}
	m, err := label.Parse(text)
	if err == nil {
		s.compiled.Store(text, m)
	}
	return m, err
}

// Turn is a mark that changes whenever a silence is added, begins or ends, and when
// it changes next by itself; zero is never.
func (s *Silences) Turn(ctx context.Context, now time.Time) (mark string, next time.Time, err error) {
	var last, ended, active, at int64
	m := db.Micros(now)
	err = s.DB.QueryRow(ctx, `SELECT COALESCE(MAX(number), 0), COALESCE(SUM(CASE WHEN ended > 0 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN ended = 0 AND starts <= ? AND ends > ? THEN 1 ELSE 0 END), 0),
		COALESCE(MIN(CASE WHEN ended = 0 AND ends > ? THEN CASE WHEN starts > ? THEN starts ELSE ends END END), 0) FROM silences`, []any{m, m, m, m}, &last, &ended, &active, &at)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("read silences: %w", err)
	}
	s.forget()
	return fmt.Sprint(last, ended, active), db.Time(at), nil
}

// forget keeps what was compiled from growing for ever.
func (s *Silences) forget() {
	n := 0
	s.compiled.Range(func(any, any) bool { n++; return n <= mostAtOnce*mostMatchers })
	if n > mostAtOnce*mostMatchers {
		s.compiled.Clear()
	}
}

// tell tells who wants to know that something has changed, once it is true.
func (s *Silences) tell(tx *db.Tx) {
	if s.Changed != nil {
		tx.After(s.Changed)
	}
}

const columns = `number, id, matchers, starts, ends, by_whom, reason, created, ended, ended_by, elsewhere`

func scan(from func(...any) error) (n Silence, err error) {
	var matchers string
	var starts, ends, created, ended int64
	err = from(&n.Number, &n.ID, &matchers, &starts, &ends, &n.By, &n.Reason, &created, &ended, &n.EndedBy, &n.Elsewhere)
	n.Starts, n.Ends, n.Created, n.Ended = db.Time(starts), db.Time(ends), db.Time(created), db.Time(ended)
	if err != nil {
		return n, err
	}
	return n, json.Unmarshal([]byte(matchers), &n.Matchers)
}

func scanAll(rows *sql.Rows, err error) ([]Silence, error) {
	list, err := db.List(rows, err, func(from func(...any) error, n *Silence) (err error) {
		*n, err = scan(from)
		return err
	}, func(n *Silence, why error) {
		n.Matchers, n.Reason = nil, why.Error() // it matches nothing
	})
	if err != nil {
		return nil, fmt.Errorf("read silences: %w", err)
	}
	return list, nil
}
