// Package modcache reads what the module cache of Go on this machine has of a module: the
// texts of its licence, and when a version was made.
//
// It refuses to run go, to fetch what is not there, and to follow a link or a name out of
// the cache.
package modcache
