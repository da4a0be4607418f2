package prototype

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/db"
)

// Feedback is what a visitor says. Nothing of who they are is kept but the name that they
// give, which may be none.
type Feedback struct {
	Number  int64     `json:"number"`
	At      time.Time `json:"at"`
	Visitor string    `json:"-"`
	Name    string    `json:"name,omitempty"`
	Note    string    `json:"note"`
	Page    string    `json:"page,omitempty"` // the path that they were on
	Shot    string    `json:"shot,omitempty"` // the media type of the picture

	Answered   time.Time    `json:"answered,omitzero"` // zero is an open note
	AnsweredBy prentice.Ref `json:"answered_by,omitempty"`
	Answer     string       `json:"answer,omitempty"`
}

// Open says whether it waits for an answer.
func (f Feedback) Open() bool { return f.Answered.IsZero() }

// The bounds of what visitors may leave behind.
const (
	mostNote     = 2000
	mostName     = 80
	mostPage     = 300
	mostFeedback = 500    // of a prototype
	mostShots    = 60     // of them with a picture
	mostTries    = 20_000 // of all its tasks
	window       = 10 * time.Minute
	mostOften    = 6  // notes of one visitor within it
	mostAtOnce   = 60 // notes of all
)

// Clean is what someone typed without what steers a terminal or the direction of reading,
// and no longer than is kept.
func Clean(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf) || r == utf8.RuneError {
			return -1
		}
		return r
	}, text)
	if r := []rune(text); len(r) > most {
		text = string(r[:most])
	}
	return strings.TrimSpace(text)
}

// Say keeps what a visitor says, and the picture beside it.
func (s *Store) Say(ctx context.Context, p Prototype, f Feedback, picture []byte) error {
	f.Name, f.Note, f.Page = Clean(f.Name, mostName), Clean(f.Note, mostNote+1), Clean(f.Page, mostPage)
	switch {
	case f.Note == "":
		return prentice.Errorf(prentice.Invalid, "nothing is written").Try("say in a few words what you think")
	case utf8.RuneCountInString(f.Note) > mostNote:
		return prentice.Errorf(prentice.Invalid, "the note has more than %d characters", mostNote).Try("send it in two")
	}
	var drawn []byte
	if len(picture) > 0 {
		var err error
		if drawn, f.Shot, err = Redraw(picture); err != nil {
			return err
		}
	}
	return s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if f.Number, err = tx.Next("prototype feedback"); err != nil { // one after the other
			return err
		}
		var all, pictures, mine, lately int64
		since := db.Micros(f.At.Add(-window))
		if err := tx.QueryRow(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN shot <> '' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN at > ? AND visitor = ? THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN at > ? THEN 1 ELSE 0 END), 0)
			FROM prototype_feedback WHERE prototype = ?`, []any{since, f.Visitor, since, p.Number}, &all, &pictures, &mine, &lately); err != nil {
			return err
		}
		switch {
		case all >= mostFeedback || f.Shot != "" && pictures >= mostShots:
			return prentice.Errorf(prentice.Limited, "so much was said already that no more is kept").Try("tell %s yourself", p.Owner)
		case mine >= mostOften || lately >= mostAtOnce:
			return prentice.Errorf(prentice.Limited, "much was said in the last minutes").Try("wait ten minutes, and send it again")
		}
		if _, err := tx.Exec(`INSERT INTO prototype_feedback (number, prototype, visitor, at, name, note, page, shot) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, f.Number, p.Number, f.Visitor, db.Micros(f.At), f.Name, f.Note, f.Page, f.Shot); err != nil {
			return err
		}
		if f.Shot == "" {
			return nil
		}
		_, err = tx.Exec(`INSERT INTO prototype_shots (feedback, data) VALUES (?, ?)`, f.Number, base64.StdEncoding.EncodeToString(drawn))
		return err
	})
}

// Said is what was said, the newest first.
func (s *Store) Said(ctx context.Context, p Prototype) ([]Feedback, error) {
	rows, err := s.DB.Query(ctx, `SELECT number, at, visitor, name, note, page, shot, COALESCE(answered, 0), COALESCE(answered_by, ''), COALESCE(says, '')
		FROM prototype_feedback LEFT JOIN prototype_answers ON feedback = number WHERE prototype = ? ORDER BY number DESC LIMIT ?`, p.Number, mostFeedback)
	return db.List(rows, err, func(scan func(...any) error, f *Feedback) error {
		var at, answered int64
		err := scan(&f.Number, &at, &f.Visitor, &f.Name, &f.Note, &f.Page, &f.Shot, &answered, &f.AnsweredBy, &f.Answer)
		f.At, f.Answered = db.Time(at), db.Time(answered)
		return err
	}, nil)
}

// Answer says what becomes of a note, once.
func (s *Store) Answer(ctx context.Context, number int64, says string, by prentice.Ref, now time.Time) (of Prototype, err error) {
	if of, err = s.one(ctx, `number = (SELECT prototype FROM prototype_feedback WHERE number = ?)`, number); err != nil {
		if prentice.KindOf(err) == prentice.NotFound {
			err = prentice.Errorf(prentice.NotFound, "there is no note %d", number).Try("see those there are: prentice prototype show NAME")
		}
		return of, err
	}
	return of, s.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`INSERT INTO prototype_answers (feedback, answered, answered_by, says) VALUES (?, ?, ?, ?) ON CONFLICT (feedback) DO NOTHING`, number, db.Micros(now), string(by), says)
		if err != nil {
			return err
		}
		if n == 0 {
			return prentice.Errorf(prentice.Conflict, "note %d is answered already", number).Try("look at it: prentice prototype show %s", of.Name)
		}
		return s.Record(tx, now, prentice.Note{Kind: "prototype.answered", Actor: by, Refs: of.Refs(), Data: map[string]any{"note": number, "answer": says}})
	})
}

