// Package queue decides in which order and on what proof changes come into a branch.
//
// Its words: an entry is a change that waits to land. A lane is the queue of one branch.
// A build is a base and entries that are merged onto it in order: one tree. An attempt is
// one check of a build. A front is the builds that begin at the tip of the branch with
// the first entries of the order: what passes of them lands, and the branch is moved to
// exactly that tree. A probe is a build that is made to find out why something fails. An
// entry that fails on the tip again is set aside, so that it holds up no other, until it
// is known which set of entries fails.
//
// Its rules: what lands was checked as exactly that tree. Entries are checked together,
// and where a build fails its first half is checked, until what passes has landed and one
// entry is left that fails on the tip. It is ejected when a smallest set of entries that
// holds it has failed again and again, and never passed: the set is itself alone, or it
// and one that landed while it waited. A build that failed and passed is flaky: that is
// said wherever it lands, and ejects no one.
//
// All is arithmetic over what is known: no clock, no database, no git. It refuses to
// count an attempt that could not be judged, to eject what failed by chance once, and to
// land a part of a group.
package queue
