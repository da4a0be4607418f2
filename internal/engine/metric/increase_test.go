package metric

import (
	"math"
	"testing"
	"time"
)

func counted(instance string, points ...float64) Series {
	s := Series{Labels: map[string]string{"job": "web", "instance": instance}}
	for i := 0; i+1 < len(points); i += 2 {
		s.Points = append(s.Points, Point{time.Unix(int64(points[i]), 0), points[i+1]})
	}
	return s
}

func TestWhatCountersWentUpByIsExact(t *testing.T) {
	for name, c := range map[string]struct {
		list  []Series
		more  float64
		known bool
	}{
		"nothing is unknown":                   {nil, 0, false},
		"one value says nothing":               {[]Series{counted("a", 70, 500)}, 0, false},
		"what came since the one before":       {[]Series{counted("a", 50, 10, 70, 13, 110, 20)}, 10, true},
		"a value at the end counts":            {[]Series{counted("a", 60, 10, 120, 13)}, 3, true},
		"one behind the end does not":          {[]Series{counted("a", 60, 10, 121, 13)}, 0, false},
		"nothing new is known, and nothing":    {[]Series{counted("a", 50, 10, 70, 10)}, 0, true},
		"one that began anew counts from 0":    {[]Series{counted("a", 50, 10, 70, 4, 90, 6)}, 6, true},
		"one that appears later counts from 0": {[]Series{counted("a", 50, 10, 70, 10), counted("a", 70, 3)}, 3, true},
		"one of an instance that appears":      {[]Series{counted("a", 50, 10, 70, 10), counted("b", 70, 300)}, 0, true},
		"what is no number is left out":        {[]Series{counted("a", 50, 10, 70, math.NaN(), 80, math.Inf(1), 90, 12)}, 2, true},
	} {
		if more, known := Increase(c.list, time.Unix(60, 0), time.Unix(120, 0)); more != c.more || known != c.known {
			t.Errorf("%s: %v, %v", name, more, known)
		}
	}
}

func TestTimesThatFollowEachOtherCountTheWholeOnce(t *testing.T) {
	s := counted("a", 10, 1, 55, 5, 65, 9, 130, 2, 200, 30, 239, 31)
	sum := 0.0
	for minute := int64(0); minute < 4; minute++ {
		more, _ := Increase([]Series{s}, time.Unix(minute*60, 0), time.Unix(minute*60+60, 0))
		sum += more
	}
	if sum != 4+4+2+28+1 {
		t.Errorf("four minutes together count %v", sum)
	}
}
