package mask

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// needles lists all the forms of all the secrets, and apart those that stand in lines
// of dumps alone. Both are nil when there are none.
func needles(secrets []string) (x, inDumps *index) {
	seen := map[needle]bool{}
	for _, secret := range secrets {
		for _, n := range forms(secret) {
			if len(n.text) >= MinLen && !seen[n] {
				if x == nil {
					x, inDumps = &index{}, &index{}
				}
				seen[n] = true
				if n.kind.torn() {
					x.add(n)
				} else {
					inDumps.addWhole(n)
				}
			}
		}
	}
	if x != nil {
		x.sort()
	}
	return x, inDumps
}

// forms are the texts that give a secret away. One of several lines, such as a
// private key, is given away by any of its longer lines, and one that is a JSON
// document by the single credentials in it.
func forms(secret string) []needle {
	if len(secret) < MinLen {
		return nil
	}
	all := formsOf(secret)
	if trimmed := strings.TrimSpace(secret); trimmed != secret && len(trimmed) >= MinLen {
		all = append(all, formsOf(trimmed)...)
	}
	for _, value := range within(secret) {
		all = append(all, formsOf(value)...)
		all = append(all, linesOf(value)...)
	}
	return append(all, linesOf(secret)...)
}

func linesOf(secret string) (all []needle) {
	for _, line := range strings.Split(secret, "\n") {
		if line = strings.TrimSpace(line); len(line) >= 2*MinLen && line != secret {
			all = append(all, needle{line, raw})
		}
	}
	return all
}

func formsOf(secret string) []needle {
	all := []needle{{secret, raw}, {hex.EncodeToString([]byte(secret)), dumped}, {strings.ToUpper(hex.EncodeToString([]byte(secret))), dumped}}
	for _, form := range slices.Concat(escaped(secret), quoted(secret)) {
		all = append(all, needle{form, raw})
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		for _, form := range encoded(encoding, secret) {
			all = append(all, needle{form, folded})
		}
	}
	for _, form := range base32Of(secret) {
		all = append(all, needle{form, folded})
	}
	return append(all, dumps(secret)...)
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
