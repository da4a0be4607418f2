// Package advisory knows which versions of which packages have known vulnerabilities.
//
// Its words: an advisory is an entry in the OSV format; it says of packages of ecosystems
// which versions are affected, by lists and by ranges. A book is one file with the
// advisories of one source, indexed by package and by name, so that a question reads only
// its answers. A library is several books. Advisories that name each other as aliases are
// one. A withdrawn advisory affects nothing.
//
// A book knows of which day its advisories are: of the newest change in them. It refuses to
// be read where it is damaged, to be made with an advisory that cannot be read, and to say
// of a version that it does not understand that it is not affected.
package advisory
