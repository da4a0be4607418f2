package procedure

import (
	"strconv"
	"strings"
	"time"
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
	case "date":
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "", "is not a date such as 2027-05-01"
		}
	case "list":
		items := listed(s)
		if len(items) > maxItems {
			return "", "has more than 100 values"
		}
		return strings.Join(items, ","), ""
	case "service", "host", "resource":
		return entity(kind, s)
	}
	return s, ""
}

// maxItems is how many values a list may have.
const maxItems = 100

// listed are the values of a list, which stand between commas. Blanks around them
// do not count, and what is empty is no value.
func listed(s string) []string {
	items := []string{}
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// itemType is the type of one of a list's values, or the type itself.
func itemType(kind string) string {
	if kind == "list" {
		return "string"
	}
	return kind
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
