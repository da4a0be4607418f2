package pattern

import (
	"sync"
	"testing"
)

func TestAPatternMatchesAsItsExpressionDoes(t *testing.T) {
	p := Of(`^[a-z]{1,250}$`)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if !p.MatchString("abc") || p.MatchString("ABC") {
				t.Error("it matches something else")
			}
		})
	}
	all.Wait()
}

func TestWhatIsNoExpressionPanicsWhenItIsUsed(t *testing.T) {
	p := Of(`(`)
	defer func() {
		if recover() == nil {
			t.Error("it matches")
		}
	}()
	p.MatchString("abc")
}
