package objective

import (
	"slices"
	"time"

	"prentice/internal/kit/clip"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
)

// The types of metric sources: a probe of the service, and counters in PromQL.
const (
	sourceType   = "probe"
	countersType = "prometheus"
)

// indicator reads an SLI, inline or by its name.
func (b *book) indicator(d *document, inline, ref *strict.Node) Indicator {
	const hint = "write indicatorRef: with the name of an SLI, or indicator: with one"
	var sli *document
	switch {
	case inline != nil && ref != nil:
		d.Wrong(ref, "keep one of them", "the SLO has two indicators")
		return Indicator{}
	case ref != nil:
		sli = b.find(d, ref, "SLI")
	case inline != nil:
		sli = d.bare(inline)
	default:
		d.Wrong(d.spec, hint, "the SLO has no indicator")
	}
	if sli == nil {
		return Indicator{}
	}
	f := sli.Mapping(sli.spec, "spec of an SLI", "description", "thresholdMetric", "ratioMetric")
	if f["description"] != nil {
		sli.Text(f["description"], "description")
	}
	sli.refuse(f["thresholdMetric"], "write ratioMetric: with good: and total:", "a threshold metric is not counted here: good looks of all looks are")
	if f["ratioMetric"] == nil {
		if f["thresholdMetric"] == nil {
			sli.Wrong(sli.spec, "write ratioMetric: with good: and total:", "the SLI has no metric")
		}
		return Indicator{}
	}
	return sli.ratio(f["ratioMetric"])
}

// bare is an indicator within an SLO, which has metadata and a spec and no kind.
func (d *document) bare(n *strict.Node) *document {
	f := d.Mapping(n, "indicator", "metadata", "spec")
	if f["spec"] == nil {
		d.Wrong(n, "write spec: and what belongs to it", "the indicator has no spec")
		return nil
	}
	in := &document{reader: d.reader, kind: "SLI", node: n, metadata: f["metadata"], spec: f["spec"], annotations: map[string]*strict.Node{}}
	if in.metadata != nil {
		in.head()
	}
	return in
}

func (d *document) ratio(n *strict.Node) Indicator {
	f := d.Mapping(n, "ratio metric", "counter", "good", "bad", "total", "rawType", "raw")
	d.refuse(f["bad"], "write good: instead", "bad looks are those that are not good")
	d.refuse(f["raw"], "write good: and total:", "a raw ratio is not counted here: exact counts are")
	d.refuse(f["rawType"], "write good: and total:", "a raw ratio is not counted here: exact counts are")
	if f["counter"] != nil {
		d.Choice(f["counter"], "counter", []string{"true", "false"})
	}
	if f["good"] == nil || f["total"] == nil {
		d.Wrong(n, "write good: and total:, each with a metricSource", "a ratio needs what is good and the total")
		return Indicator{}
	}
	good, total := d.source(f["good"], "probe", "within"), d.source(f["total"], "probe")
	if good.Good != "" || total.Good != "" {
		if good.Good == "" || total.Good == "" || good.Source != total.Source {
			d.Wrong(f["total"], "write both with type: prometheus, and the same metricSourceRef", "what is good and the total are not counted by the same")
		}
		return Indicator{Good: good.Good, Total: total.Good, Source: good.Source}
	}
	if good.Probe != total.Probe {
		d.Wrong(f["total"], "name the same probe", "good looks are of probe %q, and all looks of %q", clip.Text(good.Probe), clip.Text(total.Probe))
	}
	return good
}

func (d *document) source(n *strict.Node, keys ...string) (i Indicator) {
	f := d.Mapping(n, "metric", "metricSource")
	if f["metricSource"] == nil {
		d.Wrong(n, "write metricSource: with type: probe", "the metric has no source")
		return i
	}
	m := d.Mapping(f["metricSource"], "metric source", "metricSourceRef", "type", "spec")
	switch kind := d.Needed(m["type"], f["metricSource"], "metric source", "type", "write type: probe, or type: prometheus"); {
	case kind == countersType:
		return d.counters(m, f["metricSource"])
	case kind != "" && kind != sourceType:
		d.Wrong(m["type"], "write type: probe, with spec: and the name of a probe of the service, or type: prometheus, with spec: and a query of counters", "metrics of type %q are not read here", clip.Text(kind))
		return i
	}
	d.refuse(m["metricSourceRef"], "take it out: the looks of a probe are kept here", "a data source means nothing here")
	if m["spec"] == nil {
		d.Wrong(f["metricSource"], "write spec: with probe: and its name", "the metric source has no spec")
		return i
	}
	s := d.Mapping(m["spec"], "probe's spec", "probe", "within")
	i.Probe = d.Needed(s["probe"], m["spec"], "probe's spec", "probe", "write probe: followed by its name in the catalog")
	if s["within"] == nil {
		return i
	}
	if !slices.Contains(keys, "within") {
		d.Wrong(s["within"], "write it below good:", "all looks are all, however long they took")
		return i
	}
	text := d.Text(s["within"], "within")
	within, err := span.Parse(text)
	if err != nil || within < time.Millisecond || within > time.Hour {
		d.Wrong(s["within"], "write it like 300ms", "within is %q, wants a time from 1ms to 1h", clip.Text(text))
		return i
	}
	i.Within = within
	return i
}

// counters reads a query of counters: of our own samples, or of the source of metrics.yaml that metricSourceRef names.
func (d *document) counters(m map[string]*strict.Node, of *strict.Node) (i Indicator) {
	if m["metricSourceRef"] != nil {
		i.Source = d.Text(m["metricSourceRef"], "metricSourceRef")
	}
	if m["spec"] == nil {
		d.Wrong(of, "write spec: with query: and counters in PromQL", "the metric source has no spec")
		return i
	}
	s := d.Mapping(m["spec"], "spec of type prometheus", "query")
	i.Good = d.Needed(s["query"], m["spec"], "spec of type prometheus", "query", "write query: sum(http_requests_total{job=\"shop\"})")
	if len(i.Good) > mostQuery {
		d.Wrong(s["query"], "write a shorter one", "the query has %d bytes, at most %d are read", len(i.Good), mostQuery)
	}
	return i
}

const mostQuery = 2000
