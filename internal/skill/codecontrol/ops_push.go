package codecontrol

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// AllowIn says that a refusal was a false alarm.
type AllowIn struct {
	Name   string `json:"name" arg:"1" of:"repository" maxLength:"120" example:"shop" doc:"The repository."`
	Key    string `json:"key" arg:"2" minLength:"4" maxLength:"64" example:"5f2a9c01d4e87b36" doc:"What was refused, as the answer to the push names it."`
	Reason string `json:"reason" minLength:"3" maxLength:"400" example:"a key of the test server, made public" doc:"Why it is a false alarm."`
}

// About implements op.Abouter.
func (in AllowIn) About() ([]prentice.Ref, error) { return NameIn{in.Name}.About() }

// Allowance is a refusal that people found to be a false alarm.
type Allowance struct {
	Repository prentice.Ref `json:"repository"`
	Key        string       `json:"key"`
	Reason     string       `json:"reason"`
	AskedBy    prentice.Ref `json:"asked_by"`
	Asked      time.Time    `json:"asked"`
	AgreedBy   prentice.Ref `json:"agreed_by,omitempty"`
	Agreed     time.Time    `json:"agreed,omitzero"`
	Counts     bool         `json:"counts"` // it lets the next push pass
}

// Text implements op.Texter.
func (a Allowance) Text() string {
	if a.Counts {
		return fmt.Sprintf("%s passes in %s from now on: %s asked, %s agreed. Push again.\n", a.Key, a.Repository.Name(), a.AskedBy, a.AgreedBy)
	}
	return fmt.Sprintf("%s asked that %s passes in %s. It counts once a second person says the same:\n  prentice push allow %s %s --reason WHY\n", a.AskedBy, a.Key, a.Repository.Name(), a.Repository.Name(), a.Key)
}

var _ op.Texter = Allowance{}

func (k *Desk) pushOps() []op.Op {
	return []op.Op{
		op.New("push.allow", prentice.Change, prentice.Operator, "Say that what a push was refused for is a false alarm; it counts when a second person says the same", k.allow).
			WithExample("prentice push allow shop 5f2a9c01d4e87b36 --reason 'a sample key of the documentation'").
			WithHelp("A refused push says the key of what was found. Both who ask are evidence. Someone who is behind the first, or whose agent asked, is no second person."),
		op.New("repository.push", prentice.Look, prentice.Operator, "Say how to push to a repository, and what is protected", k.pushing).
			WithExample("prentice repository push shop").
			WithHelp("Anyone who may ask this may push: git comes by the same door, with the same roles and tokens. A protected branch is moved by no push."),
	}
}

// Pushing is how to push.
type Pushing struct {
	Reached
	Protected []string `json:"protected"`
}

// Text implements op.Texter.
func (p Pushing) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", p.Ref(), p.State)
	fmt.Fprintf(&b, "protected  %s\n\n", strings.Join(p.Protected, ", "))
	fmt.Fprintf(&b, "git push origin HEAD:refs/for/%s      proposes a change\n", p.Branch)
	b.WriteString("git push origin HEAD:refs/heads/NAME  moves a branch of your own\n")
	return b.String()
}

func (k *Desk) pushing(ctx context.Context, _ op.Call, in NameIn) (Pushing, error) {
	h, err := k.Repository(ctx, in.name())
	if err != nil {
		return Pushing{}, err
	}
	list, err := k.patterns(ctx, h.Name)
	return Pushing{k.reached(h), append([]string{h.Branch}, list...)}, err
}

// allow writes down the first, or agrees as the second.
func (k *Desk) allow(ctx context.Context, c op.Call, in AllowIn) (a Allowance, err error) {
	h, err := k.Repository(ctx, NameIn{in.Name}.name())
	if err != nil {
		return a, err
	}
	if c.Actor.Kind != prentice.Person {
		return a, prentice.Errorf(prentice.Denied, "only people say what is a false alarm, and %s is none", c.Actor.Ref()).Try("ask a person of the team")
	}
	a = Allowance{Repository: h.Ref(), Key: in.Key, Reason: in.Reason, AskedBy: c.Actor.Ref(), Asked: c.Now}
	return a, k.DB.Write(ctx, func(tx *db.Tx) error {
		var asked, agreed int64
		var behind string
		err := tx.QueryRow(`SELECT reason, asked_by, behind, asked, agreed_by, agreed FROM code_allowed WHERE repository = ? AND alarm = ?`, []any{h.Name, in.Key}, &a.Reason, &a.AskedBy, &behind, &asked, &a.AgreedBy, &agreed)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			_, err = tx.Exec(`INSERT INTO code_allowed (repository, alarm, reason, asked_by, behind, asked, agreed_by, agreed) VALUES (?, ?, ?, ?, ?, ?, '', 0)`,
				h.Name, in.Key, in.Reason, string(a.AskedBy), prentice.JoinRefs(c.Actor.People()), db.Micros(c.Now))
			return err
		case err != nil:
			return err
		}
		a.Asked, a.Agreed = db.Time(asked), db.Time(agreed)
		if a.Counts = a.AgreedBy != ""; a.Counts {
			return nil
		}
		if shared := prentice.SharedPerson(prentice.RefsIn(behind), c.Actor.People()); shared != "" {
			return prentice.Errorf(prentice.Denied, "%s asked for this already, and a second person has to agree", shared).Try("ask someone who has nothing to do with %s: prentice push allow %s %s", shared, h.Name, clip.Text(in.Key))
		}
		a.AgreedBy, a.Agreed, a.Counts = c.Actor.Ref(), c.Now, true
		_, err = tx.Exec(`UPDATE code_allowed SET agreed_by = ?, agreed = ? WHERE repository = ? AND alarm = ?`, string(a.AgreedBy), db.Micros(c.Now), h.Name, in.Key)
		return err
	})
}

// allowed are the false alarms that count.
func (k *Desk) allowed(ctx context.Context, repository string) (keys map[string]bool, err error) {
	rows, err := k.DB.Query(ctx, `SELECT alarm FROM code_allowed WHERE repository = ? AND agreed_by <> ''`, repository)
	if err != nil {
		return nil, fmt.Errorf("list false alarms: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	keys = map[string]bool{}
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		keys[key] = true
	}
	return keys, rows.Err()
}
