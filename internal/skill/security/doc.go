// Package security is the skill of information security: who may do what, and
// the record of what was done, which shows when it was changed.
//
// Its words: evidence is one entry of the ledger; a thread is the history of one
// thing and the case it belongs to; an export is a signed file of entries; to
// verify is to check such a file with the public key alone; to check is to
// read the whole ledger in the database; a person has a role; a token is a
// credential of a program.
//
// It refuses to show a secret twice, to make a token that may do more than
// the one who asks for it, and to let a program make tokens: that is for people.
package security
