package loadtest

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"
)

// cisco is the published benchmark of Gunther's book and of codahale/usl, whose fit is known.
var cisco = []float64{955.16, 1878.91, 2688.01, 3548.68, 4315.54, 5130.43, 5931.37, 6531.08, 7219.8, 7867.61, 8278.71, 8646.7, 9047.84, 9426.55, 9645.37, 9897.24,
	10097.6, 10240.5, 10532.39, 10798.52, 11151.43, 11518.63, 11806, 12089.37, 12075.41, 12177.29, 12211.41, 12158.93, 12155.27, 12118.04, 12140.4, 12074.39}

func TestTheLawIsThatOfThePublishedFit(t *testing.T) {
	var list []Point
	for i, x := range cisco {
		list = append(list, Point{float64(i + 1), x})
	}
	f, err := FitLaw(list)
	if err != nil || math.Abs(f.Lambda-995.6486) > 0.01 || math.Abs(f.Sigma-0.02671591) > 1e-6 || math.Abs(f.Kappa-7.690945e-4) > 1e-7 {
		t.Errorf("%+v %v", f, err)
	}
	if f.Low > 12341 || f.High < 12341 || f.Low < 12000 || f.High > 12700 {
		t.Errorf("the peak is %f, from %f to %f", f.Peak, f.Low, f.High)
	}
}

func TestTheLawIsFoundAgainInItsOwnPointsAndRefusesTooFew(t *testing.T) {
	for _, l := range []Law{{100, 0.05, 0.001}, {20, 0.3, 0}, {7, 0, 0.02}, {3, 0, 0}} {
		var list []Point
		for n := 1.0; n < 40; n *= 1.4 {
			list = append(list, Point{n, l.At(n)})
		}
		f, err := FitLaw(list)
		if err != nil || math.Abs(f.Lambda-l.Lambda) > 1e-3*l.Lambda || math.Abs(f.Sigma-l.Sigma) > 1e-3 || math.Abs(f.Kappa-l.Kappa) > 1e-4 {
			t.Errorf("%+v is found as %+v: %v", l, f, err)
		}
		if _, err := FitLaw(list[:5]); err == nil {
			t.Error("five points are enough")
		}
	}
	if _, err := FitLaw([]Point{{math.NaN(), 1}, {1, math.Inf(1)}, {0, 0}, {-1, 5}, {2, 2}, {3, 3}}); err == nil {
		t.Error("what is no number is a point")
	}
}

func TestARateRisesUntilItBreaksAndIsHalvedInBetween(t *testing.T) {
	limit := 70.0
	var done []Step
	b := Bounds{From: 10, To: 1000}
	for rate := b.Next(nil); rate > 0; rate = b.Next(done) {
		v := Held
		if rate > limit {
			v = Broke
		}
		done = append(done, Step{Rate: rate, Verdict: v})
	}
	held, broke := Range(done)
	if held > limit || broke <= limit || broke/held > nearBy || len(done) > 12 {
		t.Errorf("it holds at %f and breaks at %f after %d steps", held, broke, len(done))
	}
	if got := b.Next([]Step{{Rate: 10, Verdict: Broke}}); got != 0 {
		t.Errorf("nothing held, and %f is tried", got)
	}
	if got := b.Next([]Step{{Rate: 1000, Verdict: Held}}); got != 0 {
		t.Errorf("all held, and %f is tried", got)
	}
	if got := b.Next([]Step{{Rate: 10, Verdict: Void}, {Rate: 15, Verdict: Void}}); got != 0 {
		t.Errorf("this machine cannot, and %f is tried", got)
	}
	if held, broke := Range([]Step{{Rate: 40, Verdict: Held}, {Rate: 20, Verdict: Broke}, {Rate: 10, Verdict: Held}}); held != 10 || broke != 20 {
		t.Errorf("what held above what broke counts: %f %f", held, broke)
	}
}

func TestAPromiseIsKeptWithConfidenceOrItIsNot(t *testing.T) {
	p := Promise{P95: 100 * time.Millisecond, Errors: 0.01}
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	for _, c := range []struct {
		name string
		s    Step
		want Verdict
	}{
		{"all soon", Step{Sent: 1000, P95: ms(50), P95Low: ms(45), P95High: ms(60)}, Held},
		{"too slow", Step{Sent: 1000, P95: ms(150), P95Low: ms(140), P95High: ms(160)}, Broke},
		{"about there", Step{Sent: 1000, P95: ms(99), P95Low: ms(90), P95High: ms(110)}, Unsure},
		{"many fail", Step{Sent: 1000, Failed: 50, P95: ms(5), P95Low: ms(5), P95High: ms(6)}, Broke},
		{"one fails", Step{Sent: 1000, Failed: 1, P95: ms(5), P95Low: ms(5), P95High: ms(6)}, Held},
		{"sent late", Step{Sent: 1000, Late: ms(40), P95: ms(60), P95Low: ms(55), P95High: ms(66)}, Void},
		{"too many under way", Step{Sent: 1000, Dropped: 1, P95: ms(60), P95Low: ms(55), P95High: ms(66)}, Broke},
		{"too few", Step{Sent: 20, P95: ms(5), P95Low: ms(5)}, Unsure},
		{"none", Step{}, Void},
	} {
		if got, says := p.judge(c.s); got != c.want {
			t.Errorf("%s: %s (%s), want %s", c.name, got, says, c.want)
		}
	}
}

// TestRequestsComeWhetherOrNotThoseBeforeWereAnswered is the guard against coordinated
// omission: a service that stands still for a while is seen by all who came meanwhile.
func TestRequestsComeWhetherOrNotThoseBeforeWereAnswered(t *testing.T) {
	free := make(chan struct{})
	asked := make(chan struct{}, 1000)
	done := make(chan Step, 1)
	go func() {
		s, err := Hold(t.Context(), 200, time.Second, Promise{P95: time.Minute, Errors: 1}, func(context.Context) error {
			asked <- struct{}{}
			<-free
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		done <- s
	}()
	for range 200 { // all come, and none is answered
		<-asked
	}
	close(free)
	if s := <-done; s.Sent != 200 || s.Failed != 0 || s.P50 < 490*time.Millisecond { // none was answered before the last had come
		t.Errorf("%+v", s)
	}
}

func TestATestThatIsEndedEndsAtOnce(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	_, err := Hold(ctx, 1000, time.Hour, Promise{P95: time.Second}, func(context.Context) error { end(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
