package standard

import (
	"crypto/ed25519"
	"crypto/sha256"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"prentice/internal/engine/check"
	"prentice/internal/kit/sshsig"
)

// exampleCommit is a commit of an example: by who, NAME <EMAIL>, with a message.
func exampleCommit(word, who, message string) (check.Commit, error) {
	name, email, _ := strings.Cut(who, " <")
	c := check.Commit{Author: name, Email: strings.TrimSuffix(email, ">"), Message: message, Parents: []string{"0"}, Time: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)}
	c.Committer, c.Committed, c.Content = c.Email, c.Time, []byte("author "+who+"\n\n"+message)
	if word == "commit" {
		return c, nil
	}
	of := c.Email
	if word == "forged" {
		of = "someone else than " + of
	}
	signer, err := exampleKey(of)
	if err != nil {
		return c, err
	}
	c.Signed = true
	c.Signature, err = sshsig.Sign(signer, c.Content, "git")
	return c, err
}

// exampleKey is the key that examples have for an address. Everyone can work it out: it
// signs nothing but examples.
func exampleKey(address string) (ssh.Signer, error) {
	seed := sha256.Sum256([]byte("an example's key of " + address))
	return ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed[:]))
}
