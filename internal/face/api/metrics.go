package api

import (
	"net/http"

	"prentice"
	"prentice/internal/kit/metric"
	"prentice/internal/op"
)

// metricsOp is the operation whose output a scrape is answered with.
const metricsOp = "metrics.show"

// metrics is GET /metrics: a scrape, by a program whose token may read.
func (f *face) metrics(w http.ResponseWriter, r *http.Request, actor prentice.Actor) {
	out, err := f.Door.Invoke(r.Context(), op.Request{Actor: actor, Op: metricsOp})
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	m, ok := out.(op.Measured)
	if !ok {
		f.refuse(w, r, prentice.Errorf(prentice.Internal, "%s gives no measurements", metricsOp))
		return
	}
	metric.Handler(m.Measured()).ServeHTTP(w, r)
}
