package leak

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"unicode/utf8"
)

// read is what a piece holds; nothing where it is no text.
func (k kind) read(text []byte) []byte {
	switch k {
	case percentText:
		return readPercent(text)
	case unicodeText:
		return readUnicode(text)
	case hexText:
		return readHex(text)
	}
	return readBase64(text)
}

func readPercent(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && allHex(text, i+1, 2) {
			n, _ := strconv.ParseUint(string(text[i+1:i+3]), 16, 8)
			if signs[byte(n)]&isShown == 0 {
				return nil
			}
			out = append(out, byte(n))
			i += 2
			continue
		}
		out = append(out, text[i])
	}
	return out
}

func readUnicode(text []byte) (out []byte) {
	for i := 0; i+4 <= len(text); i++ {
		if c := text[i]; c != '+' && c != 'u' && (c != 'U' || text[i+1] == '+') {
			continue
		}
		if allHex(text, i+1, 4) {
			n, _ := strconv.ParseUint(string(text[i+1:i+5]), 16, 32)
			out = utf8.AppendRune(out, rune(n))
			i += 4
		}
	}
	return out
}

func readHex(text []byte) []byte {
	if len(text)%2 != 0 || !anyOf(text, isDigit) {
		return nil
	}
	out := make([]byte, 0, len(text)/2)
	for i := 0; i < len(text); i += 2 {
		n, err := strconv.ParseUint(string(text[i:i+2]), 16, 8)
		if err != nil || signs[byte(n)]&isShown == 0 {
			return nil
		}
		out = append(out, byte(n))
	}
	return out
}

func readBase64(text []byte) []byte {
	if !anyOf(text, isDigit) && !bytes.ContainsAny(text, "+/-_") {
		return nil
	}
	if !shownAtFirst(text) {
		return nil
	}
	for _, way := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
		out := make([]byte, way.DecodedLen(len(text)))
		n, err := way.Decode(out, text)
		if err == nil && runOf(out[:n], 0, isShown) == n {
			return out[:n]
		}
	}
	return nil
}

// shownAtFirst says whether the first characters may be text: nearly no name of a program
// is, which saves reading it.
func shownAtFirst(text []byte) bool {
	var in [4]byte
	for i := range in {
		switch c := text[i]; c {
		case '-':
			in[i] = '+'
		case '_':
			in[i] = '/'
		default:
			in[i] = c
		}
	}
	var out [3]byte
	n, err := base64.StdEncoding.Decode(out[:], in[:])
	return err != nil || runOf(out[:n], 0, isShown) == n
}

func anyOf(text []byte, sign uint8) bool {
	for _, c := range text {
		if signs[c]&sign != 0 {
			return true
		}
	}
	return false
}
