// Package netns makes sockets in the network of another process, so that what listens there
// is reached without a port of this machine, and what runs there reaches what is listened to
// for it; and makes networks that are apart, in which another process begins a program.
//
// Its words: a process is known by its number and by a word of its control groups, such as
// the ID of its container, so that one which took over the number is not taken for it.
//
// It refuses to wait where this process may not enter, and to begin anything there.
package netns
