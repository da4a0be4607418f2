// Package dependency reads what a repository is built from out of its own lock files.
//
// Its words: a dependency is a package of an ecosystem in one version, with the places
// that name it; the ecosystem and the name are as the OSV format writes them. A lock file
// names exact versions, and only these are read: of a range no one knows what will be
// taken. An inventory also says which files it could not read, and what those leave
// unknown.
//
// It refuses to run a package manager, to ask a registry, to guess a version, and to
// take a file that it does not understand for one that names nothing.
package dependency
