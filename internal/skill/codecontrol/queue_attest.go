package codecontrol

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/engine/provenance"
	"prentice/internal/kit/clip"
)

// attest says in the repository, signed, what was proved of a movement. What was said
// before the process ended is not said twice.
func (k *Desk) attest(ctx context.Context, g *landing, m movement) error {
	if k.Queue.Attest == nil {
		return nil
	}
	repo, err := k.Queue.Open(ctx, m.Repository)
	if err != nil {
		return err
	}
	defer repo.Close() //nolint:errcheck // what was to be written is written
	ref := provenance.RefOf(m.Branch)
	head, err := repo.Ref(ctx, ref)
	if err != nil {
		return err
	}
	link := provenance.Link{Number: 1, Repository: m.Repository, Ref: "refs/heads/" + m.Branch, From: m.From, To: m.To, Tree: m.Tree, Policy: m.Policy, Held: m.Held, Checks: m.Checks, Flaky: m.Flaky, At: g.At.UTC()}
	if head != "" {
		text, err := repo.Noted(ctx, head, provenance.LinkFile)
		if err != nil {
			return err
		}
		last, err := provenance.Peek(text)
		if err != nil {
			return prentice.Errorf(prentice.Unavailable, "what is attested last of %s cannot be read: %w", m.Lane, err).Try("look at it: git show %s:%s", ref, provenance.LinkFile)
		}
		if last.From == m.From && last.To == m.To {
			return nil
		}
		link.Number, link.Before = last.Number+1, prentice.Digest(text)
	}
	if link.Rules, err = repo.Listing(ctx, m.From, provenance.RuleFiles...); err != nil {
		return err
	}
	for _, c := range m.Changes {
		reviewers := c.Reviewers
		if reviewers == nil {
			reviewers = []prentice.Ref{}
		}
		link.Changes = append(link.Changes, provenance.Change{Change: c.Change, PatchSet: c.PatchSet, Head: c.Head, Commit: c.Commit, QueuedBy: c.QueuedBy, Reviewers: reviewers})
	}
	if g.Glass != nil {
		link.Glass = &provenance.Glass{By: g.Glass.By, Reason: g.Glass.Reason, Lacked: g.Glass.Lacked}
	}
	bill := k.billOf(ctx, m, &link)
	signed := k.Queue.Attest(link.Statement())
	files := map[string][]byte{provenance.LinkFile: signed, provenance.SummaryFile: k.Queue.Attest(link.Summary(prentice.Digest(signed)))}
	if bill != nil {
		files[provenance.BillFile] = bill
	}
	_, err = repo.Note(ctx, ref, head, files, fmt.Sprintf("Landing %d of %s\n", link.Number, m.Branch), g.At)
	return err
}

// mostBill is how long a bill of materials is at most that is kept beside a landing.
const mostBill = 4 << 20

// billOf is the bill of materials of what landed, whose digest the link then names. That
// none can be made is said in the link, and holds up no landing.
func (k *Desk) billOf(ctx context.Context, m movement, link *provenance.Link) []byte {
	if k.Queue.Bill == nil {
		return nil
	}
	bill, err := k.Queue.Bill(ctx, m.Repository, m.To)
	switch {
	case err != nil:
		link.BillSays = clip.To(err.Error(), 300)
		return nil
	case len(bill) > mostBill:
		link.BillSays = fmt.Sprintf("it would have %d bytes, and at most %d are kept", len(bill), mostBill)
		return nil
	}
	link.Bill = prentice.Digest(bill)
	return bill
}
