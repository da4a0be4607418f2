// Package metric holds measurements as a monitoring system takes them: families
// of samples, told apart by labels, in the exposition formats of Prometheus and
// OpenMetrics (https://prometheus.io/docs/specs/om/open_metrics_spec/). It keeps
// nothing: each scrape is answered with what is true at that moment.
package metric

import (
	"database/sql"
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Family is one measurement, taken of several things. Its name has the unit at
// its end and, if it only ever grows, _total behind that.
type Family struct {
	Name    string   `json:"name"`
	Help    string   `json:"help"`
	Counter bool     `json:"counter,omitempty"` // it only grows, but for a restore
	Labels  []string `json:"labels,omitempty"`
	Samples []Sample `json:"samples"`
}

// Sample is the value for one thing. Its labels are in the order of the family's.
type Sample struct {
	Labels []string `json:"labels,omitempty"`
	Value  float64  `json:"value"`
}

// One is a gauge without labels.
func One(name, help string, value float64) Family {
	return Family{Name: name, Help: help, Samples: []Sample{{Value: value}}}
}

// Fill adds a sample for each row of a query: its last column is the value, those
// before are the labels. It takes the query's error too, and closes the rows.
func (f *Family) Fill(rows *sql.Rows, err error) error {
	if err != nil {
		return fmt.Errorf("measure %s: %w", f.Name, err)
	}
	defer rows.Close()
	for rows.Next() {
		s := Sample{Labels: make([]string, len(f.Labels))}
		to := make([]any, 0, len(f.Labels)+1)
		for i := range s.Labels {
			to = append(to, &s.Labels[i])
		}
		if err := rows.Scan(append(to, &s.Value)...); err != nil {
			return fmt.Errorf("measure %s: %w", f.Name, err)
		}
		f.Samples = append(f.Samples, s)
	}
	return rows.Err()
}

// Yes is 1 for true and 0 for false.
func Yes(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// Handler answers a scrape with some families, and with what is to be known of
// this process: memory, file descriptors, garbage collection.
func Handler(families []Family) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collected(families), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// collected hands families to the library.
type collected []Family

// Describe implements prometheus.Collector. It says nothing, as what there is
// differs from moment to moment.
func (collected) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c collected) Collect(to chan<- prometheus.Metric) {
	for _, f := range c {
		kind := prometheus.GaugeValue
		if f.Counter {
			kind = prometheus.CounterValue
		}
		desc := prometheus.NewDesc(f.Name, f.Help, f.Labels, nil)
		for _, s := range f.Samples {
			m, err := prometheus.NewConstMetric(desc, kind, s.Value, s.Labels...)
			if err != nil {
				m = prometheus.NewInvalidMetric(desc, err)
			}
			to <- m
		}
	}
}

var _ prometheus.Collector = collected(nil)
