// Package advisories keeps books of advisories on this machine, for all repositories.
//
// Its words: the shelf is a folder; each source has one book on it, under its name. To
// import is to make a book anew out of an archive or a folder of files in the OSV format.
//
// A book is written beside the old one and takes its place when it is whole and on the
// disk, so that a kill, a full disk or a second import at the same time leaves the old one
// or a new one. It refuses to fetch anything, to follow a link, to take an archive for its
// word on sizes, and to import a part: one file that cannot be read is enough.
package advisories
