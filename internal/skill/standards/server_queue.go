package standards

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/claims"
)

// Ask queues a check of a commit for another chapter, or finds the one that waits already
// or is at work. Again is that what failed before is judged anew, on the same content.
func (k *Desk) Ask(ctx context.Context, repository prentice.Ref, commit string, again bool, by prentice.Ref) (number int64, err error) {
	return k.ask(ctx, CheckRun{Repository: repository, Commit: commit, AskedBy: by, Asked: k.now(), again: again})
}

// Judged is how a check ended; it is not done where it still goes on.
func (k *Desk) Judged(ctx context.Context, number int64) (done bool, truth prentice.Truth, says string, err error) {
	r, err := k.one(ctx, `number = ?`, number)
	switch {
	case err != nil:
		return false, "", "", err
	case r == nil:
		return true, prentice.NotSeen, fmt.Sprintf("check/%d is not kept any more", number), nil
	case r.State != Done:
		return false, "", r.Says, nil
	}
	says = r.Says
	if says == "" {
		says = fmt.Sprintf("%d rules kept, %d broken, %d unknown", r.Passed, r.Failed, r.Unknown)
	}
	if r.Verdict != prentice.Fail {
		return true, r.Verdict, says, nil
	}
	c, err := k.body(ctx, number)
	if err != nil || c == nil {
		return true, r.Verdict, says, err
	}
	if list := c.byChance(); len(list) > 0 {
		return true, prentice.Pass, strings.Join(list, "; "), nil
	}
	return true, r.Verdict, says, nil
}

// MayLand says whether a commit may come into the branch of a repository by the rules of
// that branch as it is now, and the digest of what was judged. A case that is flaky is
// excused, and said.
func (k *Desk) MayLand(ctx context.Context, repository prentice.Ref, commit string) (claims.Answer, string, error) {
	r, err := k.repository(string(repository))
	if err != nil {
		return claims.Answer{}, "", err
	}
	free, err := k.enter(ctx)
	if err != nil {
		return claims.Answer{}, "", err
	}
	defer free()
	l, err := k.lookAt(ctx, r, commit)
	if err != nil {
		return claims.Answer{}, "", err
	}
	defer l.repo.Close() //nolint:errcheck // it was only read
	l.known = true
	_, list, err := k.stand(ctx, k.judgeOf(l, false), l, RunIn{})
	if err != nil {
		return claims.Answer{}, "", err
	}
	var needs []claims.Need
	for _, s := range list {
		n := needOf(s, "", r.Owner)
		if says := saysOf(s); n.Truth == prentice.Fail && onlyByChance(says) {
			n.Truth, n.Excused = prentice.Pass, strings.Join(says, "; ")
		}
		needs = append(needs, n)
	}
	return claims.May(needs), l.tree.Digest, nil
}
