package boot

import "testing"

func TestADiskIsAsFullAsDfSays(t *testing.T) {
	for _, c := range []struct {
		name              string
		blocks, free, may uint64
		want              int
	}{
		{"nothing is known", 0, 0, 0, 0},
		{"half of it", 100, 50, 50, 50},
		{"most of it is kept back for others", 66053021, 49467807, 7290102, 70},
		{"nothing is left for us", 100, 5, 0, 100},
		{"it is empty", 100, 100, 95, 0},
		{"a part of a percent counts", 1000, 200, 199, 81},
	} {
		if got := inUse(c.blocks, c.free, c.may); got != c.want {
			t.Errorf("%s: %d, not %d", c.name, got, c.want)
		}
	}
}
