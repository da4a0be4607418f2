package boot

import (
	"context"

	"prentice"
	"prentice/internal/engine/policy"
)

// readGroups takes who is in which group from the book of groups: a member that
// the catalogue adds counts for nothing until an owner adopts it, as with the
// policy. The first groups that are found enter by themselves.
func (t *Team) readGroups(ctx context.Context, next *team) error {
	text := policy.Memberships(next.catalogue)
	entry, found, err := t.groups.InForce(ctx)
	if err != nil {
		return err
	}
	switch {
	case found || text == "":
	case t.reads: // they would enter at the start
		entry = policy.Entry{Digest: prentice.Digest([]byte(text)), Text: text}
	default:
		if err := t.groups.FirstGroups(ctx, text); err != nil {
			return err
		}
		if entry, _, err = t.groups.InForce(ctx); err != nil {
			return err
		}
	}
	next.groups = entry
	if entry.Text != text {
		next.newGroups = &text
	}
	return nil
}

// GroupsOf are the groups of a person, as they were adopted.
func (t *Team) GroupsOf(person string) []prentice.Ref {
	return policy.GroupsIn(t.now.Load().groups.Text, person)
}

// pendingGroups is what the catalogue says of groups and nobody adopted yet.
func (t *Team) pendingGroups(ctx context.Context, now *team, asker prentice.Actor) (*prentice.PendingPolicy, error) {
	if now.newGroups == nil {
		return nil, nil
	}
	p, err := t.groups.Standing(ctx, now.policy, now.groups, prentice.Digest([]byte(*now.newGroups)), asker)
	p.Findings, p.Diff = []prentice.Finding{}, policy.Diff(now.groups.Text, *now.newGroups)
	return &p, err
}

// AdoptGroups is a vote for the groups as the catalogue says them at this moment.
func (t *Team) AdoptGroups(ctx context.Context, who prentice.Actor, digest, reason string) (prentice.Adoption, error) {
	if err := t.read(ctx); err != nil {
		return prentice.Adoption{}, err
	}
	now := t.now.Load()
	if now.newGroups == nil {
		return prentice.Adoption{}, prentice.Errorf(prentice.Conflict, "the groups of the catalogue are in force already").Try("edit the members of a Group in the catalogue first")
	}
	if is := prentice.Digest([]byte(*now.newGroups)); digest != "" && digest != is {
		return prentice.Adoption{}, prentice.Errorf(prentice.Conflict, "the groups are %s, not %s", is, digest).Try("look at what has changed with: prentice policy show")
	}
	a, err := t.groups.Adopt(ctx, now.policy, now.groups, policy.Wish{Actor: who, Reason: reason, Text: *now.newGroups})
	if err != nil || !a.Adopted {
		return a, err
	}
	return a, t.read(ctx)
}
