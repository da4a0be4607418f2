// Package sshsig verifies signatures that ssh-keygen makes, as git keeps them in commits:
// the format of OpenSSH's PROTOCOL.sshsig, and the file of allowed signers that
// ssh-keygen(1) describes.
//
// It runs no program. It refuses what is nearly a signature: more than one, another
// namespace, hashes and keys that are weak, a security key that no one touched, and
// certificates, which it does not judge.
package sshsig
