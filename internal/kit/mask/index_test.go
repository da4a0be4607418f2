package mask

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// What passes over a text must not pass over anything that finds a needle there.
func TestNothingIsPassedOverThatMayBeASecret(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	secrets := []string{"s3cret-of-a-service", "0-0 :,\\n0x", "hunter2 hunter2", "---- ----", "pa\x1bss\nword\\x41", `{"token":"abcdefgh"}`, "ŝekreta ĵetono"}
	for i := range 20 {
		secrets = append(secrets, fmt.Sprintf("%c%x-Zq!%dkP", 'A'+byte(i*5%58), uint32(i)*2654435761, i))
	}
	x, _ := needles(secrets)
	var all []needle
	for _, list := range x.by {
		all = append(all, list...)
	}
	found := 0
	for range 1000 {
		text := torn(chance, all)
		for from := range text {
			for i := from; i < len(text); i++ {
				if !slices.ContainsFunc(all, func(n needle) bool { return looked(n, text[i:]) }) {
					continue
				}
				found++
				if to := x.skip(text, from); to > i {
					t.Fatalf("from %d on %q is passed over up to %d: what begins at %d is not seen", from, text, to, i)
				}
				break
			}
		}
	}
	if found < 2000 {
		t.Errorf("only %d texts held anything", found)
	}
}

// looked says whether a needle is looked for that a text begins with, as far as it
// goes.
func looked(n needle, text []byte) bool {
	if text[0] != n.text[0] || len(text) > 1 && text[1] != n.text[1] && !strings.ContainsRune(n.kind.second(), rune(text[1])) {
		return false
	}
	length, more := n.in(text)
	return length > 0 || more
}

// torn is a text with needles in it, torn apart by noise, and other bytes around them.
func torn(chance *rand.Rand, all []needle) (text []byte) {
	noises := []string{"\x1b[31m", "\x1b[0m", "\x1b(B", "\r", "\b", "\x00", "\x7f", "\n", " ", "\t", "\\n", "\\x", ":", ",", "-", "0x", "\n00000010  ", "0", "\\", "\x1b"}
	for range 1 + chance.IntN(3) {
		for range chance.IntN(9) {
			text = append(text, byte(chance.IntN(256)))
		}
		n := all[chance.IntN(len(all))]
		for i := range len(n.text) {
			text = append(text, n.text[i])
			for i < 4 && chance.IntN(3) == 0 {
				text = append(text, noises[chance.IntN(len(noises))]...)
			}
		}
	}
	return text
}
