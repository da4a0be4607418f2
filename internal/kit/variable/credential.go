package variable

import (
	"regexp"
	"slices"
	"strings"
)

var (
	// humps are where a name in camel case would have an underscore.
	humps          = regexp.MustCompile(`([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])`)
	credentialPart = regexp.MustCompile(`^(.*passwd|.*password|.*passphrase|pass|pwd|pw|creds?|credential|token|(api|access|private)key)s?[0-9]*$`)
	credentialKey  = regexp.MustCompile(`(^|_)(api|access|private)_keys?[0-9]*(_|$)`)
)

// aboutCredentials are the last words of names of what is known about a
// credential, which is none: password_length, token_ttl, private_key_file.
var aboutCredentials = []string{"age", "count", "days", "expiry", "file", "hours", "length", "max", "min", "minutes", "path", "policy", "ttl", "url"}

// IsCredential says whether a name is plainly that of a credential, so that its
// value is no fact: facts stand in plans, which are kept and shown.
func IsCredential(name string) bool {
	plain := strings.ToLower(humps.ReplaceAllString(name, "${1}${3}_${2}${4}"))
	plain = strings.NewReplacer("-", "_", ".", "_").Replace(plain)
	if strings.Contains(plain, "secret") {
		return true
	}
	parts := strings.Split(plain, "_")
	if slices.Contains(aboutCredentials, parts[len(parts)-1]) {
		return false
	}
	return credentialKey.MatchString(plain) || slices.ContainsFunc(parts, credentialPart.MatchString)
}
