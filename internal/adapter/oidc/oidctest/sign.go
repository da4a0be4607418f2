package oidctest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
)

// keys says by which key tokens are signed
// (https://www.rfc-editor.org/rfc/rfc7518#section-6.3.1).
func (s *Server) keys(w http.ResponseWriter, _ *http.Request) {
	public := s.key.PublicKey
	answer(w, map[string]any{"keys": []any{map[string]string{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "n": encode(public.N.Bytes()), "e": encode(big.NewInt(int64(public.E)).Bytes()),
	}}})
}

// signed is a token of claims (https://www.rfc-editor.org/rfc/rfc7515#section-3.1);
// with alg none it bears no signature.
func (s *Server) signed(claims map[string]any) string {
	head := map[string]string{"alg": "RS256", "kid": "1", "typ": "JWT"}
	if s.Unsigned {
		head = map[string]string{"alg": "none", "typ": "JWT"}
	}
	text := s.part(head) + "." + s.part(claims)
	if s.Unsigned {
		return text + "."
	}
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	if err != nil {
		s.t.Error(err)
	}
	return text + "." + encode(signature)
}

func (s *Server) part(of any) string {
	raw, err := json.Marshal(of)
	if err != nil {
		s.t.Error(err)
	}
	return encode(raw)
}

func encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }
