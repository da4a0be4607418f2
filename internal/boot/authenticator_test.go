package boot

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"testing"
)

// authenticator holds one passkey, as a browser and its machine do together: what
// it says is what WebAuthn has for a key on P-256 without attestation.
type authenticator struct {
	t       *testing.T
	origin  string
	id      []byte
	holder  string // whom the site took it to be of
	key     *ecdsa.PrivateKey
	signed  uint32
	encoded func([]byte) string
}

func newAuthenticator(t *testing.T, origin string) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id) // it never fails
	return &authenticator{t: t, origin: origin, id: id, key: key, encoded: base64.RawURLEncoding.EncodeToString}
}

type publicKeyOptions struct {
	PublicKey struct {
		Challenge string
		User      struct{ ID string }
	}
}

func (a *authenticator) read(options json.RawMessage) (o publicKeyOptions) {
	a.t.Helper()
	if err := json.Unmarshal(options, &o); err != nil || o.PublicKey.Challenge == "" {
		a.t.Fatalf("options %s: %v", options, err)
	}
	return o
}

// create makes the passkey.
func (a *authenticator) create(options json.RawMessage) string {
	o := a.read(options)
	a.holder = o.PublicKey.User.ID
	const present, verified, attested = 1, 4, 64
	data := a.data(present | verified | attested)
	data = append(data, make([]byte, 16)...) // the make
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.id)))
	data = append(data, a.id...)
	point, err := a.key.PublicKey.Bytes() // 4, then both coordinates
	if err != nil {
		a.t.Fatal(err)
	}
	// The key in COSE: of kind EC2 (1: 2), for ES256 (3: -7), on P-256 (-1: 1).
	data = slices.Concat(data, []byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32}, point[1:33], []byte{0x22, 0x58, 32}, point[33:])
	object := slices.Concat([]byte{0xa3, 0x63}, []byte("fmt"), []byte{0x64}, []byte("none"), []byte{0x67}, []byte("attStmt"), []byte{0xa0, 0x68}, []byte("authData"), []byte{0x58, byte(len(data))}, data)
	return a.answer(map[string]string{"clientDataJSON": a.encoded(a.client("webauthn.create", o)), "attestationObject": a.encoded(object)})
}

// sign answers with the passkey.
func (a *authenticator) sign(options json.RawMessage) string {
	client := a.client("webauthn.get", a.read(options))
	data := a.data(1 | 4)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(slices.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, digest[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return a.answer(map[string]string{"clientDataJSON": a.encoded(client), "authenticatorData": a.encoded(data), "signature": a.encoded(signature), "userHandle": a.holder})
}

func (a *authenticator) data(flags byte) []byte {
	a.signed++
	site := sha256.Sum256([]byte("localhost"))
	return binary.BigEndian.AppendUint32(append(site[:], flags), a.signed)
}

func (a *authenticator) client(kind string, o publicKeyOptions) []byte {
	raw, err := json.Marshal(map[string]any{"type": kind, "challenge": o.PublicKey.Challenge, "origin": a.origin, "crossOrigin": false})
	if err != nil {
		a.t.Fatal(err)
	}
	return raw
}

func (a *authenticator) answer(response map[string]string) string {
	raw, err := json.Marshal(map[string]any{"id": a.encoded(a.id), "rawId": a.encoded(a.id), "type": "public-key", "response": response})
	if err != nil {
		a.t.Fatal(err)
	}
	return string(raw)
}
