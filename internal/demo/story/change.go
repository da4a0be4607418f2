package story

import "context"

// TellChange plays how a change comes into a branch. Its error is the first promise that
// did not hold, or what came in between. It needs git and a sandbox.
func TellChange(ctx context.Context, s Stage) error {
	p := newPlay(s)
	p.headline("prentice: a change comes into main, and a clone proves it")
	p.prose("Three people keep a small shop's code in prentice. A change is pushed with a secret in it, fails a standard, is fixed, reviewed, and queued beside one that does not go together with it, " +
		"though git merges the two. git, the sandbox, the people's tokens and the server are real; what stands behind a bar was printed by them just now. It takes about a minute.")
	if err := p.tell(ctx, p.beginsShop, p.pushesSecret, p.failsStandard, p.isReviewed, p.queuesTwo, p.provesBranch); err != nil {
		return err
	}
	p.ends("Now keep code of your own:", p.Called+" up")
	return nil
}
