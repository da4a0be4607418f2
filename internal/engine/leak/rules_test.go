package leak

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

func usual(t *testing.T) *Detector {
	t.Helper()
	d, err := New(Settings{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// pathFor is a path that a rule looks at.
func pathFor(r *rule) string {
	for _, path := range []string{"a/file.txt", "a.php", "main.tf", "a.yaml", "nuget.config", "store.p12"} {
		if r.path == "" || regexp.MustCompile(r.path).MatchString(path) {
			return path
		}
	}
	return ""
}

func TestEveryBuiltInRuleFindsASecretOfItsKindAndNoPlaceholder(t *testing.T) {
	d := usual(t)
	if len(d.rules) < 220 {
		t.Fatalf("there are %d rules", len(d.rules))
	}
	for _, r := range d.rules {
		finds := func(text string) bool {
			return slices.ContainsFunc(d.Find(Text{Path: pathFor(r), Bytes: []byte(text)}), func(h Hit) bool {
				return h.Rule == r.id || !general(h.Rule) && general(r.id)
			})
		}
		if r.pattern == "" {
			if !finds("") {
				t.Errorf("%s does not find its file", r.id)
			}
			continue
		}
		tree, err := syntax.Parse(r.pattern, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		chance, found := rand.New(rand.NewPCG(1, 2)), false
		for range 300 {
			if found = finds(r.keywords[0] + "\n" + sampled(chance, tree) + "\n"); found {
				break
			}
		}
		if !found {
			t.Errorf("%s finds none of 300 texts of its kind", r.id)
		}
		if finds(r.keywords[0] + ` = "${` + strings.ToUpper(strings.Trim(r.keywords[0], ".-_")) + `}"` + "\n") {
			t.Errorf("%s finds a placeholder", r.id)
		}
	}
}

func TestWhatStandsAroundKeywordsIsAllThatARuleCanFind(t *testing.T) {
	d := usual(t)
	near := 0
	for seed, r := range d.rules {
		if r.ready(); !r.nearby {
			continue
		}
		near++
		tree, _ := syntax.Parse(r.pattern, syntax.Perl)
		chance := rand.New(rand.NewPCG(uint64(seed), 7))
		for range 4 {
			var text bytes.Buffer
			for range 1 + chance.IntN(4) {
				text.WriteString(noise(chance, r.keywords, chance.IntN(1500)))
				text.WriteString(sampled(chance, tree))
			}
			text.WriteString(noise(chance, r.keywords, chance.IntN(300)))
			var places []at
			d.finder.each(text.Bytes(), func(word int32, end int) {
				if slices.Contains(r.keywords, d.words[word]) {
					places = append(places, at{int(word), end - len(d.words[word]), end})
				}
			})
			want, got := r.compiled.FindAllIndex(text.Bytes(), -1), r.matches(text.Bytes(), places, d.words)
			if !reflect.DeepEqual(want, got) && len(want)+len(got) > 0 {
				t.Fatalf("%s: all of the text has %v, around keywords there are %v, in\n%q", r.id, want, got, text.String())
			}
		}
	}
	if near < 200 {
		t.Errorf("only %d rules need no more than what stands around keywords", near)
	}
}

func TestWordsAreFoundWhereverTheyStand(t *testing.T) {
	list := []string{"key", "he", "hers", "she", "api_key", "k", "-----begin", "é"}
	w := wordsOf(list)
	text := []byte("uSHErs API_KEY -----BEGIN kkey é")
	var got, want []string
	w.each(text, func(word int32, end int) { got = append(got, fmt.Sprintf("%s@%d", list[word], end)) })
	lower := strings.ToLower(string(text))
	for _, word := range list {
		for i := range lower {
			if strings.HasPrefix(lower[i:], word) {
				want = append(want, fmt.Sprintf("%s@%d", word, i+len(word)))
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if !w.in([]byte("no HE")) || w.in([]byte("abc")) {
		t.Error("in is wrong")
	}
}
