// Package provenance says of each revision of a branch how it came there, signed, and
// proves it again from a clone and a public key.
//
// Its words: a landing moves a branch from one commit to another. A link is what is said of
// a landing: what was checked, of which tree, by which rules, who reviewed it; it is an
// in-toto statement in a DSSE envelope, and names the link before it by its digest. A
// summary is what SLSA calls a verification summary attestation of the source, made with
// the link. A bill is the bill of materials of the commit, whose digest the link names. A
// chain is the links of a branch, of which the last is of the commit at its end.
//
// What is said is no more than what was there: a landing without checks, or by one person
// alone, says the lower level and does not fail.
//
// It refuses to believe anything but the key that it is given: no server, no database, and
// nothing that lies in the clone beside what is signed. A link that is missing, of another
// branch, of another tree, by other rules than those at the commit before it, or in another
// place of the chain is a fault with its sentence.
package provenance
