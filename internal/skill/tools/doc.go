// Package tools says which version of which tool is used where: by repositories, by their CI,
// in the environments that they make, on this machine and on the hosts of the catalog.
//
// Its words are those of engine/tool: a pin, a use, an end of life, a lock. To survey is to
// read the branch that counts of each repository of the catalog.
//
// It refuses to run a program in order to learn its version, to fetch anything, and to call a
// lock verified of which no one knows by what. A machine with another version than is asked
// for is unknown: it says nothing of the right one, neither good nor bad.
package tools
