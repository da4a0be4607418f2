// Package egress lets a program that has no network reach named hosts, and records what it
// asked for.
//
// Its words: a rule names a host or an address, and a port; a proxy speaks HTTP (CONNECT,
// and plain requests) and dials what its rules name; an opening is how a program in a network
// of its own reaches the proxy: it opens a socket on its own loopback, hands it out of its
// network over a Unix socket, and becomes the program. Nothing of the opening stays inside,
// and no process stands between.
//
// A target is parsed once, and what was parsed is what is compared, resolved, dialled and
// recorded. The proxy resolves names itself. It refuses addresses that are of no one in
// the world (loopback, private, link-local, a cloud's metadata, this machine's own) unless
// a rule names that very address; bounds bytes, connections and time; and never looks into
// what is encrypted: who may be reached is decided, not what is said there.
package egress
