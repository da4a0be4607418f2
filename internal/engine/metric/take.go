package metric

import (
	"fmt"
	"sort"
	"strings"
)

// Scraped is what one scrape said.
type Scraped struct {
	Samples []Sample
	Bent    int // series whose labels are out of bounds
}

// Taken is what is kept of it.
type Taken struct {
	Samples []Sample
	Ended   [][]Label // series of the scrape before that are not said any more
	Left    int       // series that were left out because there are too many
	Of      []string  // the metrics that most of those are of
	Twice   int       // series that stood there again, of which the first value counts
	Known   map[string][]Label
}

// Take chooses what is kept of a scrape: what the job takes, under its labels, and of more series than
// it may have, those that were known before.
func (j Job) Take(target string, s Scraped, known map[string][]Label) Taken {
	out := Taken{Known: make(map[string][]Label, len(s.Samples))}
	type found struct {
		key  string
		name string
		Sample
	}
	var news []found
	room := j.MostSeries
	for _, one := range s.Samples {
		name := nameOf(one.Labels)
		if !j.Takes(name) {
			continue
		}
		f := found{name: name, Sample: Sample{j.Of(target, one.Labels), one.Value}}
		f.key = Key(f.Labels)
		switch _, again := out.Known[f.key]; {
		case again: // or labels were dropped, and two became one
			out.Twice++
		case known[f.key] != nil && room > 0:
			room--
			out.Known[f.key], out.Samples = f.Labels, append(out.Samples, f.Sample)
		default:
			news = append(news, f)
		}
	}
	left := map[string]int{}
	for _, f := range news {
		switch _, again := out.Known[f.key]; {
		case again:
			out.Twice++
		case room > 0:
			room--
			out.Known[f.key], out.Samples = f.Labels, append(out.Samples, f.Sample)
		default:
			out.Left++
			left[f.name]++
		}
	}
	for key, labels := range known {
		if out.Known[key] == nil {
			out.Ended = append(out.Ended, labels)
		}
	}
	out.Of = worst(left)
	return out
}

// worst are the three names that count most.
func worst(left map[string]int) (names []string) {
	for name := range left {
		names = append(names, name)
	}
	sort.Slice(names, func(a, b int) bool {
		if left[names[a]] != left[names[b]] {
			return left[names[a]] > left[names[b]]
		}
		return names[a] < names[b]
	})
	return names[:min(len(names), 3)]
}

func nameOf(labels []Label) string {
	for _, l := range labels {
		if l.Name == Name {
			return l.Value
		}
	}
	return ""
}

// Says is what was left out of a scrape, or "".
func (t Taken) Says(most int) string {
	if t.Left == 0 {
		return ""
	}
	return fmt.Sprintf("it has %d series more than the %d that it may have; most of those left out are of %s", t.Left, most, strings.Join(t.Of, ", "))
}

// About are the series that say how a scrape of a target went.
func (j Job) About(target string, up bool, took float64, said, left int) []Sample {
	one := func(name string, v float64) Sample {
		return Sample{j.Of(target, []Label{{Name, name}}), v}
	}
	is := 0.0
	if up {
		is = 1
	}
	return []Sample{one("up", is), one("scrape_duration_seconds", took), one("scrape_samples_scraped", float64(said)), one("scrape_series_left_out", float64(left))}
}
