package objective

import (
	"slices"
	"time"

	"prentice/internal/kit/clip"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
)

// sourceType is the type of a metric source that is a probe of the service.
const sourceType = "probe"

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
	d.refuse(m["metricSourceRef"], "take it out: the looks of a probe are kept here", "a data source means nothing here")
	if kind := d.Needed(m["type"], f["metricSource"], "metric source", "type", "write type: probe"); kind != "" && kind != sourceType {
		d.Wrong(m["type"], "write type: probe, with spec: and the name of a probe of the service", "metrics of type %q are not read here", clip.Text(kind))
		return i
	}
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
