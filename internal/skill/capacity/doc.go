// Package capacity knows what can run out, and says when it does.
//
// Its words: a resource is something of which there is so much and no more: a disk, memory,
// connections, licences, a quota. It has a unit and a limit. A measurement says how much of it is
// in use. The outlook is what its measurements come to: the day on which it is used up, from when
// to when that may be, and how good the same forecast would have been in the past of this
// resource. An end is a day that is known: of a licence, a domain, a certificate. A look reads
// what a host says of itself.
//
// Its rules: what counts is the greatest use of an hour or a day, since a disk that was full at
// noon was full. An outlook looks ahead a quarter as far as it looks back. One that is no better
// than "it stays as it is" gives no day, and says so: a line drawn through noise is no forecast.
// The disk and the memory of this machine are measured by prentice, and so are the hosts that the
// team names; all else is recorded by who knows it. No one is called for what a probe calls for
// already.
//
// It refuses to make room: that is for procedures, which its events begin.
package capacity
