package tsdb

import (
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"prentice/internal/engine/metric"
)

var start = time.Date(2030, 3, 1, 12, 0, 0, 0, time.UTC)

func opened(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir, 28*24*time.Hour, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func series(name string, pairs ...string) []metric.Label {
	list := []metric.Label{{Name: metric.Name, Value: name}}
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, metric.Label{Name: pairs[i], Value: pairs[i+1]})
	}
	return list
}

func (s *Store) put(t *testing.T, at time.Duration, v float64, labels []metric.Label) metric.Written {
	t.Helper()
	out, err := s.Write(t.Context(), start.Add(at), []metric.Sample{{Labels: labels, Value: v}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (s *Store) says(t *testing.T, query string, at time.Duration) string {
	t.Helper()
	got, err := s.Ask(t.Context(), metric.Question{Query: query, At: start.Add(at)})
	if err != nil {
		return err.Error()
	}
	var lines []string
	for _, one := range got.Series {
		lines = append(lines, one.Written()+" "+metric.Number(one.Points[0].Value))
	}
	return strings.Join(lines, "\n")
}

func TestACounterThatBeginsAnewHasNotLost(t *testing.T) {
	s := opened(t, t.TempDir())
	defer s.Close() //nolint:errcheck // the test is over
	for i, v := range []float64{10, 20, 5, 15} {
		s.put(t, time.Duration(i)*15*time.Second, v, series("rings_total"))
	}
	if got := s.says(t, "resets(rings_total[1m])", 45*time.Second); got != "{} 1" {
		t.Errorf("its resets are %s", got)
	}
	if got := s.says(t, "increase(rings_total[45s] @ end() ) > bool 0", 45*time.Second); got != "{} 1" {
		t.Errorf("it increased by %s", got)
	}
}

func TestWhatIsNotSaidAnyMoreEndsAtOnce(t *testing.T) {
	s := opened(t, t.TempDir())
	defer s.Close() //nolint:errcheck // the test is over
	s.put(t, 0, 1, series("up"))
	if got := s.says(t, "up", time.Minute); got != "up 1" {
		t.Errorf("it is %q", got)
	}
	if _, err := s.Write(t.Context(), start.Add(2*time.Minute), nil, [][]metric.Label{series("up")}); err != nil {
		t.Fatal(err)
	}
	if got := s.says(t, "up", 3*time.Minute); got != "" {
		t.Errorf("it ended and is %q", got)
	}
	if got := s.says(t, "absent(up)", 3*time.Minute); got != "{} 1" {
		t.Errorf("it is absent: %q", got)
	}
}

func TestWhatIsOlderThanWhatIsKeptIsCountedAndNotKept(t *testing.T) {
	s := opened(t, t.TempDir())
	defer s.Close() //nolint:errcheck // the test is over
	s.put(t, time.Hour, 1, series("up"))
	if out := s.put(t, 0, 2, series("up")); out.Old != 1 {
		t.Errorf("the clock went back: %+v", out)
	}
	if out := s.put(t, time.Hour, 3, series("up")); out.Old != 1 {
		t.Errorf("a second value of the same moment: %+v", out)
	}
	if got := s.says(t, "up", time.Hour); got != "up 1" {
		t.Errorf("it is %q", got)
	}
}

func TestAFullStoreGoesOnWithWhatItKnows(t *testing.T) {
	s := opened(t, t.TempDir())
	defer s.Close() //nolint:errcheck // the test is over
	s.most = 3
	for i := range 5 {
		out := s.put(t, 0, 1, series("bomb", "n", fmt.Sprint(i)))
		if want := max(0, min(1, i-2)); out.Full != want {
			t.Errorf("series %d: %+v", i, out)
		}
	}
	if out := s.put(t, time.Minute, 2, series("bomb", "n", "0")); out.Full != 0 {
		t.Errorf("one that is known: %+v", out)
	}
}

func TestAStoreThatIsOpenedAgainHasWhatWasWritten(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	s.put(t, 0, 7, series("kept"))
	s.put(t, time.Minute, math.Inf(1), series("kept"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = opened(t, dir)
	defer s.Close() //nolint:errcheck // the test is over
	if got := s.says(t, "kept", 0) + ", " + s.says(t, "kept", time.Minute); got != "kept 7, kept +Inf" {
		t.Errorf("it has %s", got)
	}
}

func TestAQueryThatAsksTooMuchIsRefused(t *testing.T) {
	s := opened(t, t.TempDir())
	defer s.Close() //nolint:errcheck // the test is over
	for i := range 600 {
		s.put(t, 0, 1, series("many", "n", fmt.Sprint(i)))
	}
	for query, want := range map[string]string{
		"sum(":                           "the query cannot be read, at 1:5:",
		strings.Repeat("x", 20000):       "the query has 20000 bytes",
		"count_over_time(many[5m:1ms])":  "holds more than 5000000 samples at once",
		"many * on() group_left() many":  "the query has no answer",
		strings.Repeat("(", 5000) + "up": "the query cannot be read",
	} {
		if got := s.says(t, query, 5*time.Minute-time.Second); !strings.Contains(got, want) {
			t.Errorf("%.40s: %.200s, wants %q", query, got, want)
		}
	}
	got, err := s.Ask(t.Context(), metric.Question{Query: "many", At: start})
	if err != nil || len(got.Series) != metric.MostShown || got.More != 100 {
		t.Errorf("of 600 series %d are shown, and %d more: %v", len(got.Series), got.More, err)
	}
	got, err = s.Ask(t.Context(), metric.Question{Query: "sum(many)", From: start.Add(-time.Minute), To: start.Add(time.Minute), Step: time.Minute})
	if err != nil || len(got.Series) != 1 || len(got.Series[0].Points) != 2 {
		t.Errorf("over a time: %+v, %v", got, err)
	}
}
