// Package identity knows who is asking: people, and the tokens, sessions and
// links by which they and their programs show who they are.
//
// Its words: a person has a name and a role; a token is a secret that a program
// sends with each request, and acts as its person or as an agent; a session is
// what a browser holds after signing in; a link signs a person in once; the
// owner is anyone who keeps the people.
//
// What it promises: of every secret only the SHA-256 is stored, so that a copy
// of the database lets no one in; no one does more than their role now allows,
// whatever their token once said; what is revoked stops at once, in
// every process that shares the database; a link works once, however many try.
//
// It refuses to be without an owner, to let an agent hold a role that gives
// leave (an approval is a person's), and to say why a secret is not known.
package identity
