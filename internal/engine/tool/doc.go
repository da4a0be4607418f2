// Package tool knows which version of which tool a repository asks for, and where another
// one is used.
//
// Its words: a tool is a compiler, an interpreter, a database or a system, such as go, node,
// postgresql or debian. A pin is a place where a repository says which versions of it will do:
// a line of go.mod, .nvmrc, mise.toml. A use is a place where some version of it is at work: a
// job of CI, a service of compose.yaml, a machine, a host of production. The lock is a file of
// the repository that names the very program of a platform, by its digest, and how anyone knew
// that it is the right one. A version is past its end when no one corrects it any more.
//
// What cannot be known is unknown, and neither right nor wrong: a version that floats, an
// expression of a workflow, a machine on which the tool is not. The package runs nothing, asks
// no network, and refuses to guess what a line means that it does not understand. A lock never
// proves more than how it was verified, and only on the platforms that it names.
package tool
