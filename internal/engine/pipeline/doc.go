// Package pipeline reads the checks that a repository keeps in .prentice/checks, and
// says in which order they are run.
//
// Its words: a check is a Markdown file with a name, a summary and steps; a step is a
// fenced block of sh or bash, called after the heading above it. The steps of a check
// are performed one after the other, in one sandbox with a copy of the repository's
// tree; checks that do not need each other are performed at the same time.
//
// It refuses a check that it does not understand: none of its steps is run, and it is
// unknown. It refuses checks that need each other in a circle, to take what cannot be
// performed here for a pass, and to perform anything itself.
package pipeline
