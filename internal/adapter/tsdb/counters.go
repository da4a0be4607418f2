package tsdb

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/prometheus/promql/parser"

	"prentice"
	"prentice/internal/engine/metric"
)

// mostCounters is how many series one query of counters may have.
const mostCounters = 5000

// Counters says what is wrong with a query of counters; nil is nothing.
func Counters(query string) error {
	_, err := selector(query)
	return err
}

// selector is which counters a query means: itself, or what it is the sum of. Of anything else the
// increase of each counter is not known, and without it nothing is exact.
func selector(query string) (string, error) {
	expr, err := reader.ParseExpr(query)
	if err != nil {
		return "", wrong(err)
	}
	for {
		switch e := expr.(type) {
		case *parser.ParenExpr:
			expr = e.Expr
			continue
		case *parser.AggregateExpr:
			if e.Op == parser.SUM {
				expr = e.Expr
				continue
			}
		case *parser.VectorSelector:
			if e.OriginalOffset == 0 && e.Timestamp == nil && e.StartOrEnd == 0 {
				return e.String(), nil
			}
		}
		return "", prentice.Errorf(prentice.Invalid, "%s is no counter, and no sum of counters", expr).
			Try("write the counters alone, such as sum(http_requests_total{code!~\"5..\"}): by how much they went up is counted here, exactly, with the times at which they began anew")
	}
}

// Counted is by how much the counters of a query went up, after one moment and up to another.
func Counted(ctx context.Context, from metric.Asked, query string, begin, end time.Time) (more float64, known bool, err error) {
	which, err := selector(query)
	if err != nil {
		return 0, false, err
	}
	reach := end.Sub(begin) + metric.LookBack
	said, err := from.Ask(ctx, metric.Question{Query: fmt.Sprintf("%s[%ds]", which, int64(reach.Seconds())), At: end, Most: mostCounters})
	if err != nil {
		return 0, false, err
	}
	if said.More > 0 {
		return 0, false, prentice.Errorf(prentice.Limited, "the query has more than %d counters", mostCounters).Try("name fewer of them by their labels")
	}
	more, known = metric.Increase(said.Series, begin, end)
	return more, known, nil
}
