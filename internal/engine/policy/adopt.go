package policy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Wish is an owner's wish that a policy come into force.
type Wish struct {
	Actor  prentice.Actor
	Reason string
	Policy *Policy // nil when it is about groups
	Text   string
}

// digest names what is wished for.
func (w Wish) digest() string {
	if w.Policy != nil {
		return w.Policy.Digest()
	}
	return prentice.Digest([]byte(w.Text))
}

// voteStands is how long a vote counts when the rule that asks for others says
// nothing, and when none does.
const voteStands = time.Hour

// needs is what the policy in force says to a wish: how many different owners it
// takes and how long a vote stands; an error when it refuses.
func (p *Policy) needs(ctx context.Context, now time.Time, a prentice.Actor) (owners int, stands time.Duration, d prentice.Decision, err error) {
	d = p.Heard(ctx, prentice.Moment{Now: now, Actor: a, Op: AdoptOp})
	switch {
	case d.Verdict == prentice.Refuse:
		return 0, 0, d, prentice.Errorf(prentice.Refused, "the policy in force refuses it: %s", d.Reasons[0]).Try("read rule %s with: prentice policy show", d.Rules[0])
	case d.Verdict == prentice.Ask:
		return max(1, d.Approvers), d.Expires, d, nil
	}
	return 1, voteStands, d, nil
}

// Adopt takes an owner's vote for a policy and, when the policy in force is
// content with the votes, brings it into force. The policy in force judges: it
// may refuse, and when it asks for N approvers N different owners must adopt the
// very same text.
func (b *Book) Adopt(ctx context.Context, old *Policy, base Entry, w Wish) (a Adoption, err error) {
	for {
		if a, err = b.adopt(ctx, old, base, w); !errors.Is(err, errVoted) {
			return a, err
		}
	}
}

// errVoted says that another person has voted since the votes were counted.
var errVoted = errors.New("there is another vote")

// cast is how many votes there are for a policy, and when the last was given.
type cast struct{ votes, last int64 }

const castQuery = `SELECT COUNT(*), COALESCE(MAX(at), 0) FROM policy_votes WHERE base = ? AND digest = ?`

// adopt is Adopt, or errVoted.
func (b *Book) adopt(ctx context.Context, old *Policy, base Entry, w Wish) (Adoption, error) {
	a := Adoption{Digest: w.digest(), From: base.Digest}
	now := b.Clock()
	if w.Actor.Kind != prentice.Person {
		return a, prentice.Errorf(prentice.Denied, "%s is not a person, and only people adopt a policy", w.Actor.Ref()).Try("ask an owner")
	}
	needs, stands, _, err := old.needs(ctx, now, w.Actor)
	if err != nil {
		return a, err
	}
	var counted cast
	if err := b.DB.QueryRow(ctx, b.sql(castQuery), []any{base.Seq, a.Digest}, &counted.votes, &counted.last); err != nil {
		return a, fmt.Errorf("count the votes for a policy: %w", err)
	}
	votes, err := b.Votes(ctx, base.Seq, a.Digest)
	if err != nil {
		return a, err
	}
	for _, v := range votes {
		if v.Actor == w.Actor.Ref() {
			return a, prentice.Errorf(prentice.Conflict, "%s has adopted it already; another owner must", v.Actor).Try("it counts until %s UTC", v.Expires.UTC().Format(time.DateTime))
		}
		if shared := prentice.SharedPerson(w.Actor.People(), v.People); shared != "" {
			return a, prentice.Errorf(prentice.Denied, "%s is behind the vote of %s already, and behind %s as well: they count as one", shared, v.Actor, w.Actor.Ref()).
				Try("let an owner adopt it behind whom %s is not", shared.Name())
		}
		needs = max(needs, v.Needs)
	}
	a.Votes, a.Needs, a.Adopted = len(votes)+1, needs, len(votes)+1 >= needs
	mine := CountedVote{Vote: Vote{Actor: w.Actor.Ref(), People: w.Actor.People(), Reason: w.Reason, Time: now, Expires: now.Add(stands)}, Needs: needs}
	err = b.DB.Write(ctx, func(tx *db.Tx) error {
		var seq int64
		if err := tx.QueryRow(b.sql(`SELECT MAX(seq) FROM policy_adopted`), nil, &seq); err != nil {
			return err
		}
		if seq != base.Seq {
			return prentice.Errorf(prentice.Conflict, "another policy came into force in the meantime").Try("look at it with: prentice policy show")
		}
		var now cast
		if err := tx.QueryRow(b.sql(castQuery), []any{base.Seq, a.Digest}, &now.votes, &now.last); err != nil {
			return err
		}
		if now != counted {
			return errVoted
		}
		if a.Adopted {
			return b.enter(tx, base, w, append(votes, mine))
		}
		return b.vote(tx, base, w, a, mine)
	})
	if errors.Is(err, db.ErrTaken) {
		return a, prentice.Errorf(prentice.Conflict, "another owner did the same at this moment").Try("look at it with: prentice policy show")
	}
	return a, err
}

