package availability

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/team"
)

// BenchmarkThousandProbesASecond watches 1,000 probes over real loopback
// connections, each once a second, with the store on disk. It reports how much of
// one core the whole process used, the web server that answers included, how many
// of the looks were made, and how long it took until everything had been looked at.
func BenchmarkThousandProbesASecond(b *testing.B) {
	const probes = 1000
	s := newService(b)
	var services []team.Service
	for i := range probes {
		p := probeOf("web", "http", s.URL)
		p.Interval = time.Second
		services = append(services, serviceOf(fmt.Sprintf("s%d", i), p))
	}
	d := migrate(b, dbtest.SQLite(b))
	w := watch(b, d, services...)
	w.until("everything has been looked at", func() bool { return s.hits.Load() >= probes })
	w.Lookout.mu.Lock()
	covered := time.Since(w.work.Began)
	w.Lookout.mu.Unlock()

	before, hits, began := used(b), s.hits.Load(), time.Now()
	for b.Loop() {
		time.Sleep(10 * time.Second)
	}
	took := time.Since(began)
	b.ReportMetric((used(b)-before).Seconds()/took.Seconds()*100, "%core")
	b.ReportMetric(float64(s.hits.Load()-hits)/took.Seconds(), "looks/s")
	b.ReportMetric(covered.Seconds(), "s-to-cover")
	w.Lookout.mu.Lock()
	b.ReportMetric(float64(w.work.Late), "late")
	w.Lookout.mu.Unlock()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MiB-heap")
}

// used is the processor time of this process so far.
func used(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkJudge(b *testing.B) {
	rules := rulesOf(probeOf("web", "http", "x"))
	var s State
	now := start
	for b.Loop() {
		now = now.Add(time.Second)
		s, _ = Judge(now, rules, s, prentice.Observation{Time: now, Truth: prentice.Pass, Says: "answered"})
	}
}
