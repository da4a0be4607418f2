package dsse

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
)

const (
	privateBlock = "PRIVATE KEY"
	publicBlock  = "PUBLIC KEY"
)

// KeyID names a public key: sha256: and the hex SHA-256 of its DER form, which
// `openssl pkey -pubin -in FILE -outform DER | sha256sum` prints too.
func KeyID(pub ed25519.PublicKey) string {
	sum := sha256.Sum256(der(pub))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func der(pub ed25519.PublicKey) []byte {
	raw, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		panic("an Ed25519 key always has a DER form: " + err.Error())
	}
	return raw
}

// EncodePublic is a public key as a PEM file.
func EncodePublic(pub ed25519.PublicKey) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: publicBlock, Bytes: der(pub)})
}

// EncodePrivate is a private key as a PEM file (PKCS #8).
func EncodePrivate(key ed25519.PrivateKey) []byte {
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic("an Ed25519 key always has a DER form: " + err.Error())
	}
	return pem.EncodeToMemory(&pem.Block{Type: privateBlock, Bytes: raw})
}

// ParsePublic reads a public key from a PEM file. It says so when it is given
// the private half.
func ParsePublic(file []byte) (ed25519.PublicKey, error) {
	raw, err := block(file, publicBlock)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKIXPublicKey(raw)
	if err != nil {
		return nil, fmt.Errorf("the public key is damaged: %w", err)
	}
	pub, ok := key.(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("the public key is a %T, not an Ed25519 key", key)
	}
	return pub, nil
}

// ParsePrivate reads a private key from a PEM file.
func ParsePrivate(file []byte) (ed25519.PrivateKey, error) {
	raw, err := block(file, privateBlock)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(raw)
	if err != nil {
		// The cause is left out: it could quote the key.
		return nil, errors.New("the private key is damaged")
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("the private key is not an Ed25519 key")
	}
	return private, nil
}

// block finds the one PEM block of a file.
func block(file []byte, want string) ([]byte, error) {
	b, rest := pem.Decode(file)
	switch {
	case b == nil:
		return nil, fmt.Errorf("no %q block in PEM form", want)
	case b.Type == privateBlock && want == publicBlock:
		return nil, errors.New("this is the private key, which must stay where it is; the public key is wanted")
	case b.Type != want:
		return nil, fmt.Errorf("a %q block, want %q", clip(b.Type), want)
	case len(rest) != 0:
		return nil, errors.New("something follows the end of the key")
	}
	return b.Bytes, nil
}