// vote keeps a vote that is not enough.
func (b *Book) vote(tx *db.Tx, base Entry, w Wish, a Adoption, v CountedVote) error {
	_, err := tx.Exec(b.sql(`INSERT INTO policy_votes (base, digest, actor, needs, reason, at, expires, people) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (base, digest, actor) DO UPDATE SET needs = excluded.needs, reason = excluded.reason, at = excluded.at, expires = excluded.expires, people = excluded.people`),
		base.Seq, a.Digest, string(v.Actor), v.Needs, v.Reason, db.Micros(v.Time), db.Micros(v.Expires), prentice.JoinRefs(v.People))
	if err != nil {
		return err
	}
	return b.Recorder.Append(tx, v.Time, prentice.Note{Kind: b.kind("adoption-wanted"), Actor: v.Actor, Refs: []prentice.Ref{b.about()}, Data: map[string]any{
		"from": base.Digest, "to": a.Digest, "reason": w.Reason, "door": w.Actor.Door, "token": w.Actor.Token, "people": v.People, "votes": a.Votes, "needs": a.Needs, "diff": Diff(base.Text, w.Text)}})
}

// enter brings a policy into force.
func (b *Book) enter(tx *db.Tx, base Entry, w Wish, votes []CountedVote) error {
	var by []prentice.Ref
	for _, v := range votes {
		by = append(by, v.Actor)
	}
	owners, err := json.Marshal(by)
	if err != nil {
		return err
	}
	now := votes[len(votes)-1].Time
	if _, err := tx.Exec(b.sql(`INSERT INTO policy_adopted (seq, digest, text, owners, reason, at) VALUES (?, ?, ?, ?, ?, ?)`),
		base.Seq+1, w.digest(), w.Text, string(owners), w.Reason, db.Micros(now)); err != nil {
		return err
	}
	if _, err := tx.Exec(b.sql(`DELETE FROM policy_votes`)); err != nil { // every vote was judged by what is no longer in force
		return err
	}
	return b.Recorder.Append(tx, now, prentice.Note{Kind: b.kind("adopted"), Actor: w.Actor.Ref(), Refs: []prentice.Ref{b.about()}, Data: map[string]any{
		"from": base.Digest, "to": w.digest(), "by": by, "reason": w.Reason, "door": w.Actor.Door, "token": w.Actor.Token, "people": w.Actor.People(), "diff": Diff(base.Text, w.Text)}})
}

// CountedVote is a vote with how many owners it asked for.
type CountedVote struct {
	Vote
	Needs int
}

// Votes are those for a policy that still count: judged by the policy in force,
// not expired, and of people who are owners still.
func (b *Book) Votes(ctx context.Context, base int64, digest string) ([]CountedVote, error) {
	rows, err := b.DB.Query(ctx, b.sql(`SELECT actor, needs, reason, at, expires, people FROM policy_votes WHERE base = ? AND digest = ? AND expires > ? ORDER BY at`), base, digest, db.Micros(b.Clock()))
	if err != nil {
		return nil, fmt.Errorf("read the votes for a policy: %w", err)
	}
	defer rows.Close()
	var list []CountedVote
	for rows.Next() {
		var v CountedVote
		var people string
		if err := rows.Scan(&v.Actor, &v.Needs, &v.Reason, micros{&v.Time}, micros{&v.Expires}, &people); err != nil {
			return nil, fmt.Errorf("read the votes for a policy: %w", err)
		}
		v.People = prentice.JoinPeople([]prentice.Ref{v.Actor}, prentice.RefsIn(people))
		list = append(list, v)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := 0; i < len(list); {
		role, err := b.Role(ctx, list[i].Actor)
		if err != nil {
			return nil, err
		}
		if role.Includes(prentice.Owner) {
			i++
			continue
		}
		list = slices.Delete(list, i, i+1)
	}
	return list, nil
}

// Standing says how far a pending policy is, for someone who might adopt it:
// how many owners it takes, who has voted, and what refuses it.
func (b *Book) Standing(ctx context.Context, old *Policy, base Entry, digest string, asker prentice.Actor) (p Pending, err error) {
	p.Digest, p.Votes, p.Rules = digest, []Vote{}, []string{}
	var refused error
	var d prentice.Decision
	p.Needs, _, d, refused = old.needs(ctx, b.Clock(), asker)
	if p.Rules = d.Rules; refused != nil {
		p.Refused = d.Reasons[0]
	}
	votes, err := b.Votes(ctx, base.Seq, digest)
	for _, v := range votes {
		p.Votes = append(p.Votes, v.Vote)
		p.Needs = max(p.Needs, v.Needs)
	}
	return p, err
}
