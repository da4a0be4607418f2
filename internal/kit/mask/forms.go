package mask

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf16"
)

// needles lists all the forms of all the secrets. It is nil when there are none.
func needles(secrets []string) *index {
	var x *index
	seen := map[string]bool{}
	for _, secret := range secrets {
		for _, form := range forms(secret) {
			if len(form) >= MinLen && !seen[form] {
				if x == nil {
					x = &index{}
				}
				seen[form] = true
				x.add(form)
			}
		}
	}
	if x != nil {
		x.sort()
	}
	return x
}

// forms are the texts that give a secret away. One of several lines, such as a
// private key, is given away by any of its longer lines.
func forms(secret string) []string {
	if len(secret) < MinLen {
		return nil
	}
	all := formsOf(secret)
	if trimmed := strings.TrimSpace(secret); trimmed != secret && len(trimmed) >= MinLen {
		all = append(all, formsOf(trimmed)...)
	}
	for _, line := range strings.Split(secret, "\n") {
		if line = strings.TrimSpace(line); len(line) >= 2*MinLen && line != secret {
			all = append(all, line)
		}
	}
	return all
}

func formsOf(secret string) []string {
	all := []string{secret, hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret)))}
	all = append(all, escaped(secret)...)
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		all = append(all, encoded(encoding, secret)...)
	}
	return all
}

// encoded lists the base64 forms. A secret inside a longer text is encoded
// differently at each of three offsets; at its edges a character shares bits
// with its neighbours, so only the characters between are looked for.
func encoded(encoding *base64.Encoding, secret string) []string {
	whole := encoding.EncodeToString([]byte(secret))
	all := []string{whole, strings.TrimRight(whole, "=")}
	for offset := range 3 {
		padded := encoding.EncodeToString(append(make([]byte, offset), secret...))
		from, to := (8*offset+5)/6, 8*(offset+len(secret))/6
		all = append(all, padded[from:to])
	}
	for _, width := range []int{64, 76} { // what PEM and base64(1) wrap at
		for rest := whole; len(whole) > width && len(rest) >= 2*MinLen; rest = rest[min(width, len(rest)):] {
			all = append(all, rest[:min(width, len(rest))])
		}
	}
	return all
}

var percent = regexp.MustCompile(`%[0-9A-F]{2}`)

// ascii is a text for JSON as those write it who trust nothing but ASCII.
func ascii(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04X\u%04X`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	return b.String()
}

var unicodeEscape = regexp.MustCompile(`\\u[0-9A-F]{4}`)

func lowerEscapes(form string) string {
	return unicodeEscape.ReplaceAllStringFunc(ascii(form), strings.ToLower)
}

// escaped lists the forms for a URL (both ways to write a space, both cases of
// the digits), for JSON (with and without HTML in mind) and for a shell that
// prints its commands.
func escaped(secret string) []string {
	var all []string
	for _, form := range []string{url.QueryEscape(secret), url.PathEscape(secret), strings.ReplaceAll(url.QueryEscape(secret), "+", "%20")} {
		all = append(all, form, percent.ReplaceAllStringFunc(form, strings.ToLower))
	}
	var plain strings.Builder
	e := json.NewEncoder(&plain)
	e.SetEscapeHTML(false)
	e.Encode(secret) //nolint:errcheck // a string always has a JSON form
	html, _ := json.Marshal(secret)
	for _, quoted := range []string{strings.TrimSpace(plain.String()), string(html)} {
		form := quoted[1 : len(quoted)-1]
		again, _ := json.Marshal(form) // a log in JSON that repeats a message in JSON
		all = append(all, form, strings.ReplaceAll(form, "/", `\/`), ascii(form), lowerEscapes(form), string(again[1:len(again)-1]))
	}
	return append(all, strings.ReplaceAll(secret, "'", `'\''`), strings.ReplaceAll(secret, "'", `'"'"'`))
}
