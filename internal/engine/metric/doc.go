// Package metric says which programs are asked for what they count, how often, and how much of
// it is taken.
//
// Its words: a target is the address of a page in the text format of Prometheus or OpenMetrics. A job
// is targets that are asked alike, of a service. A scrape is asking one target once. A sample is a value
// of a series at a moment, and a series is a set of labels, its name among them. A source is a
// Prometheus, or what answers like one, that is asked instead of our own store. A state says how a
// target stands: up, limited, where some of its series were left out, down, or new.
//
// Its rules: the labels of a job stand above those that a target says of itself, which are then called
// exported_NAME. A series that is no longer said ends at once, and so do all of a target that does not
// answer. Where a target has more series than it may, those that are known stay and the others are
// counted and named. The moment of a sample is that of its scrape, never one that a target says.
//
// It reads the team's metrics.yaml, and refuses targets in no written form, secrets written out, and
// jobs without bounds. It knows no network and no database.
package metric
