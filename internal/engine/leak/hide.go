package leak

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"
)

// Masked is a secret as people may be shown it: nothing of it, but how long it is.
func Masked(secret string) string {
	n := utf8.RuneCountInString(secret)
	if n == 1 {
		return "••• (1 character)"
	}
	return fmt.Sprintf("••• (%d characters)", n)
}

// rounds make it dear to try one word after another until a key fits: a word takes about
// a millisecond. More would be felt by those who check.
const rounds = 10_000

var keys sync.Map // from rule and secret to their key: it is worked out once

// Key tells a secret from others, everywhere the same, and does not give it away.
func Key(rule, secret string) string {
	of := rule + "\x00" + secret
	if key, known := keys.Load(of); known {
		return key.(string)
	}
	sum, err := pbkdf2.Key(sha256.New, secret, []byte("prentice secret 1 "+rule), rounds, 16)
	if err != nil {
		panic("a key of this length can always be made: " + err.Error())
	}
	key := hex.EncodeToString(sum)
	keys.Store(of, key)
	return key
}

// Hide is a text without the secrets that hits found.
func Hide(text string, hits []Hit) string {
	for _, h := range hits {
		if h.Line == 0 {
			continue
		}
		for _, part := range []string{h.Secret, string(h.match)} {
			if len(part) > 3 {
				text = strings.ReplaceAll(text, part, "•••")
			}
		}
		for line := range strings.Lines(h.Secret) { // of a key of many lines some may be shown, each behind something else
			if line = strings.TrimSpace(line); len(line) > 7 && strings.Contains(h.Secret, "\n") {
				text = strings.ReplaceAll(text, line, "•••")
			}
		}
	}
	return text
}
