package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"prentice/internal/adapter/tsdb"
	"prentice/internal/engine/metric"
)

// measures is what samples of a thousand series, one a minute, cost: to write 28 days of them, to keep
// them, and to ask for all of those days. The values are those of counters and gauges, by chance.
func measures(ctx context.Context) (figures []figure, err error) {
	dir, err := os.MkdirTemp("", "prentice-samples")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is in a folder of its own
	const days, many = 28, 1000
	store, err := tsdb.Open(dir, 400*24*time.Hour, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer func() {
		if store != nil {
			store.Close() //nolint:errcheck // something else is wrong
		}
	}()
	rng := rand.New(rand.NewPCG(17, 204)) //nolint:gosec // a simulation that comes out the same
	samples := make([]metric.Sample, many)
	for i := range samples {
		samples[i].Labels = []metric.Label{{Name: metric.Name, Value: []string{"requests_total", "queue_length"}[i%2]}, {Name: "instance", Value: fmt.Sprintf("web%d", i/20)}, {Name: "job", Value: "web"}, {Name: "path", Value: fmt.Sprintf("/page/%d", i%20)}}
	}
	until := time.Now().Truncate(time.Hour)
	from := until.Add(-days * 24 * time.Hour)
	begun, written := time.Now(), 0
	for at := from; at.Before(until); at = at.Add(time.Minute) {
		for i := range samples {
			if i%2 == 0 {
				samples[i].Value += float64(rng.IntN(1000))
			} else {
				samples[i].Value = float64(rng.IntN(50))
			}
		}
		if _, err := store.Write(ctx, at, samples, nil); err != nil {
			return nil, err
		}
		written += many
	}
	wrote := time.Since(begun)
	if err := store.Close(); err != nil { // what is in memory is written
		return nil, err
	}
	if store, err = tsdb.Open(dir, 400*24*time.Hour, slog.New(slog.DiscardHandler)); err != nil {
		return nil, err
	}
	_, bytes := store.Size()
	note := fmt.Sprintf("%d days of %d series, a sample a minute", days, many)
	figures = append(figures,
		figure{"metrics.bytes", float64(bytes) / float64(written), "bytes/sample", "", true, "blocks on disk, their indexes included: " + note},
		figure{"metrics.write", float64(written) / wrote.Seconds(), "samples/s", "", true, "one after another, with the log of writes and packing: " + note})
	for _, q := range []struct{ name, query, goal, about string }{
		{"one", `sum(rate(requests_total{instance="web7"}[1h]))`, "≤ 200", "the rate of 10 counters of one machine, over 28 days, in 169 points"},
		{"all", `sum(rate(requests_total[1h]))`, "", "the rate of all 500 counters, over 28 days, in 169 points: 20 million samples are read"},
	} {
		var took []float64
		for range 20 {
			begun := time.Now()
			out, err := store.Ask(ctx, metric.Question{Query: q.query, From: from.Add(time.Hour), To: until, Step: 4 * time.Hour})
			if err != nil || len(out.Series) != 1 {
				return nil, fmt.Errorf("%s: %d series: %w", q.query, len(out.Series), err)
			}
			took = append(took, float64(time.Since(begun).Microseconds())/1000)
		}
		slices.Sort(took)
		p95 := took[len(took)*95/100]
		figures = append(figures, figure{"metrics.query." + q.name + ".p95", p95, "ms", q.goal, q.goal == "" || p95 <= 200, q.about})
	}
	return figures, nil
}
