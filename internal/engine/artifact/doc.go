// Package artifact keeps what a build made, by the digest of its bytes, and says signed
// how it was made.
//
// Its words: an artefact is a file of bytes or an image of a registry, of one service and
// made from one revision; its name is for people and its digest decides. The content is
// the bytes of files, kept once however often they are given. Provenance is what SLSA 1
// calls it, an in-toto statement in a DSSE envelope: who built it, from which revision,
// and which checks it had. A bill is what the revision is built from, in CycloneDX.
//
// It refuses to take bytes that are not what they were said to be, to call two contents by
// one digest, and to believe a provenance that no key of this team has signed. It keeps no
// images: a registry does, and here is their digest alone.
package artifact
