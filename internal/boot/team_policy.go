package boot

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"prentice"
	"prentice/internal/engine/policy"
	"prentice/internal/team"
)

// pending is an edited policy.yaml, which decides nothing until it is adopted.
// With an error among the findings there is no policy in it.
type pending struct {
	policy   *policy.Policy
	text     string
	findings []prentice.Finding
}

// readPolicy takes the policy in force from the book, and looks whether the file
// says another. The first policy that is found enters the book by itself; one
// with errors is refused then, because no one could say what it means.
func (t *Team) readPolicy(ctx context.Context, next *teamNow) error {
	text, err := t.policyText()
	if err != nil {
		return err
	}
	edited, findings := policy.Load(PolicyFile, []byte(text))
	if edited != nil {
		findings = append(findings, edited.Misspelt(knownTo(next.catalog, next.library, t.kinds))...)
		if team.FirstError(findings) != nil {
			edited = nil
		}
	}
	entry, found, err := t.book.InForce(ctx)
	if err != nil {
		return err
	}
	if !found {
		if t.reads {
			next.wouldAdopt(edited, text, findings)
			return nil
		}
		if err := team.FirstError(findings); err != nil {
			return err
		}
		if err := t.book.First(ctx, edited, text); err != nil {
			return err
		}
		if entry, _, err = t.book.InForce(ctx); err != nil {
			return err
		}
	}
	next.inForce = entry
	next.policy, err = inForce(entry)
	if err == nil && entry.Text != text {
		next.pending = &pending{edited, text, findings}
	}
	return err
}

// wouldAdopt has in force what the next start would adopt by itself. A policy with
// errors keeps no other file from being asked about.
func (next *teamNow) wouldAdopt(edited *policy.Policy, text string, findings []prentice.Finding) {
	if edited == nil {
		next.pending = &pending{nil, text, findings}
		edited, _ = policy.Load(PolicyFile, nil)
		text = ""
	}
	next.policy, next.inForce = edited, policy.Entry{Digest: edited.Digest(), Text: text}
}

// noPolicy is why there is no policy to ask: the first one has errors.
func (t *Team) noPolicy() error {
	if now := t.now.Load(); t.reads && now.inForce.Seq == 0 && now.pending != nil {
		return team.FirstError(now.pending.findings)
	}
	return nil
}

func inForce(e policy.Entry) (*policy.Policy, error) {
	p, findings := policy.LoadAdopted("policy in force", []byte(e.Text))
	if err := team.FirstError(findings); err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "the policy in force cannot be read by this version: %w", err).
			Try("start the version that adopted it, adopt a policy that both can read, then start this one")
	}
	return p, nil
}

// policyText is the file; none is a policy without a rule of the team.
func (t *Team) policyText() (string, error) {
	raw, err := os.ReadFile(filepath.Join(t.dir(), PolicyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "policy: %w", err)
	}
	return string(raw), nil
}

// sayPending tells the log once that a policy waits.
func (t *Team) sayPending(next *teamNow) {
	last := t.now.Load()
	switch {
	case next.pending == nil || last != nil && last.pending != nil && last.pending.text == next.pending.text:
	case next.pending.policy == nil:
		t.log.Warn("policy.yaml was edited and has errors; what was adopted before stays in force", "error", team.FirstError(next.pending.findings))
	default:
		t.log.Info("policy.yaml was edited; what was adopted before stays in force until an owner adopts it", "digest", next.pending.policy.Digest())
	}
}

// State is which policy is in force and which one waits, as it stands for
// someone who might adopt it.
func (t *Team) State(ctx context.Context, asker prentice.Actor) (policy.State, error) {
	now := t.now.Load()
	s := policy.State{InForce: policy.Adopted{
		Digest: now.policy.Digest(), Since: now.inForce.At, By: now.inForce.By, Reason: now.inForce.Reason, Rules: views(now.policy), Zone: now.policy.Zone().String()}}
	var err error
	if s.PendingGroups, err = t.pendingGroups(ctx, now, asker); err != nil || now.pending == nil {
		return s, err
	}
	p := policy.Pending{Votes: []policy.Vote{}, Rules: []string{}}
	if now.pending.policy != nil {
		if p, err = t.book.Standing(ctx, now.policy, now.inForce, now.pending.policy.Digest(), asker); err != nil {
			return s, err
		}
	}
	p.Findings, p.Diff = slices.Concat([]prentice.Finding{}, now.pending.findings), policy.Diff(now.inForce.Text, now.pending.text)
	s.Pending = &p
	return s, nil
}

func views(p *policy.Policy) []policy.RuleView {
	list := []policy.RuleView{}
	for _, r := range p.Rules() {
		list = append(list, r.View())
	}
	return list
}

// Adopt is someone's vote for the policy that waits, as the file says it at
// this moment.
func (t *Team) Adopt(ctx context.Context, who prentice.Actor, digest, reason string) (policy.Adoption, error) {
	if err := t.read(ctx); err != nil {
		return policy.Adoption{}, err
	}
	now := t.now.Load()
	switch {
	case now.pending == nil:
		return policy.Adoption{}, prentice.Errorf(prentice.Conflict, "policy.yaml says what is in force already: %s", now.policy.Digest()).Try("edit %s first", filepath.Join(t.dir(), PolicyFile))
	case now.pending.policy == nil:
		return policy.Adoption{}, team.FirstError(now.pending.findings)
	case digest != "" && digest != now.pending.policy.Digest():
		return policy.Adoption{}, prentice.Errorf(prentice.Conflict, "policy.yaml is %s, not %s", now.pending.policy.Digest(), digest).Try("look at what has changed with: prentice policy show")
	}
	a, err := t.book.Adopt(ctx, now.policy, now.inForce, policy.Wish{Actor: who, Reason: reason, Policy: now.pending.policy, Text: now.pending.text})
	if err != nil || !a.Adopted {
		return a, err
	}
	return a, t.read(ctx)
}
