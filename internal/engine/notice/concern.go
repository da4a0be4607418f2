package notice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/db"
)

// The news of changes that concern one person. What they want to hear of is theirs to say.
const (
	NewsReview   = "review"   // they are asked to look at a change
	NewsComment  = "comment"  // someone says something of their change, or no to it
	NewsApproved = "approved" // someone approves their change
	NewsEjected  = "ejected"  // their change has left the queue without landing
	NewsLanded   = "landed"   // their change has landed
)

// News lists them.
func News() []string {
	return []string{NewsReview, NewsComment, NewsApproved, NewsEjected, NewsLanded}
}

// newsOf is which news an event is, or "".
func newsOf(kind string) string {
	switch kind {
	case "change.asked":
		return NewsReview
	case "change.commented", "change.objected":
		return NewsComment
	case "change.approved":
		return NewsApproved
	case "queue.ejected":
		return NewsEjected
	case "change.landed":
		return NewsLanded
	}
	return ""
}

// concerns is whom news of a change concerns: who is asked, and else whose it is. No one is
// told of what they did themselves. What the queue does, no one did.
func concerns(e prentice.Event, d said) prentice.Ref {
	who := d.Owner
	switch newsOf(e.Type) {
	case "":
		return ""
	case NewsReview:
		who = d.Assignee
	case NewsEjected, NewsLanded:
		d.By = ""
	}
	if _, err := prentice.ParseRef(string(who)); err != nil || who == d.By {
		return ""
	}
	return who
}

// concerned are some channels and those of whom the news concerns, if they want it. The
// channels of who did it are left out.
func (o *Outbox) concerned(ctx context.Context, s *Settings, channels []string, m Message) ([]string, error) {
	channels = slices.DeleteFunc(channels, func(name string) bool {
		c, _ := s.Channel(name)
		return len(c.People) == 1 && c.People[0] == m.by
	})
	if m.For == "" {
		return channels, nil
	}
	wants, err := o.Wanted(ctx, m.For)
	if err != nil || !slices.Contains(wants, m.news) {
		return channels, err
	}
	return s.with(channels, m.For), nil
}

// Wanted is the news of changes that a person wants to hear of: all, unless they said
// otherwise.
func (o *Outbox) Wanted(ctx context.Context, person prentice.Ref) ([]string, error) {
	var kinds string
	err := o.DB.QueryRow(ctx, `SELECT kinds FROM notice_wanted WHERE person = ?`, []any{string(person)}, &kinds)
	if errors.Is(err, sql.ErrNoRows) {
		return News(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what %s wants to hear of: %w", person, err)
	}
	return strings.Fields(kinds), nil
}

// Want writes down what a person wants to hear of; none is nothing.
func (o *Outbox) Want(ctx context.Context, person prentice.Ref, news []string) error {
	for _, one := range news {
		if !slices.Contains(News(), one) {
			return prentice.Errorf(prentice.Invalid, "%q is no news of changes", line(one)).Try("there are %s", strings.Join(News(), ", "))
		}
	}
	now := o.Clock()
	err := o.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`INSERT INTO notice_wanted (person, kinds) VALUES (?, ?) ON CONFLICT (person) DO UPDATE SET kinds = excluded.kinds`, string(person), strings.Join(news, " ")); err != nil {
			return err
		}
		return o.Recorder.Append(tx, now, prentice.Note{Kind: "notice.wanted", Actor: person, Refs: []prentice.Ref{person}, Data: map[string]any{"news": news}})
	})
	if err != nil {
		return fmt.Errorf("keep what %s wants to hear of: %w", person, err)
	}
	return nil
}
