package procedure

import (
	"slices"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/cron"
	"prentice/internal/kit/expr"
)

// triggers reads the list of what proposes the procedure.
func (r *reading) triggers(n *yaml.Node) {
	if n == nil {
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.fail(r.place(n), "write a list:\n  - event: probe.failed", "on is not a list")
		return
	}
	for _, item := range n.Content {
		if t, ok := r.trigger(item); ok {
			r.proc.On = append(r.proc.On, t)
		}
	}
	r.fillable(n)
}

func (r *reading) trigger(n *yaml.Node) (prentice.Trigger, bool) {
	before := len(r.findings)
	f := r.fields(n, "on", "event", "if", "schedule", "zone", "with")
	t := prentice.Trigger{At: r.place(n)}
	switch event, schedule := f["event"], f["schedule"]; {
	case event == nil && schedule == nil:
		if len(r.findings) == before {
			r.fail(r.place(n), "write event: probe.failed, or schedule: \"0 3 * * 1\"", "a trigger names neither an event nor a schedule")
		}
	case event != nil && schedule != nil:
		r.fail(r.place(schedule), "make it two entries of the list", "a trigger names both an event and a schedule")
	case event != nil:
		r.onEvent(&t, event, f["if"])
		r.absent(f["zone"], "zone belongs to a schedule")
		r.absent(f["with"], "with belongs to a schedule; of an event, inputs are taken with from:")
	default:
		r.onSchedule(&t, schedule, f["zone"])
		r.with(&t, f["with"])
		r.absent(f["if"], "if belongs to an event")
	}
	return t, len(r.findings) == before
}

func (r *reading) absent(n *yaml.Node, text string) {
	if n != nil {
		r.fail(r.place(n), "take it out", "%s", text)
	}
}

func (r *reading) onEvent(t *prentice.Trigger, event, condition *yaml.Node) {
	kind, ok := r.scalar(event, "event")
	if ok && !prentice.ValidName(kind) {
		r.fail(r.place(event), "write a type such as probe.failed", "event %q is not an event's type", clip.Text(kind))
	}
	t.Event = kind
	if condition == nil {
		return
	}
	if t.If, ok = r.scalar(condition, "if"); ok {
		r.later(value{source: t.If, in: onlyEvent, want: []expr.Type{expr.Bool}, what: "if", at: r.inside(condition)})
	}
}

func (r *reading) onSchedule(t *prentice.Trigger, schedule, zone *yaml.Node) {
	where := r.zone(t, zone)
	var ok bool
	if t.Schedule, ok = r.scalar(schedule, "schedule"); !ok {
		return
	}
	if _, err := cron.Parse(t.Schedule, where); err != nil {
		r.fail(r.place(schedule), "write five fields: minute, hour, day, month, day of the week, such as \"30 3 * * 1\"", "schedule %q %s", clip.Text(t.Schedule), clip.Text(err.Error()))
	}
}

// zone reads a trigger's time zone; UTC is where none is named.
func (r *reading) zone(t *prentice.Trigger, n *yaml.Node) *time.Location {
	t.Zone = "UTC"
	if n == nil {
		return time.UTC
	}
	name, ok := r.scalar(n, "zone")
	if t.Zone = name; !ok {
		return time.UTC
	}
	where, err := cron.Zone(name)
	if err != nil || name == "" {
		r.fail(r.place(n), "write a name of the IANA list, such as Europe/London", "zone %q is not known", clip.Text(name))
		return time.UTC
	}
	return where
}

// fillable refuses triggers that could never make a plan, because no one is
// there to give an input.
func (r *reading) fillable(n *yaml.Node) {
	for _, in := range r.proc.Inputs {
		if in.From != "" || in.Default != nil || in.Type == "" || len(r.proc.On) == 0 {
			continue
		}
		for _, t := range r.proc.On {
			if _, given := t.With[in.Name]; given {
				continue
			}
			r.fail(in.At, "add from: or default:, or with: to each schedule, or take the triggers out and start it by hand",
				"no one can give input %s when the procedure starts by itself (line %d)", in.Name, t.At.Line)
			break
		}
	}
}

// with reads the inputs that the runs of a schedule are given: values as they are
// written, since no one is there to say what they come from.
func (r *reading) with(t *prentice.Trigger, n *yaml.Node) {
	if n == nil {
		return
	}
	var names []string
	for _, in := range r.proc.Inputs {
		names = append(names, in.Name)
	}
	t.With = map[string]string{}
	r.pairs(n, "with", func(key, value *yaml.Node) {
		i := slices.Index(names, key.Value)
		if i < 0 {
			r.fail(r.place(key), meant(key.Value, names), "with: there is no input %q", clip.Text(key.Value))
			return
		}
		if plain, ok := r.plain(r.proc.Inputs[i], value, "with: "+key.Value); ok {
			t.With[key.Value] = plain
		}
	})
}
