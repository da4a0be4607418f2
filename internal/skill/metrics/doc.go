// Package metrics asks the team's programs for what they count, keeps it, and answers questions about it.
//
// Its words are those of the engine metric: target, job, scrape, sample, series, source. A target is up
// where its last scrape could be read, limited where series of it were left out, down where it could not,
// and new before its first.
//
// Its rules: the process that leads scrapes, and keeps the samples in its own data folder; who asks
// another one is told so. Each target has its own moment within the interval, so that no two are asked
// at once because both are declared. A target that hangs holds up no other. How a scrape went is a series
// too: up, scrape_duration_seconds, scrape_samples_scraped and scrape_series_left_out.
//
// It refuses a query that is no PromQL, and one that takes too long or holds too much at once.
package metrics
