package boot

import (
	"context"
	"slices"

	"prentice"
	"prentice/internal/engine/policy"
)

// readGroups takes who is in which group, and what belongs to whom, from the book
// of groups: what the catalog changes counts for nothing until an owner adopts
// it, as with the policy. What is found first enters by itself, and so does what
// belongs to whom as long as nothing depends on it.
func (t *Team) readGroups(ctx context.Context, next *teamNow) error {
	groups, belongings := policy.Memberships(next.catalog), policy.Belongings(next.catalog, next.library.All())
	entry, found, err := t.groups.InForce(ctx)
	if err != nil {
		return err
	}
	adopted, belonged := policy.Parts(entry.Text)
	reason := ""
	if adopted == "" && groups != "" {
		adopted, reason = groups, "the first groups that were found"
	}
	if !policy.Says(belonged, belongings) {
		matters := belonged != "" && next.policy.AsksOwners()
		if belonged != "" && !matters && t.granted != nil {
			if matters, err = t.granted(ctx); err != nil {
				return err
			}
		}
		if !matters {
			belonged = belongings
			if reason == "" {
				reason = "nothing depended on what belongs to whom"
			}
		}
	}
	if text := adopted + belonged; text != entry.Text {
		if entry, err = t.enterGroups(ctx, entry, found, text, reason); err != nil {
			return err
		}
	}
	next.groups, next.belongs = entry, policy.BelongingsIn(entry.Text)
	adopted, belonged = policy.Parts(entry.Text)
	if adopted != groups || !policy.Says(belonged, belongings) {
		text := groups + belongings
		next.newGroups = &text
	}
	return nil
}

// enterGroups brings a text into force by itself.
func (t *Team) enterGroups(ctx context.Context, old policy.Entry, found bool, text, reason string) (policy.Entry, error) {
	if t.reads { // it would enter at the start
		return policy.Entry{Seq: old.Seq, Digest: prentice.Digest([]byte(text)), Text: text}, nil
	}
	enter := func() error { return t.groups.Follow(ctx, old, text, reason) }
	if !found {
		enter = func() error { return t.groups.FirstGroups(ctx, text) }
	}
	if err := enter(); err != nil {
		return old, err
	}
	entry, _, err := t.groups.InForce(ctx)
	return entry, err
}

// ownersOf are the groups that answer for what a plan acts on: the owner of each
// thing, or else of the procedure. An owner that no one adopted is ThePlansOwner, who
// is no one, so that what it owns is not decided by the others.
func (now *teamNow) ownersOf(plan prentice.Plan) (owners []prentice.Ref) {
	things := touched(now.catalog, plan)
	if len(things) == 0 {
		things = []prentice.Ref{""}
	}
	for _, thing := range things {
		owner := now.ownerOf(thing, plan.Procedure)
		if owner == "" && (plan.Owner != "" || now.owns(thing) != "") {
			owner = prentice.ThePlansOwner
		}
		if owner != "" {
			owners = append(owners, owner)
		}
	}
	slices.Sort(owners)
	return slices.Compact(owners)
}

// ownerOf is the group that answers for a thing, as it was adopted; of what the
// catalog gave an owner since, it is no one.
func (now *teamNow) ownerOf(subject prentice.Ref, procedure string) prentice.Ref {
	if owner := now.belongs[subject].Owner; owner != "" && subject != "" {
		return owner
	}
	if s, err := now.catalog.Service(string(subject)); err == nil && s.Ref == subject && s.Owner != "" {
		return ""
	}
	if e, err := now.catalog.Entity(subject); err == nil && e.Ref == subject && e.Owner != "" {
		return ""
	}
	return now.belongs[prentice.NewRef("procedure", procedure)].Owner
}

// GroupsOf are the groups of a person, as they were adopted.
func (t *Team) GroupsOf(person string) []prentice.Ref {
	return policy.GroupsIn(t.now.Load().groups.Text, person)
}

// pendingGroups is what the catalog says of groups and no one adopted yet.
func (t *Team) pendingGroups(ctx context.Context, now *teamNow, asker prentice.Actor) (*policy.Pending, error) {
	if now.newGroups == nil {
		return nil, nil
	}
	p, err := t.groups.Standing(ctx, now.policy, now.groups, prentice.Digest([]byte(*now.newGroups)), asker)
	p.Findings, p.Diff = []prentice.Finding{}, policy.Diff(now.groups.Text, *now.newGroups)
	return &p, err
}

// AdoptGroups is a vote for the groups as the catalog says them at this moment.
func (t *Team) AdoptGroups(ctx context.Context, who prentice.Actor, digest, reason string) (policy.Adoption, error) {
	if err := t.read(ctx); err != nil {
		return policy.Adoption{}, err
	}
	now := t.now.Load()
	if now.newGroups == nil {
		return policy.Adoption{}, prentice.Errorf(prentice.Conflict, "the groups of the catalog are in force already").Try("edit the members of a Group in the catalog first")
	}
	if is := prentice.Digest([]byte(*now.newGroups)); digest != "" && digest != is {
		return policy.Adoption{}, prentice.Errorf(prentice.Conflict, "the groups are %s, not %s", is, digest).Try("look at what has changed with: prentice policy show")
	}
	a, err := t.groups.Adopt(ctx, now.policy, now.groups, policy.Wish{Actor: who, Reason: reason, Text: *now.newGroups})
	if err != nil || !a.Adopted {
		return a, err
	}
	return a, t.read(ctx)
}
