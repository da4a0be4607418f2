// Package change keeps changes and their review: what someone proposes for a branch, in
// which versions, what others say of it, and whether enough of them agree.
//
// Its words: a change is one commit that is proposed for a branch, and is called by its
// number, or by the key that its commit carries. A patch set is one version of it, and is
// never changed. Changes that were pushed as a line of commits stand on each other: the
// one below lands first. A vote is a person's yes or no to a patch set; a thread is a
// comment on a line with its answers, and is open until someone resolves it. A draft is a
// comment that its writer alone sees.
//
// Its rules: a vote is of the patch set on which it was given. It counts for a later one
// where only the message is another, or where the same change stands cleanly on another
// commit, if the rules of the branch let it. No one approves what they wrote or pushed, in
// whichever version, and of two votes behind which one person stands one counts. A no
// holds until it is withdrawn, whatever is pushed.
//
// The rules are pure; git and the clock are with the caller. It refuses to count a yes for
// content that its giver did not see, and to guess which change a commit belongs to.
package change