// Shot is the picture beside a note.
func (s *Store) Shot(ctx context.Context, number int64) (picture []byte, media string, err error) {
	var data string
	err = s.DB.QueryRow(ctx, `SELECT data, shot FROM prototype_shots JOIN prototype_feedback ON number = feedback WHERE feedback = ?`, []any{number}, &data, &media)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, "", prentice.Errorf(prentice.NotFound, "beside note %d is no picture", number).Try("see those there are: prentice prototype show NAME")
	}
	if err == nil {
		picture, err = base64.StdEncoding.DecodeString(data)
	}
	return picture, media, err
}

// Try keeps that a visitor began a task, finished it or gave it up. What was ended first
// counts.
func (s *Store) Try(ctx context.Context, p Prototype, visitor, task, how string, at time.Time) error {
	if !slices.ContainsFunc(p.Tasks, func(t Task) bool { return t.Name == task }) {
		return prentice.Errorf(prentice.NotFound, "%s has no task %q", p.Ref(), Clean(task, 60)).Try("go back, and choose one of those there")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if how == "start" {
			var n int64
			if err := tx.QueryRow(`SELECT COUNT(*) FROM prototype_tries WHERE prototype = ?`, []any{p.Number}, &n); err != nil {
				return err
			}
			if n >= mostTries {
				return prentice.Errorf(prentice.Limited, "so many have tried already that no more are counted").Try("go on, and tell %s how it went", p.Owner)
			}
			_, err := tx.Exec(`INSERT INTO prototype_tries (prototype, visitor, task, started, ended, done) VALUES (?, ?, ?, ?, 0, 0) ON CONFLICT (prototype, visitor, task) DO NOTHING`, p.Number, visitor, task, db.Micros(at))
			return err
		}
		done := 0
		if how == "done" {
			done = 1
		} else if how != "give-up" {
			return prentice.Errorf(prentice.Invalid, "%q is nothing that becomes of a task", Clean(how, 60)).Try("use start, done or give-up")
		}
		_, err := tx.Exec(`UPDATE prototype_tries SET ended = ?, done = ? WHERE prototype = ? AND visitor = ? AND task = ? AND ended = 0`, db.Micros(at), done, p.Number, visitor, task)
		return err
	})
}

// Tried is how visitors did with a task.
type Tried struct {
	Task   string        `json:"task"`
	Began  int64         `json:"began"`
	Done   int64         `json:"done"`
	GaveUp int64         `json:"gave_up"`
	Took   time.Duration `json:"took,omitempty"` // on average, of those who finished
}

// Tries is how visitors did, by task; with a visitor, how that one did.
func (s *Store) Tries(ctx context.Context, p Prototype, visitor string) (map[string]Tried, error) {
	rows, err := s.DB.Query(ctx, `SELECT task, COUNT(*), SUM(done), SUM(CASE WHEN ended > 0 AND done = 0 THEN 1 ELSE 0 END), SUM(CASE WHEN done = 1 THEN ended - started ELSE 0 END)
		FROM prototype_tries WHERE prototype = ? AND (? = '' OR visitor = ?) GROUP BY task`, p.Number, visitor, visitor)
	list, err := db.List(rows, err, func(scan func(...any) error, t *Tried) error {
		var took int64
		if err := scan(&t.Task, &t.Began, &t.Done, &t.GaveUp, &took); err != nil {
			return err
		}
		if t.Done > 0 {
			t.Took = max(0, time.Duration(took/t.Done)*time.Microsecond)
		}
		return nil
	}, nil)
	by := map[string]Tried{}
	for _, t := range list {
		by[t.Task] = t
	}
	return by, err
}

// Share keeps the digest of a token by which visitors come to what is asked of them.
func (s *Store) Share(ctx context.Context, p Prototype, digest string, now time.Time, note prentice.Note) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`INSERT INTO prototype_shares (digest, prototype, made, made_by) VALUES (?, ?, ?, ?)`, digest, p.Number, db.Micros(now), string(note.Actor)); err != nil {
			return err
		}
		return s.Record(tx, now, note)
	})
}

// Shared is the prototype that a token leads to, by its digest.
func (s *Store) Shared(ctx context.Context, digest string) (Prototype, error) {
	return s.one(ctx, `number = (SELECT prototype FROM prototype_shares WHERE digest = ?)`, digest)
}

// In is the prototype that lives in an environment, and is not decided.
func (s *Store) In(ctx context.Context, environment prentice.Ref) (Prototype, error) {
	return s.one(ctx, `environment = ? AND decided = 0 ORDER BY number DESC LIMIT 1`, string(environment))
}

func (s *Store) one(ctx context.Context, where string, args ...any) (Prototype, error) {
	p, err := read(func(dest ...any) error {
		return s.DB.QueryRow(ctx, `SELECT `+columns+` FROM prototypes WHERE `+where, args, dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return p, prentice.Errorf(prentice.NotFound, "nothing is tried out here").Try("ask who sent you the address")
	}
	if err != nil {
		return p, fmt.Errorf("find a prototype: %w", err)
	}
	return p, nil
}
