package objective

import (
	"strconv"
	"time"

	"gopkg.in/yaml.v3"

	"prentice/internal/kit/clip"
	"prentice/internal/kit/strict"
)

// rules reads the alert policies of an SLO: each is a rule.
func (b *book) rules(d *document, n *strict.Node) (list []Rule) {
	for _, m := range d.List(n, "alertPolicies") {
		var p *document
		f := map[string]*strict.Node{}
		if m.Kind == yaml.MappingNode {
			f = d.Mapping(m, "alert policy", "alertPolicyRef", "apiVersion", "kind", "metadata", "spec")
		}
		switch {
		case m.Kind != yaml.MappingNode:
			p = b.find(d, m, "AlertPolicy")
		case f["alertPolicyRef"] != nil:
			p = b.find(d, f["alertPolicyRef"], "AlertPolicy")
		default:
			p = d.inline(m, "AlertPolicy")
		}
		if p == nil {
			continue
		}
		if r, ok := b.rule(p); ok {
			list = append(list, r)
		}
	}
	return list
}

func (b *book) rule(p *document) (Rule, bool) {
	f := p.Mapping(p.spec, "spec of an AlertPolicy", "description", "alertWhenNoData", "alertWhenResolved", "alertWhenBreaching", "conditions", "notificationTargets")
	if f["description"] != nil {
		p.Text(f["description"], "description")
	}
	p.flag(f["alertWhenNoData"], "false", "take it out: what is not seen is unknown, and the probe itself tells of it")
	p.flag(f["alertWhenResolved"], "true", "take it out: what is over is always told")
	p.flag(f["alertWhenBreaching"], "true", "take it out, or take the whole policy out of the SLO")
	p.refuse(f["notificationTargets"], "take it out: who is told is said in notices.yaml and in rotas", "notification targets mean nothing here")
	list := p.List(f["conditions"], "conditions")
	if f["conditions"] == nil {
		p.Wrong(p.spec, "write conditions: with one", "the AlertPolicy has no condition")
	}
	if len(list) == 0 {
		return Rule{}, false
	}
	if len(list) > 1 {
		p.Wrong(list[1], "write an AlertPolicy for each; a second window is the annotation "+ours+"short-window of the condition", "an AlertPolicy has one condition in OpenSLO v1")
	}
	c := p
	if ref := p.Mapping(list[0], "condition", "conditionRef", "apiVersion", "kind", "metadata", "spec")["conditionRef"]; ref != nil {
		c = b.find(p, ref, "AlertCondition")
	} else {
		c = p.inline(list[0], "AlertCondition")
	}
	if c == nil {
		return Rule{}, false
	}
	r := c.condition()
	if r.Name = p.name; r.Name == "" {
		r.Name = c.name
	}
	if r.Name == "" {
		p.Wrong(p.node, "write metadata: with a name", "the alert has no name")
	}
	return r, true
}

// flag refuses a switch that stands the other way.
func (d *document) flag(n *strict.Node, only, hint string) {
	if n != nil && d.Choice(n, "the switch", []string{"true", "false"}) != only && (n.Value == "true" || n.Value == "false") {
		d.Wrong(n, hint, "it can only be %s here", only)
	}
}

// mostWindow is how long a window may be: minutes are kept for longer.
const mostWindow = 7 * 24 * time.Hour

func (d *document) condition() (r Rule) {
	f := d.Mapping(d.spec, "spec of an AlertCondition", "description", "severity", "condition")
	if f["description"] != nil {
		d.Text(f["description"], "description")
	}
	if word := d.Needed(f["severity"], d.spec, "AlertCondition", "severity", "write severity: page or ticket"); word != "" {
		r.Severity = Severity(d.Choice(f["severity"], "severity", []string{string(Page), string(Ticket)}))
	}
	if f["condition"] == nil {
		d.Wrong(d.spec, "write condition: with kind: burnrate", "the AlertCondition has no condition")
		return r
	}
	c := d.Mapping(f["condition"], "condition", "kind", "op", "threshold", "lookbackWindow", "alertAfter")
	if c["kind"] != nil && d.Text(c["kind"], "kind") != "burnrate" {
		d.Wrong(c["kind"], "write burnrate", "%q is not a kind of condition", clip.Text(c["kind"].Value))
	}
	switch op := d.Needed(c["op"], f["condition"], "condition", "op", "write op: gte"); op {
	case "gte", "":
	case "lte", "lt":
		d.Wrong(c["op"], "write op: gte", "op: %s would fire while all is well, and be silent when it burns", op)
	default:
		d.Wrong(c["op"], "write op: gte", "op: %s is not judged here", clip.Text(op))
	}
	text := d.Needed(c["threshold"], f["condition"], "condition", "threshold", "write threshold: 14.4")
	t, err := strconv.ParseFloat(text, 64)
	if text != "" && (err != nil || !(t >= 0.1 && t <= 1e6)) { // NaN is neither
		d.Wrong(c["threshold"], "write a number such as 14.4", "the threshold %q is not a burn from 0.1 to 1000000", clip.Text(text))
	}
	r.Threshold = t
	window := d.Needed(c["lookbackWindow"], f["condition"], "condition", "lookbackWindow", "write lookbackWindow: 1h")
	long, ok := duration(window)
	if window != "" && (!ok || long < 10*time.Minute || long > mostWindow) {
		d.Wrong(c["lookbackWindow"], "write it like 1h, from 10m to 7d", "%q is no window", clip.Text(window))
	}
	r.Long, r.Short = long, max(time.Minute, (long/12).Truncate(time.Minute))
	if a := c["alertAfter"]; a != nil && d.Text(a, "alertAfter") != "0m" {
		d.Wrong(a, "write 0m, and how long it must go on as the annotation "+ours+"short-window", "alertAfter %q would only make it late", clip.Text(a.Value))
	}
	if n := d.annotations["short-window"]; n != nil {
		short, ok := duration(d.Text(n, "short-window"))
		if !ok || short < time.Minute || short >= r.Long {
			d.Wrong(n, "write it like 5m, shorter than lookbackWindow", "%q is no short window", clip.Text(n.Value))
		}
		r.Short = short
	}
	return r
}
