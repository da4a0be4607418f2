package mask

import (
	"encoding/base32"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// base32Of lists the base32 forms. As in base64, a secret inside a longer text is
// encoded in another way at each offset; there are five.
func base32Of(secret string) []string {
	whole := base32.StdEncoding.EncodeToString([]byte(secret))
	all := []string{whole, strings.TrimRight(whole, "=")}
	for offset := range 5 {
		padded := base32.StdEncoding.EncodeToString(append(make([]byte, offset), secret...))
		from, to := (8*offset+4)/5, 8*(offset+len(secret))/5
		if to-from >= 2*MinLen {
			all = append(all, padded[from:to])
		}
	}
	return all
}

// inWords are the bytes that bash puts a backslash before, wherever they stand.
const inWords = " \t!\"$&'()*,;<>?[\\]^`{|}"

// quoted lists how shells, Python, Go and HTML write a secret.
func quoted(secret string) []string {
	unquoted := func(s string) string { return s[1 : len(s)-1] }
	return []string{
		doubleQuoted(secret),
		backslashed(secret, func(r rune) bool { return strings.ContainsRune(inWords, r) }),
		backslashed(secret, func(r rune) bool { return strings.ContainsRune(inWords+"~#=+:@%", r) }),
		dollarQuoted(secret),
		python(secret, '\''), python(secret, '"'),
		unquoted(strconv.Quote(secret)), unquoted(strconv.QuoteToASCII(secret)),
		html.EscapeString(secret),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace(secret),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;").Replace(secret),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(secret),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(secret),
	}
}

// doubleQuoted is a secret between double quotes of a shell, as declare -p writes it.
func doubleQuoted(secret string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(secret)
}

// backslashed is what printf %q writes: a backslash before whatever is special.
func backslashed(secret string, special func(rune) bool) string {
	var b strings.Builder
	for _, r := range secret {
		if special(r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// dollarQuoted is a secret in $'…', which shells use where it cannot be printed.
func dollarQuoted(secret string) string {
	var b strings.Builder
	for i := 0; i < len(secret); {
		r, size := utf8.DecodeRuneInString(secret[i:])
		switch c := secret[i]; {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\'' || c == '\\':
			b.WriteString(`\` + string(c))
		case c < 0x20 || c == 0x7f || c >= 0x80 && r == utf8.RuneError:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteString(secret[i : i+size])
		}
		i += size
	}
	return b.String()
}

// python is what repr writes between these quotes.
func python(secret string, quote byte) string {
	var b strings.Builder
	for _, r := range secret {
		switch {
		case r == rune(quote) || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// credentialKey matches the keys of a JSON document whose values are the secret of it.
var credentialKey = regexp.MustCompile(`(?i)key|secret|token|pass|pwd|credential|auth|cert`)

// within are the credentials in a secret that is a JSON document, such as the key
// of a service account.
func within(secret string) (values []string) {
	if text := strings.TrimSpace(secret); text == "" || text[0] != '{' && text[0] != '[' {
		return nil
	}
	var document any
	if json.Unmarshal([]byte(secret), &document) != nil {
		return nil
	}
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case string:
			if len(v) >= 2*MinLen && credentialKey.MatchString(key) && !strings.HasPrefix(v, "http") {
				values = append(values, v)
			}
		case map[string]any:
			for k, inner := range v {
				walk(k, inner)
			}
		case []any:
			for _, inner := range v {
				walk(key, inner)
			}
		}
	}
	walk("", document)
	return values
}
