package mask

// kind says what may stand between the bytes of a needle. A program that colours,
// wraps or dumps a secret tears it apart, and a person still reads it.
type kind uint8

const (
	raw     kind = iota // sequences that steer a terminal
	folded              // as raw, and white space: base64 in lines
	dumped              // as folded, and what dumps put between bytes
	grouped             // as dumped, where a dump shows more than one byte together
	spread              // as raw, and the ends of a dump's lines: what else stands there is known
)

// torn says whether noise may stand in the first four bytes of a needle.
func (k kind) torn() bool { return k < grouped }

// mostNoise is how much noise may stand in one needle, so that no stranger decides
// how much is kept back. longestSequence is the longest sequence that counts.
const (
	mostNoise       = 8 << 10
	longestSequence = 256
)

// noise is how many bytes at the beginning of text are noise to a kind; more says
// that this cannot be told yet.
func noise(text []byte, k kind) (n int, more bool) {
	switch c := text[0]; {
	case c == 0x1b:
		return sequence(text)
	case c == 0 || c == '\r' || c == 0x7f:
		return 1, false
	case c == '\b':
		return 1, false
	case k == raw:
		return 0, false
	case c == '\n' && (k == dumped || k == grouped):
		return dumpLine(text)
	case k == spread:
		return spreadLine(text)
	case c == '\n' || c == ' ' || c == '\t':
		return 1, false
	case k == grouped:
		return 0, false
	case c == '\\':
		return escapeOf(text, k)
	case k == dumped && (c == ':' || c == ',' || c == '-'):
		return 1, false
	case k == dumped && c == '0':
		return prefixed(text, '0', 'x')
	}
	return 0, false
}

// sequence is a sequence that begins with ESC: CSI, OSC and its like, or a short one.
func sequence(text []byte) (n int, more bool) {
	if len(text) < 2 {
		return 0, true
	}
	switch text[1] {
	case '[':
		for i := 2; i < len(text) && i < longestSequence; i++ {
			if text[i] >= 0x40 && text[i] <= 0x7e {
				return i + 1, false
			}
			if text[i] < 0x20 {
				return 0, false
			}
		}
	case ']', 'P', '^', '_', 'X':
		for i := 2; i < len(text) && i < longestSequence; i++ {
			if text[i] == 7 {
				return i + 1, false
			}
			if text[i] == '\\' && text[i-1] == 0x1b {
				return i + 1, false
			}
		}
	case '(', ')', '*', '+', '#', '%', ' ':
		return 3, len(text) < 3
	default:
		return 2, false
	}
	return 0, len(text) < longestSequence
}

// escapeOf is a line end as JSON writes it, or what stands before a byte in \x68.
func escapeOf(text []byte, k kind) (n int, more bool) {
	switch {
	case len(text) < 2:
		return 0, true
	case text[1] == 'n' || text[1] == 'r' || text[1] == 't':
		return 2, false
	case text[1] == 'x' && k == dumped:
		return 2, false
	}
	return 0, false
}

func prefixed(text []byte, first, second byte) (n int, more bool) {
	switch {
	case len(text) < 2:
		return 0, true
	case text[0] == first && text[1] == second:
		return 2, false
	}
	return 0, false
}

// dumpLine is a line end in a dump, with the offset that od and its like write at the
// beginning of the next line.
func dumpLine(text []byte) (n int, more bool) {
	i := 1
	for i < len(text) && i < 18 && isHex(text[i]) {
		i++
	}
	switch {
	case i == len(text):
		return 0, true
	case i >= 7 && (text[i] == ' ' || text[i] == ':' || text[i] == '\t'):
		return i + 1, false
	}
	return 1, false
}

// spreadLine is as dumpLine, up to the blanks before the first character.
func spreadLine(text []byte) (n int, more bool) {
	if text[0] != '\n' {
		return 0, false
	}
	if n, more = dumpLine(text); n > 1 {
		n--
	}
	return n, more
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// begins says whether a byte may be the first of noise to a kind.
func (k kind) begins(c byte) bool {
	switch c {
	case 0x1b, 0, '\r', '\b', 0x7f:
		return true
	case '\n':
		return k != raw
	case ' ', '\t', '\\':
		return k == folded || k == dumped || k == grouped && c == ' '
	case ':', ',', '-', '0':
		return k == dumped
	}
	return false
}

// steering are the bytes that may come second in any needle, as noise.
const steering = "\x1b\x00\r\b\x7f"

// second are the bytes that are looked for as noise behind the first byte of a needle.
// Of white space that is a line end alone, where something was wrapped: blanks stand
// behind too many letters, and no one writes base64 with one there.
func (k kind) second() string {
	if k == raw {
		return steering
	}
	return steering + "\n"
}

// goesOnWithAny says whether a byte may be the first of noise of several bytes.
func goesOnWithAny(c byte) bool { return c == 0x1b || c == '\n' || c == '\\' || c == '0' }

// loose are all bytes that may be the first of noise to some kind.
var loose, isLoose = func() (list []byte, is [256]bool) {
	for c := range 256 {
		if is[c] = raw.begins(byte(c)) || folded.begins(byte(c)) || dumped.begins(byte(c)); is[c] {
			list = append(list, byte(c))
		}
	}
	return list, is
}()
