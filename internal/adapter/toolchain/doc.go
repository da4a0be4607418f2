// Package toolchain finds the programs that builds on this machine need: compilers and
// interpreters, and the folders with libraries that were downloaded before.
//
// Its words: a tool stands below the folders of the system, where everyone sees it, or in
// a folder of its own, which is lent to read. The digest of all of them changes when one
// of them does, so that what was built before is built again.
//
// It runs none of them, and refuses to lend a home, a setting or a secret: of a home it
// names the folders with tools and libraries, and nothing beside them.
package toolchain
