package nearest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Strange is a word that no one knows, and what to write instead.
type Strange struct{ Word, Hint string }

// Unknown is the keys that are not among those known, sorted.
func Unknown[V any](given map[string]V, known []string) (list []Strange) {
	for _, word := range slices.Sorted(maps.Keys(given)) {
		if slices.Contains(known, word) {
			continue
		}
		hint := "it knows " + strings.Join(known, ", ")
		if near := Of(word, known); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		list = append(list, Strange{word, hint})
	}
	return list
}
