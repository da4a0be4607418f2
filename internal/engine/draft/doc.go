// Package draft looks at what a repository is made of, and drafts the checks that build
// and test it.
//
// Its words: a part is something that the repository is made of, known by a file such as
// go.mod; a draft is a check that is not written yet, from a part or from a job of a
// workflow; what is unclear is what it saw and did not understand, with file and line.
//
// A file is hostile until it is read: drafts are read back by the reader of checks, and
// what that does not take is unclear and no draft. It refuses to guess: a step that
// depends on what only its service knows is left out and said, in the draft too. It
// runs nothing, writes nothing and asks no one outside.
package draft
