package boot

import (
	"time"

	"prentice/internal/adapter/scrape"
	"prentice/internal/adapter/tsdb"
	"prentice/internal/engine/metric"
	"prentice/internal/skill/metrics"
	"prentice/internal/team"
)

// metrics is what the chapter of that name needs. Samples are beside the data folder's other files,
// of the process that scrapes.
func (s *System) metrics() metrics.Deps {
	scraper := scrape.Scraper{Secret: scrape.Secret(s.secretForProbes())}
	return metrics.Deps{
		Clock: time.Now, Log: s.log, Check: tsdb.Check, Scrape: scraper.Scrape,
		Rules: func() *metric.Rules {
			now := s.Team.now.Load()
			if now == nil {
				return nil
			}
			return team.Of(now.said, metric.File)
		},
		Open:   func(kept time.Duration) (metrics.Store, error) { return tsdb.Open(s.own("samples"), kept, s.log) },
		Source: func(of metric.Source) metric.Asked { return scrape.Source{Scraper: scraper, Of: of} },
	}
}
