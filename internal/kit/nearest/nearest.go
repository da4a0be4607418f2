// Package nearest finds the known word that someone probably meant. Its one
// word is distance: how many letters must be put in, taken out, replaced or
// swapped with their neighbour to make one word of another (optimal string
// alignment, Levenshtein with neighbours). It refuses to guess wildly: a word
// that shares too little with every known one has no nearest.
package nearest

import "strings"

// longest is the longest word that is compared, in bytes. Longer ones are not
// slips of the finger, and comparing them would cost a stranger's choice of
// time.
const longest = 100

// Of is the known word nearest to word, or "" when nothing is near. Case does
// not count. Of two equally near words the first of known is taken, so that the
// answer is always the same.
func Of(word string, known []string) string {
	if word == "" || len(word) > longest {
		return ""
	}
	best, least := "", allowed(word)+1
	for _, k := range known {
		if len(k) > longest || k == "" {
			continue
		}
		if d := slips(strings.ToLower(word), strings.ToLower(k)); d < least && d < len(k) {
			best, least = k, d
		}
	}
	return best
}

// slips is the distance between two words. Anyone who leaves off the end of a word
// made two slips at most, however long the end: web01 means web01.example.
func slips(word, known string) int {
	d := distance(word, known)
	if len(word) > 3 && strings.HasPrefix(known, word) {
		return min(d, 2)
	}
	return d
}

// allowed is how many slips a word of this length may have.
func allowed(word string) int {
	switch n := len(word); {
	case n <= 2:
		return 1
	case n <= 5:
		return 2
	default:
		return n/3 + 1
	}
}

func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	before, last, row := make([]int, len(to)+1), make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(from); i++ {
		row[0] = i
		for j := 1; j <= len(to); j++ {
			cost := 1
			if from[i-1] == to[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(to)]
}
