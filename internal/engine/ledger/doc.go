// Package ledger keeps evidence: what was seen and done, who agreed to it, about
// which refs. It only ever adds.
//
// Its words: a line is one piece of evidence, numbered from 1 without a gap and
// chained to the line before by its hash, and bears a mark that takes the private
// key; the head is the last line; a
// checkpoint is a signed statement that at some time the head was such a line;
// a thread is the lines about one ref and about the runs, incidents and events
// that those lines name; an export is a signed file that anyone can check who
// has the public key.
//
// What it promises: a line that was written by anyone who can write to the database
// and has no key is neither shown nor signed, and nothing is written behind it. A line that was changed, removed, added or moved is found
// by VerifyChain, unless the whole rest of the chain was written anew after the
// last checkpoint; after a checkpoint that takes the private key too. What it
// cannot promise: that someone who holds both the database and the private key
// told the truth; nor that lines younger than the last checkpoint were not cut
// off after a power cut: what was written last is kept beside the keys at once, but
// not forced to the disk. Keep a copy of
// the public key, and now and then of an export, somewhere else.
//
// It refuses to write onto a chain whose end does not fit or is not ours, to sign a chain that
// is shorter than what it signed before, to use a private key that others on
// the machine may read, and to take numbers that have no canonical form.
package ledger
