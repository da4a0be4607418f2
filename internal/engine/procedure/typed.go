package procedure

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/span"
)

// MaxValue is the longest value that reaches an environment variable, in bytes.
const MaxValue = 4096

// typed is a value in the one form of its type, so that equal values make equal
// plans; why says what is wrong with it. Whether a service or a host exists is
// for the catalog to say.
func typed(kind, s string) (plain, why string) {
	if len(s) > MaxValue {
		return "", "has more than 4096 bytes"
	}
	if strings.ContainsRune(s, 0) || !utf8.ValidString(s) {
		return "", "holds a NUL byte or is not UTF-8"
	}
	switch kind {
	case "int":
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return "", "is not a whole number"
		}
		return strconv.FormatInt(n, 10), ""
	case "bool":
		if s != "true" && s != "false" {
			return "", "is not true or false"
		}
	case "duration":
		d, err := span.Parse(s)
		if err != nil {
			return "", "is not a duration such as 10m, 1h30m or 7d"
		}
		return d.String(), ""
	case "service", "host", "resource":
		return entity(kind, s)
	}
	return s, ""
}

// entity turns a name or a ref into the ref of a kind.
func entity(kind, s string) (ref, why string) {
	if !strings.Contains(s, "/") {
		s = kind + "/" + s
	}
	if r, err := prentice.ParseRef(s); err != nil || r.Kind() != kind {
		return "", "is not the name of a " + kind
	}
	return s, ""
}
