package op

import "prentice/internal/kit/metric"

// Measured is output that a monitoring system can take.
type Measured interface {
	Measured() []metric.Family
}
