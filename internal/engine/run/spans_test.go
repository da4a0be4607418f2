package run

import (
	"slices"
	"testing"
)

func TestSpansAreReadAsTheyWereWritten(t *testing.T) {
	for text, numbers := range map[string][]int64{"1": {1}, "1-3": {1, 2, 3}, "1-3,5,9-10": {1, 2, 3, 5, 9, 10}} {
		if got := spans(numbers); got != text {
			t.Errorf("%v is %q", numbers, got)
		}
		var read []int64
		for _, s := range spansIn(text) {
			for n := s.from; n <= s.to; n++ {
				read = append(read, n)
			}
		}
		if !slices.Equal(read, numbers) {
			t.Errorf("%q is %v", text, read)
		}
	}
	if list := spansIn("x,3-1,-,5-x"); len(list) != 0 {
		t.Errorf("%v", list)
	}
}
