package codecontrol

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/leak"
	"prentice/internal/engine/push"
	"prentice/internal/kit/db"
)

// Proposal is a change that someone proposes by a push.
type Proposal struct {
	Repository string
	Branch     string   // for which it is
	Old        string   // what the ref was moved from, where the client says so
	Head       string   // the newest commit
	Topic      string   // "" is none
	Change     string   // the number of the change that is updated; "" is by what its commits say
	Options    []string // as they were given
	By         prentice.Actor
	Door       string
}

// largest is how large one file may be.
const largest = 50 << 20

// patterns are the branches that are protected beside the one that counts.
func (k *Desk) patterns(ctx context.Context, repository string) (list []string, err error) {
	rows, err := k.DB.Query(ctx, `SELECT pattern FROM code_protected WHERE repository = ? ORDER BY pattern`, repository)
	if err != nil {
		return nil, fmt.Errorf("list protected branches: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var p string
		if err := rows.Scan(&p); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// Protected says whether nothing but the queue moves a branch.
func (k *Desk) Protected(ctx context.Context, repository, branch string) (bool, error) {
	h, err := k.Repository(ctx, repository)
	if err != nil {
		return true, err
	}
	list, err := k.patterns(ctx, repository)
	return err != nil || protects(h, list, branch), err
}

func protects(h Hosted, patterns []string, branch string) bool {
	return branch == h.Branch || slices.ContainsFunc(patterns, func(p string) bool { ok, _ := path.Match(p, branch); return ok })
}

// detector finds secrets by the rules that are built in. What a repository says of the
// search itself counts when it is checked, not here: who pushes writes it.
var detector = sync.OnceValues(func() (*leak.Detector, error) { return leak.New(leak.Settings{}) })

// moving says of each command of a push whether it may move its ref, as the repository and
// its rules are now. It is asked in quarantine, and again before a ref moves.
func (k *Desk) moving(ctx context.Context, p push.Push) (h Hosted, answers []push.Answer, err error) {
	if h, err = k.Repository(ctx, p.Repository); err != nil {
		return h, nil, err
	}
	if err := h.takes(); err != nil {
		return h, nil, err
	}
	refs, err := k.Host.Refs(ctx, h.Name)
	if err != nil {
		return h, nil, err
	}
	patterns, err := k.patterns(ctx, h.Name)
	if err != nil {
		return h, nil, err
	}
	return h, push.Refs(p, push.Rules{Branch: h.Branch, Refs: refs, Changes: k.Propose != nil, Protected: func(b string) bool { return protects(h, patterns, b) }}), nil
}

// Judge decides about a push while it is in quarantine. It implements the receiver of the
// doors.
func (k *Desk) Judge(ctx context.Context, p push.Push) ([]push.Answer, error) {
	h, answers, err := k.moving(ctx, p)
	if err != nil {
		return nil, err
	}
	if refused(answers) == nil {
		if err := k.judgeContent(ctx, h, p, answers); err != nil {
			return nil, err
		}
	}
	return answers, k.told(ctx, h, p, answers)
}

// judgeContent looks at what a push brings. What it finds is an answer to the first command:
// one is enough, and all of the push is refused.
func (k *Desk) judgeContent(ctx context.Context, h Hosted, p push.Push, answers []push.Answer) error {
	secrets, err := detector()
	if err != nil {
		return err
	}
	allowed, err := k.allowed(ctx, h.Name)
	if err != nil {
		return err
	}
	asked, signed, err := k.pushed(h, p)
	if err != nil {
		return err
	}
	unsigned, err := k.unsigned(ctx, h, p, signed)
	if err != nil {
		return err
	}
	c := push.Content{Secrets: secrets, Largest: asked.Largest, Forbidden: asked.Forbidden, By: strings.Join(asked.By, ", "), Allowed: func(key string) bool { return allowed[key] }}
	found, _, err := c.Found(ctx, p)
	found = append(unsigned, found...)
	if err != nil || len(found) == 0 {
		return err
	}
	for i := range answers {
		answers[i].Refused = &found[min(i, len(found)-1)]
	}
	if n := len(answers); n < len(found) { // one command may have broken several rules
		all := found[n-1]
		all.More = append(all.More, found[n:]...)
		answers[n-1].Refused = &all
	}
	return nil
}

func refused(answers []push.Answer) *push.Refusal {
	for _, a := range answers {
		if a.Refused != nil {
			return a.Refused
		}
	}
	return nil
}

// takes refuses pushes to what takes none.
func (h Hosted) takes() error {
	switch {
	case h.State == Archived:
		return prentice.Errorf(prentice.Refused, "%s is archived, and takes no push", h.Name).Try("ask an owner to take it up again: prentice repository archive %s --back", h.Name)
	case h.State != Active:
		return prentice.Errorf(prentice.Unavailable, "%s is being made", h.Name).Try("try again in a moment")
	case h.Source != "":
		return prentice.Errorf(prentice.Refused, "%s is a mirror of %s, and takes no push", h.Name, h.Source).Try("push there")
	}
	return nil
}

// told writes down what was refused, and when something was last pushed.
func (k *Desk) told(ctx context.Context, h Hosted, p push.Push, answers []push.Answer) error {
	r := refused(answers)
	if r == nil && k.now().Sub(h.Pushed) < time.Minute {
		return nil // it is known about when, for packing
	}
	if r == nil {
		return k.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE code_repository SET pushed = ? WHERE name = ?`, db.Micros(k.now()), h.Name)
			return err
		})
	}
	refs := make([]string, 0, min(len(p.Commands), 20))
	for _, c := range p.Commands[:min(len(p.Commands), 20)] {
		refs = append(refs, unsaid(push.Plain(c.Ref)))
	}
	note := prentice.Note{Kind: "push.refused", Actor: p.By.Ref(), Refs: []prentice.Ref{h.Ref()},
		Data: map[string]any{"door": p.Door, "rule": r.Rule, "says": push.Plain(r.Says), "place": unsaid(push.Plain(r.Place)), "key": r.Key, "refs": refs, "behind": p.By.Behind}}
	return k.DB.Write(ctx, k.noting(note))
}

// unsaid is the name of a ref without the secrets that it holds: it was refused for them.
func unsaid(ref string) string {
	secrets, err := detector()
	if err != nil {
		return ""
	}
	for _, h := range secrets.Find(leak.Text{Bytes: []byte(ref), Line: 1}) {
		ref = strings.ReplaceAll(ref, h.Secret, leak.Masked(h.Secret))
	}
	return ref
}

// Take decides about refs that git does not move by itself: a change is proposed, and a
// branch moves as it was asked, if it may still.
func (k *Desk) Take(ctx context.Context, p push.Push) ([]push.Answer, error) {
	h, answers, err := k.moving(ctx, p)
	if err != nil {
		return nil, err
	}
	for i, c := range p.Commands {
		if answers[i].Refused != nil {
			continue
		}
		if proposal, ok := proposes(h, p, c); ok {
			answers[i].As, answers[i].Says, err = k.Propose(ctx, proposal)
			if err != nil {
				return nil, err
			}
		}
	}
	return answers, k.taken(ctx, h, p, answers)
}

// taken is the evidence of a push whose refs are about to move.
func (k *Desk) taken(ctx context.Context, h Hosted, p push.Push, answers []push.Answer) error {
	moves := []map[string]string{}
	for i, c := range p.Commands[:min(len(p.Commands), 100)] {
		if answers[i].Refused == nil {
			moves = append(moves, map[string]string{"ref": push.Plain(c.Ref), "old": c.Old, "new": c.New})
		}
	}
	note := prentice.Note{Kind: "push.taken", Actor: p.By.Ref(), Refs: []prentice.Ref{h.Ref()}, Data: map[string]any{"door": p.Door, "refs": moves, "all": len(p.Commands), "behind": p.By.Behind}}
	return k.DB.Write(ctx, k.noting(note))
}

// proposes is the change that a command proposes, if it does.
func proposes(h Hosted, p push.Push, c push.Command) (Proposal, bool) {
	branch, with, ok := c.For()
	out := Proposal{Repository: h.Name, Branch: branch, Old: c.Old, Head: c.New, Options: append(slices.Clone(p.Options), with...), By: p.By, Door: p.Door}
	if !ok {
		value, change := p.Option("change")
		if !change || c.Branch() == "" || c.Deletes() {
			return Proposal{}, false
		}
		out.Branch, out.Topic, out.Change = h.Branch, c.Branch(), value
	}
	all := push.Push{Options: out.Options}
	if v, there := all.Option("topic"); there {
		out.Topic = v
	}
	if v, there := all.Option("change"); there {
		out.Change = v
	}
	if v, there := all.Option("target"); there && !ok {
		out.Branch = v
	}
	return out, true
}
