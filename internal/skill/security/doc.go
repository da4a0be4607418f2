// Package security is the skill of information security: who may do what, and
// the record of what was done, which shows when somebody changed it.
//
// Its words: evidence is one line of the ledger; a thread is the lines about one
// thing and the case it belongs to; an export is a signed file of lines; to
// verify is to look at such a file with the public key alone; to check is to
// look at the whole ledger in the database; a person has a role; a token is a
// way in for a program.
//
// It refuses to show a secret twice, to make a token that may do more than
// whoever asks for it, and to let a program make tokens: that is for people.
package security
