// Package compose reads the compose files of a tree, and says what environment they
// describe: all of it, or why not, with the line.
//
// Its words: a finding is what a file says that an environment would refuse (an error), or
// that has no effect in one (advice). The table of keys (keys.go) says which of the two
// each key of the Compose Specification is; book/reference/compose.md is drawn from it.
//
// Values are those of the Compose Specification's own library: interpolation, merging,
// canonical forms and the schema. What opens files is written here, for that library opens
// them by their names on the machine: here everything comes from the tree that is given, and
// a path or a link that leaves it is refused. No variable of the machine is ever looked at.
//
// It refuses what would weaken the walls of an environment, and what it cannot do exactly as
// Compose does; and it passes over nothing in silence.
package compose
