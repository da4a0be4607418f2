// Package standards maintains development standards: it says what a repository breaks of
// what its team has agreed on, why each rule exists, and the smallest change that would
// pass.
//
// Its words: a check judges one repository, which is the content of a folder, of what is
// staged, of a commit or of a change. A finding is new, old (it is in the baseline) or
// waived; only a new one counts. A rule that blocks and is broken makes the check fail;
// one that cannot be judged makes it unknown, which is never a pass.
//
// It needs no server and no configuration. It refuses to write to a repository without
// being told to, to run anything that the repository's settings name, to judge a change
// by rules that the change brings, and to be asked for a folder from far away.
package standards
