package series

// Point is the values of one slot. Its zero value is a slot without any.
type Point struct {
	Slot  int64
	Count int64
	Sum   int64
	Min   int64
	Max   int64
}

// Of is the point of one value.
func Of(slot, value int64) Point { return Point{slot, 1, value, value, value} }

// With is the point with the values of another added. It keeps its slot.
func (p Point) With(o Point) Point {
	switch {
	case o.Count == 0:
		return p
	case p.Count == 0:
		o.Slot = p.Slot
		return o
	}
	return Point{p.Slot, p.Count + o.Count, p.Sum + o.Sum, min(p.Min, o.Min), max(p.Max, o.Max)}
}

// Mean is the mean value, cut to a whole number, or 0 without any.
func (p Point) Mean() int64 {
	if p.Count == 0 {
		return 0
	}
	return p.Sum / p.Count
}

// Rolled are points of five minutes as points of a longer step, in the order of the first
// of each.
func Rolled(points []Point, to Step) []Point {
	var list []Point
	at := map[int64]int{}
	for _, p := range points {
		slot := to.Slot(Fine.Start(p.Slot))
		i, there := at[slot]
		if !there {
			i = len(list)
			at[slot], list = i, append(list, Point{Slot: slot})
		}
		list[i] = list[i].With(p)
	}
	return list
}
