package leak

import (
	"math"
	"unicode/utf8"
)

// entropy is how many bits a character of a text says, by Shannon. As in gitleaks,
// characters are counted and bytes divide them.
func entropy(text []byte) float64 {
	var small [utf8.RuneSelf]int
	var large map[rune]int
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(text[i:])
		}
		i += size
		if r < utf8.RuneSelf {
			small[r]++
			continue
		}
		if large == nil {
			large = map[rune]int{}
		}
		large[r]++
	}
	sum := 0.0
	add := func(count int) {
		if count > 0 {
			p := float64(count) / float64(len(text))
			sum -= p * math.Log2(p)
		}
	}
	for _, n := range small {
		add(n)
	}
	for _, n := range large {
		add(n)
	}
	return sum
}
