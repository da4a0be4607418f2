package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// prefix marks a token, so that people and scanners know one when they see it.
const prefix = "prt_"

// newSecret is 32 random bytes as text.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // it ends the program rather than fail
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// hashOf is what is stored of a secret. The secrets are random, so that a slow
// hash would protect nothing more.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
