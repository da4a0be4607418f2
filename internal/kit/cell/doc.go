// Package cell makes a private part of this machine in which programs go on: users,
// processes, mounts and networks of their own, which end together.
//
// Its words: a cell is made by this very program, begun once more as the first process of
// those namespaces; we call that process the keeper. A service is a program that the keeper
// begins, in a network of its own that is joined to others of the cell. What a service
// prints is kept in a file of a bounded size. What is asked of a keeper is asked over a
// socket that was there when it began; when the other end closes, for whatever reason, the
// keeper ends, and the kernel ends all that is in the cell.
//
// It decides nothing about what a service may see: the command that it is given does, which
// puts the service into a smaller sandbox. It refuses to begin a service twice, to connect
// to anything that is not of the cell, and to outlive who made it.
package cell
