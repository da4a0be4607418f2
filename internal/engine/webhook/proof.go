package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/span"
)

// Proof is what a sender's signature or token vouches for.
type Proof struct {
	// Key is by what the message is known when it comes again; of a sender that signs
	// nothing and gives no key it is "", and what it sends twice is sent twice.
	Key string
}

const longestID = 300 // of a message that its sender names

// Prove says whether a message is from the sender of a hook, who knows the secret.
// It looks at nothing but what was signed.
func Prove(h Hook, m Message, secret string, now time.Time) (Proof, error) {
	if secret == "" {
		return Proof{}, prentice.Errorf(prentice.Unavailable, "the secret of hook %s is empty", h.Name).Try("set it: prentice secret set %s -", h.Secret)
	}
	switch h.Sender {
	case Standard:
		return standard(h, m, secret, now)
	case GitLab:
		if strings.HasPrefix(secret, signingPrefix) {
			return standard(h, m, secret, now)
		}
		return shared(m, "x-gitlab-token", secret)
	case GitHub:
		return signedBody(m, "x-hub-signature-256", secret)
	case HMAC:
		return signedBody(m, h.Header, secret)
	case Stripe:
		return timed(h, m, secret, now)
	}
	return Proof{}, forged("use sender: with one of "+strings.Join(senders, ", "), "hook %s takes no signature", h.Name)
}

func forged(hint, format string, args ...any) error {
	return prentice.Errorf(prentice.Unauthenticated, format, args...).Try("%s", hint)
}

const (
	signingPrefix = "whsec_"
	sameSecret    = "give the sender the same secret as prentice has"
)

// standard is Standard Webhooks (https://www.standardwebhooks.com).
func standard(h Hook, m Message, secret string, now time.Time) (Proof, error) {
	id, at, signatures := m.Header["webhook-id"], m.Header["webhook-timestamp"], m.Header["webhook-signature"]
	switch {
	case id == "" || at == "" || signatures == "":
		return Proof{}, forged("send webhook-id, webhook-timestamp and webhook-signature, as Standard Webhooks says", "the message is not signed")
	case len(id) > longestID || strings.Contains(id, "."):
		return Proof{}, forged("send one without dots, of at most 300 characters", "webhook-id is %q", clip.Text(id))
	}
	if err := fresh(h, at, now); err != nil {
		return Proof{}, err
	}
	key := []byte(secret)
	if encoded, is := strings.CutPrefix(secret, signingPrefix); is {
		var err error
		if key, err = base64.StdEncoding.DecodeString(encoded); err != nil || len(key) == 0 {
			return Proof{}, prentice.Errorf(prentice.Unavailable, "the secret of hook %s begins with %s, and the rest is not base64", h.Name, signingPrefix).Try("set it as the sender shows it: prentice secret rotate %s -", h.Secret)
		}
	}
	want := sum(key, id+"."+at+".", m.Body)
	for one := range strings.FieldsSeq(strings.ReplaceAll(signatures, ", ", " ")) {
		encoded, is := strings.CutPrefix(one, "v1,")
		if got, err := base64.StdEncoding.DecodeString(encoded); is && err == nil && hmac.Equal(got, want) {
			return Proof{Key: "id " + id}, nil
		}
	}
	return Proof{}, forged(sameSecret, "the signature does not fit")
}

// timed is the form that Stripe uses: t=TIME,v1=SIGNATURE of "TIME.body".
func timed(h Hook, m Message, secret string, now time.Time) (Proof, error) {
	var at string
	var signatures [][]byte
	for part := range strings.SplitSeq(m.Header[h.Header], ",") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(part), "="); name {
		case "t":
			if at != "" {
				return Proof{}, forged("send one", "the signature has two times")
			}
			at = value
		case "v1":
			if got, err := hex.DecodeString(value); err == nil {
				signatures = append(signatures, got)
			}
		}
	}
	if at == "" || len(signatures) == 0 {
		return Proof{}, forged("send t=TIME,v1=SIGNATURE in "+h.Header, "the message is not signed")
	}
	if err := fresh(h, at, now); err != nil {
		return Proof{}, err
	}
	want := sum([]byte(secret), at+".", m.Body)
	for _, got := range signatures {
		if hmac.Equal(got, want) {
			return Proof{Key: bodyKey(m)}, nil
		}
	}
	return Proof{}, forged(sameSecret, "the signature does not fit")
}

// signedBody is a signature of the body alone, in hexadecimal. As nothing says when it
// was signed, the body is what the message is known by.
func signedBody(m Message, header, secret string) (Proof, error) {
	text := m.Header[header]
	if text == "" {
		return Proof{}, forged("send its HMAC-SHA256 in "+header, "the message is not signed")
	}
	got, err := hex.DecodeString(strings.TrimPrefix(text, "sha256="))
	if err != nil || !hmac.Equal(got, sum([]byte(secret), "", m.Body)) {
		return Proof{}, forged(sameSecret, "the signature does not fit")
	}
	return Proof{Key: bodyKey(m)}, nil
}

// shared is a secret that is sent as it is. Who has it can say anything, and so name
// the message as well.
func shared(m Message, header, secret string) (Proof, error) {
	got := m.Header[header]
	if got == "" {
		return Proof{}, forged("send the secret in "+header, "the message has no token")
	}
	a, b := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(a[:], b[:]) != 1 {
		return Proof{}, forged(sameSecret, "the token is another")
	}
	return Sent(m), nil
}

// Sent is the proof of a message whose sender is known otherwise: it is known again by
// the key that they give it, if they do.
func Sent(m Message) Proof {
	key := m.Header["idempotency-key"]
	if key == "" || len(key) > longestID {
		return Proof{}
	}
	return Proof{Key: "key " + key}
}

// fresh refuses what was signed too long ago, or by a clock that is far ahead.
func fresh(h Hook, at string, now time.Time) error {
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return forged("send seconds since 1970", "the time of the signature is %q", clip.Text(at))
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > h.Tolerance || age < -h.Tolerance {
		return forged("look at the clocks on both sides, and send it anew; an old message is not taken", "the message was signed %s from now, at most %s is allowed", span.String(age.Abs().Truncate(time.Second)), span.String(h.Tolerance))
	}
	return nil
}

func sum(key []byte, before string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(before))
	mac.Write(body)
	return mac.Sum(nil)
}

func bodyKey(m Message) string {
	sum := sha256.Sum256(m.Body)
	return "body " + hex.EncodeToString(sum[:])
}
