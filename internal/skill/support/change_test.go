package support

import (
	"math/rand/v2"
	"testing"
	"testing/quick"
	"time"
)

func TestOfTwoChangesTheNearerInReachOrTimeStandsFirst(t *testing.T) {
	self, need, far := Neighbour{}, Neighbour{Hops: 1}, Neighbour{Hops: 3}
	below := Neighbour{Hops: 1, Below: true}
	last := 2.0
	for _, n := range []Neighbour{self, need, far, below} {
		reach, _ := n.reach("service/x")
		if reach >= last || reach <= 0 {
			t.Errorf("%+v counts %v, and the one before it %v", n, reach, last)
		}
		last = reach
	}
	later := func(reach float64, a, b uint32) bool {
		reach = 0.01 + max(0, min(1, reach))
		x, y := time.Duration(a)*time.Second, time.Duration(b)*time.Second
		return (x < y) == (near(reach, x) > near(reach, y)) && near(reach, -x) == reach
	}
	if err := quick.Check(later, &quick.Config{Rand: nil}); err != nil {
		t.Error(err)
	}
}

func TestChangesAreRankedAlikeInWhateverOrderTheyAreRead(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	var list []Change
	for i := range 50 {
		before := time.Duration(chance.IntN(20)) * time.Minute
		list = append(list, Change{At: noon.Add(-before), Before: before, Near: near([]float64{1, 0.8, 0.4}[chance.IntN(3)], before), seq: int64(i)})
	}
	first := ranked(append([]Change{}, list...))
	for range 20 {
		chance.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		for i, c := range ranked(append([]Change{}, list...)) {
			if c.seq != first[i].seq {
				t.Fatalf("place %d has %d once and %d another time", i, first[i].seq, c.seq)
			}
		}
	}
}
