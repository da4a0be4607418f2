package change

import (
	"context"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Say gives a vote on the newest patch set, or withdraws it. Seen is the patch set that its
// giver has looked at: a yes to one that is not the newest any more is refused.
func (s *Store) Say(ctx context.Context, now time.Time, number int64, by prentice.Actor, v Vote, addresses func(prentice.Ref) []string) (c Change, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if c, err = find(tx.Query, number); err != nil {
			return err
		}
		all, err := sets(tx.Query, number)
		if err != nil {
			return err
		}
		given, err := votes(tx.Query, number)
		if err != nil {
			return err
		}
		if !v.Taken {
			if err := MayVote(c, all, Latest(given), by, v.Yes, addresses); err != nil {
				return err
			}
		}
		if v.PatchSet == 0 {
			v.PatchSet = c.PatchSet
		}
		if v.PatchSet != c.PatchSet && v.Yes {
			return prentice.Errorf(prentice.Conflict, "%s has patch set %d by now, and the approval is of %d", c.Ref(), c.PatchSet, v.PatchSet).Try("look at what is new: prentice change diff %d --since %d", number, v.PatchSet)
		}
		v.Change, v.By, v.People, v.At, v.Reason = number, by.Ref(), by.People(), now, short(v.Reason, mostText)
		id, err := tx.Next("code vote")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO code_vote (id, number, body) VALUES (?, ?, ?)`, id, number, text(v)); err != nil {
			return err
		}
		c.Updated = now
		if err := keep(tx, c); err != nil {
			return err
		}
		kind := "change.objected"
		switch {
		case v.Taken:
			kind = "change.withdrawn"
		case v.Yes:
			kind = "change.approved"
		}
		data := map[string]any{}
		if v.Reason != "" {
			data["reason"] = v.Reason
		}
		return s.happened(tx, now, kind, itoa(int(id)), c, by, data)
	})
	return c, err
}

// Comment keeps what someone says of a change.
func (s *Store) Comment(ctx context.Context, now time.Time, by prentice.Actor, c Comment) (Comment, error) {
	if c.Text = strings.TrimSpace(strings.ToValidUTF8(c.Text, "\uFFFD")); c.Text == "" || len(c.Text) > mostText {
		return c, prentice.Errorf(prentice.Invalid, "a comment has 1 to %d bytes, and this one %d", mostText, len(c.Text)).Try("say it in fewer words")
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		of, err := find(tx.Query, c.Change)
		if err != nil {
			return err
		}
		if c.PatchSet == 0 {
			c.PatchSet = of.PatchSet
		}
		if c.PatchSet > of.PatchSet || c.PatchSet < 1 {
			return prentice.Errorf(prentice.NotFound, "%s has no patch set %d", of.Ref(), c.PatchSet).Try("it has 1 to %d", of.PatchSet)
		}
		if c.Answers > 0 {
			first, err := comment(tx, c.Change, c.Answers)
			if err != nil {
				return err
			}
			if first.Answers > 0 {
				c.Answers = first.Answers
			}
			if first.Draft && first.By != by.Ref() {
				return noComment(c.Change, c.Answers)
			}
			c.File, c.Side, c.Line, c.Last, c.PatchSet = first.File, first.Side, first.Line, first.Last, first.PatchSet
		}
		if c.Number, err = tx.Next("code comment"); err != nil {
			return err
		}
		c.By, c.People, c.At = by.Ref(), by.People(), now
		if err := keepComment(tx, c); err != nil {
			return err
		}
		if c.Draft {
			return nil
		}
		return s.said(tx, now, of, by, c)
	})
	return c, err
}

func (s *Store) said(tx *db.Tx, now time.Time, of Change, by prentice.Actor, c Comment) error {
	of.Updated = now
	if err := keep(tx, of); err != nil {
		return err
	}
	return s.happened(tx, now, "change.commented", itoa(int(c.Number)), of, by, map[string]any{"comment": c.Number, "summary": short(strings.Join(strings.Fields(c.Text), " "), mostTitle)})
}

// Send shows the drafts of someone to everyone, all at once.
func (s *Store) Send(ctx context.Context, now time.Time, number int64, by prentice.Actor) (n int, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		n = 0
		of, err := find(tx.Query, number)
		if err != nil {
			return err
		}
		drafts, err := bodies[Comment](tx.Query, `SELECT body FROM code_comment WHERE number = ? AND writer = ? AND draft = 1 ORDER BY id`, number, string(by.Ref()))
		if err != nil {
			return err
		}
		for _, c := range drafts {
			c.Draft, c.At, n = false, now, n+1
			if err := keepComment(tx, c); err != nil {
				return err
			}
			if err := s.said(tx, now, of, by, c); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// Settle resolves a thread, or opens it again; set is the patch set that holds what it
// suggested, or 0.
func (s *Store) Settle(ctx context.Context, now time.Time, number, thread int64, by prentice.Actor, open bool, set int) (c Comment, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		of, err := find(tx.Query, number)
		if err != nil {
			return err
		}
		if c, err = comment(tx, number, thread); err != nil {
			return err
		}
		if c.Draft && c.By != by.Ref() {
			return noComment(number, thread)
		}
		if c.Answers > 0 {
			if c, err = comment(tx, number, c.Answers); err != nil {
				return err
			}
		}
		if c.Open == open && set == 0 {
			return nil
		}
		if c.Open = open; set > 0 {
			c.Applied = set
		}
		if err := keepComment(tx, c); err != nil {
			return err
		}
		kind := "change.resolved"
		if open {
			kind = "change.unresolved"
		}
		return s.happened(tx, now, kind, itoa(int(c.Number))+" "+now.UTC().Format(time.RFC3339Nano), of, by, map[string]any{"comment": c.Number})
	})
	return c, err
}

func keepComment(tx *db.Tx, c Comment) error {
	draft := 0
	if c.Draft {
		draft = 1
	}
	_, err := tx.Exec(`INSERT INTO code_comment (id, number, writer, draft, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET draft = excluded.draft, body = excluded.body`,
		c.Number, c.Change, string(c.By), draft, text(c))
	return err
}

func comment(tx *db.Tx, number, id int64) (Comment, error) {
	list, err := bodies[Comment](tx.Query, `SELECT body FROM code_comment WHERE number = ? AND id = ?`, number, id)
	if err == nil && len(list) == 0 {
		err = noComment(number, id)
	}
	if err != nil {
		return Comment{}, err
	}
	return list[0], nil
}

func noComment(number, id int64) error {
	return prentice.Errorf(prentice.NotFound, "change %d has no comment %d", number, id).Try("see those there are: prentice change show %d", number)
}
