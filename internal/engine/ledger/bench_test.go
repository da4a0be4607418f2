package ledger_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"prentice"
	"prentice/internal/kit/db/dbtest"
)

// BenchmarkAppend is a hundred writers that each write one line a transaction.
func BenchmarkAppend(b *testing.B) {
	w := open(b, dbtest.SQLite(b))
	const writers = 100
	one := note("step.applied", map[string]any{"step": "restart", "target": "host/web-1", "code": 0, "says": "restarted checkout"}, "run/41", "host/web-1", "service/checkout")
	var left atomic.Int64
	left.Store(int64(b.N))
	var all sync.WaitGroup
	b.ResetTimer()
	for range writers {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if _, err := w.tryAppend(one); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkVerifyChain is the whole ledger read and checked, a line each.
func BenchmarkVerifyChain(b *testing.B) {
	w := open(b, dbtest.SQLite(b))
	one := note("step.applied", map[string]any{"step": "restart", "target": "host/web-1", "code": 0}, "run/41", "host/web-1", "service/checkout")
	for left := b.N; left > 0; left -= 500 {
		notes := make([]prentice.Note, min(left, 500))
		for i := range notes {
			notes[i] = one
		}
		w.append(notes...)
	}
	b.ResetTimer()
	if r := w.verify(); !r.OK {
		b.Fatalf("%+v", r)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
