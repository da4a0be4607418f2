package web

import (
	"math"
	"regexp"
	"strconv"
	"testing"
)

// Tokens are read from the stylesheet itself: --name: light-dark(#…, #…).
var token = regexp.MustCompile(`--([a-z0-9-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)`)

func tokens(t *testing.T) map[string][2]string {
	t.Helper()
	css, err := assetFiles.ReadFile("assets/prentice.css")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][2]string{}
	for _, m := range token.FindAllStringSubmatch(string(css), -1) {
		found[m[1]] = [2]string{m[2], m[3]}
	}
	return found
}

// luminance and contrast are those of WCAG 2.2.
func luminance(hex string) float64 {
	n, _ := strconv.ParseUint(hex[1:], 16, 32)
	linear := func(c uint64) float64 {
		v := float64(c&0xff) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n)
}

func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func TestContrastIsWorkedOutAsWCAGSays(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#777777", "#ffffff", 4.48}, {"#ffffff", "#ffffff", 1}} {
		if got := contrast(c.a, c.b); math.Abs(got-c.want) > 0.01 {
			t.Errorf("%s on %s: %.2f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

func TestEveryTextCanBeReadOnItsGround(t *testing.T) {
	grounds := []string{"ground", "ground-2", "ground-3"}
	pairs := map[[2]string]float64{}
	for _, ink := range []string{"ink", "ink-2", "accent", "accent-strong", "good", "busy", "attention", "bad"} {
		for _, g := range grounds {
			pairs[[2]string{ink, g}] = 4.5
		}
	}
	for _, state := range []string{"good", "busy", "attention", "bad"} {
		for _, ink := range []string{state, "ink", "ink-2"} {
			pairs[[2]string{ink, state + "-soft"}] = 4.5
		}
	}
	for _, ink := range []string{"ink-2", "accent", "good", "busy", "attention"} { // parts of code, on lines that are new or gone
		pairs[[2]string{ink, "good-soft"}], pairs[[2]string{ink, "bad-soft"}], pairs[[2]string{ink, "attention-soft"}] = 4.5, 4.5, 4.5
	}
	pairs[[2]string{"on-accent", "accent"}] = 4.5
	pairs[[2]string{"on-accent", "accent-strong"}] = 4.5
	pairs[[2]string{"on-bad", "bad"}] = 4.5
	pairs[[2]string{"line-strong", "ground"}] = 3 // the edge of a control
	have := tokens(t)
	if len(have) < 15 {
		t.Fatalf("only %d tokens found", len(have))
	}
	used := map[string]bool{"line": true} // a hairline carries no meaning
	for pair, least := range pairs {
		ink, ground := have[pair[0]], have[pair[1]]
		used[pair[0]], used[pair[1]] = true, true
		for i, theme := range []string{"light", "dark"} {
			if ink[i] == "" || ground[i] == "" {
				t.Fatalf("no token %v", pair)
			}
			if got := contrast(ink[i], ground[i]); got < least {
				t.Errorf("%s: %s %s on %s %s is %.2f, wants %.1f", theme, pair[0], ink[i], pair[1], ground[i], got, least)
			}
		}
	}
	for name := range have {
		if !used[name] {
			t.Errorf("token %s stands in no pair", name)
		}
	}
}
