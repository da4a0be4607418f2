package sshsig

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// kind is the armour's name, magic how what is in it begins, and most how long it may be.
const (
	kind  = "SSH SIGNATURE"
	magic = "SSHSIG"
	most  = 16 << 10
)

// leastRSA is how many bits an RSA key has at least.
const leastRSA = 2048

// ErrCertificate says that a signature is by a certificate.
var ErrCertificate = errors.New("it is signed by a certificate, which is not judged here")

// envelope is what stands in the armour, behind the magic.
type envelope struct {
	Version   uint32
	Key       string
	Namespace string
	Reserved  string
	Hash      string
	Signature string
}

// signed is what the signature is of, behind the magic.
type signed struct {
	Namespace string
	Reserved  string
	Hash      string
	Digest    string
}

// By is the key that signed a message in a namespace. An error says what is wrong with the
// signature; whether the key is anyone's is not asked.
func By(armoured string, message []byte, namespace string) (ssh.PublicKey, error) {
	e, err := open(armoured)
	if err != nil {
		return nil, err
	}
	if e.Namespace != namespace {
		return nil, fmt.Errorf("it is a signature for %q and not for %s", e.Namespace, namespace)
	}
	key, err := ssh.ParsePublicKey([]byte(e.Key))
	if err != nil {
		return nil, errors.New("its key cannot be read")
	}
	digest, err := digestOf(e.Hash, message)
	if err != nil {
		return nil, err
	}
	var s ssh.Signature
	if err := ssh.Unmarshal([]byte(e.Signature), &s); err != nil {
		return nil, errors.New("it cannot be read")
	}
	if err := strong(key, &s); err != nil {
		return nil, err
	}
	of := append([]byte(magic), ssh.Marshal(signed{e.Namespace, e.Reserved, e.Hash, string(digest)})...)
	if err := key.Verify(of, &s); err != nil {
		return nil, errors.New("it is not a signature of this content")
	}
	return key, nil
}

// open reads the one signature that an armour holds.
func open(armoured string) (e envelope, err error) {
	if len(armoured) > most {
		return e, fmt.Errorf("it has more than %d bytes", most)
	}
	block, rest := pem.Decode([]byte(armoured))
	if block == nil || block.Type != kind || len(block.Headers) > 0 || !strings.HasPrefix(armoured, "-----BEGIN "+kind+"-----\n") {
		return e, errors.New("it is no SSH signature")
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return e, errors.New("something stands behind it")
	}
	text, found := bytes.CutPrefix(block.Bytes, []byte(magic))
	if !found || ssh.Unmarshal(text, &e) != nil || e.Version != 1 {
		return e, errors.New("it cannot be read")
	}
	return e, nil
}

func digestOf(hash string, message []byte) ([]byte, error) {
	switch hash {
	case "sha256":
		sum := sha256.Sum256(message)
		return sum[:], nil
	case "sha512":
		sum := sha512.Sum512(message)
		return sum[:], nil
	}
	return nil, fmt.Errorf("it is made with the hash %q", hash)
}

var (
	keys = []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSA, ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256}
	// touched is the flag of a security key that a person was there.
	touched = byte(1)
)

// strong refuses keys and signatures that others could have made.
func strong(key ssh.PublicKey, s *ssh.Signature) error {
	if _, is := key.(*ssh.Certificate); is {
		return ErrCertificate
	}
	if !slices.Contains(keys, key.Type()) {
		return fmt.Errorf("it is made with a key of type %s", key.Type())
	}
	if strings.HasPrefix(key.Type(), "sk-") && (len(s.Rest) != 5 || s.Rest[0]&touched == 0) {
		return errors.New("no one touched the security key that made it")
	}
	if key.Type() != ssh.KeyAlgoRSA {
		return nil
	}
	if s.Format != ssh.KeyAlgoRSASHA256 && s.Format != ssh.KeyAlgoRSASHA512 {
		return fmt.Errorf("it is made with the algorithm %s", s.Format)
	}
	if with, is := key.(ssh.CryptoPublicKey); is {
		if of, is := with.CryptoPublicKey().(*rsa.PublicKey); !is || of.N.BitLen() < leastRSA {
			return fmt.Errorf("its RSA key has less than %d bits", leastRSA)
		}
	}
	return nil
}

// Sign is a signature of a message in a namespace.
func Sign(signer ssh.Signer, message []byte, namespace string) (string, error) {
	sum := sha512.Sum512(message)
	s, err := signer.Sign(nil, append([]byte(magic), ssh.Marshal(signed{namespace, "", "sha512", string(sum[:])})...))
	if err != nil {
		return "", err
	}
	text := append([]byte(magic), ssh.Marshal(envelope{1, string(signer.PublicKey().Marshal()), namespace, "", "sha512", string(ssh.Marshal(s))})...)
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: text})), nil
}
