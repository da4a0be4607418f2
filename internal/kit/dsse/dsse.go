// Package dsse signs bytes and says who signed them: the Dead Simple Signing
// Envelope (https://github.com/secure-systems-lab/dsse, version 1.0.2) with
// Ed25519 keys.
//
// Its words: the payload is what is signed; the payload type says how to read
// it and is signed with it; the envelope carries both and the signatures; a key
// id names a public key and decides nothing.
//
// It refuses to be lax. An envelope has exactly one byte form that a program
// writes and one that people read, and Decode takes nothing else: a changed
// byte that leaves the JSON's meaning as it was is still a changed byte.
package dsse

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Envelope is a signed payload. The fields stand in the order of their names,
// so that a program that re-writes the JSON by sorting keys leaves it the same.
type Envelope struct {
	Payload     []byte      `json:"payload"`
	PayloadType string      `json:"payloadType"`
	Signatures  []Signature `json:"signatures"`
}

// Signature is one signature over PAE(payload type, payload).
type Signature struct {
	KeyID string `json:"keyid"`
	Sig   []byte `json:"sig"`
}

// The reasons why an envelope is not believed.
var (
	ErrForm      = errors.New("it is not an envelope in the form that prentice writes")
	ErrKey       = errors.New("it is signed with another key")
	ErrSignature = errors.New("its signature does not fit its content")
	ErrType      = errors.New("its payload is of another type")
)

// PAE is the pre-authentication encoding: what is really signed. The lengths
// keep the border between type and body where it is.
func PAE(payloadType string, payload []byte) []byte {
	b := make([]byte, 0, len("DSSEv1    ")+40+len(payloadType)+len(payload))
	b = append(b, "DSSEv1 "...)
	b = strconv.AppendInt(b, int64(len(payloadType)), 10)
	b = append(append(append(b, ' '), payloadType...), ' ')
	b = strconv.AppendInt(b, int64(len(payload)), 10)
	return append(append(b, ' '), payload...)
}

// Sign puts a payload into an envelope with one signature.
func Sign(key ed25519.PrivateKey, payloadType string, payload []byte) Envelope {
	return Envelope{
		Payload:     payload,
		PayloadType: payloadType,
		Signatures: []Signature{{
			KeyID: KeyID(key.Public().(ed25519.PublicKey)),
			Sig:   ed25519.Sign(key, PAE(payloadType, payload)),
		}},
	}
}

// Open returns the payload if the envelope holds one of the wanted type with
// exactly one signature, made with that key. More signatures than one are
// refused, because nothing would protect the others from being changed.
func (e Envelope) Open(pub ed25519.PublicKey, payloadType string) ([]byte, error) {
	switch {
	case len(pub) != ed25519.PublicKeySize:
		return nil, fmt.Errorf("a public key of %d bytes, want %d", len(pub), ed25519.PublicKeySize)
	case len(e.Signatures) != 1:
		return nil, fmt.Errorf("%w: %d signatures, want one", ErrForm, len(e.Signatures))
	case e.Signatures[0].KeyID != KeyID(pub):
		return nil, fmt.Errorf("%w: %q, and the key given is %q", ErrKey, clip(e.Signatures[0].KeyID), KeyID(pub))
	case !ed25519.Verify(pub, PAE(e.PayloadType, e.Payload), e.Signatures[0].Sig):
		return nil, ErrSignature
	case e.PayloadType != payloadType:
		return nil, fmt.Errorf("%w: %q, want %q", ErrType, clip(e.PayloadType), payloadType)
	}
	return e.Payload, nil
}

// Encode is the envelope as a file: one line of JSON and a line end.
func (e Envelope) Encode() []byte {
	raw, err := json.Marshal(e)
	if err != nil {
		panic("an envelope always has a JSON form: " + err.Error())
	}
	return append(raw, '\n')
}

// Decode reads what Encode wrote, or the same indented by two spaces, as a
// terminal shows it. It decodes, encodes again and wants the same bytes, so
// that white space, unknown or repeated keys, keys in other letters, loose
// base64 and anything behind the end are all seen.
func Decode(file []byte) (Envelope, error) {
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	var e Envelope
	if err := d.Decode(&e); err != nil {
		return Envelope{}, fmt.Errorf("%w: %w", ErrForm, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Envelope{}, fmt.Errorf("%w: something follows its end", ErrForm)
	}
	if bytes.Equal(file, e.Encode()) || bytes.Equal(file, e.indented()) {
		return e, nil
	}
	return Envelope{}, fmt.Errorf("%w: its bytes differ from those of its own content", ErrForm)
}

func (e Envelope) indented() []byte {
	raw, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		panic("an envelope always has a JSON form: " + err.Error())
	}
	return append(raw, '\n')
}

// clip keeps a hostile value from filling an error message.
func clip(s string) string {
	const most = 100
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
