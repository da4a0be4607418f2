package procedure

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
)

// orderTypes are what targets can be sorted by.
var orderTypes = append([]expr.Type{}, scalarTypes...)

// rollout reads in which order the targets are acted on, and in which batches.
func (r *reading) rollout(n *yaml.Node) {
	if n == nil {
		return
	}
	to := &r.proc.Rollout
	f := r.fields(n, "rollout", "order", "descending", "canary", "by", "batches")
	r.overTarget(f["order"], "rollout: order", orderTypes, &to.Order)
	r.overTarget(f["canary"], "rollout: canary", ruleTypes, &to.Canary)
	r.overTarget(f["by"], "rollout: by", orderTypes, &to.By)
	if n := f["descending"]; n != nil {
		word := ""
		r.word("descending", n, &word, "false", "true")
		to.Descending = word == "true"
		if f["order"] == nil && f["by"] == nil {
			r.fail(r.place(n), "write order: beside it, or take it out", "descending says something only of an order")
		}
	}
	r.sizes(f["batches"])
	if f["by"] != nil && f["batches"] != nil {
		r.fail(r.place(f["batches"]), "keep one of them", "rollout: by and batches both say which targets are a batch")
	}
}

// overTarget reads an expression over one target.
func (r *reading) overTarget(n *yaml.Node, what string, want []expr.Type, to *string) {
	if n == nil {
		return
	}
	s, ok := r.scalar(n, what)
	if !ok {
		return
	}
	*to = s
	r.later(value{source: s, in: eachTarget, want: want, what: what, at: r.inside(n)})
}

// mostSizes is how many sizes of batches may be written out.
const mostSizes = 50

// sizes reads how many targets the batches have: one size, or one for each of the first
// batches, of which the last goes for all that follow.
func (r *reading) sizes(n *yaml.Node) {
	if n == nil {
		return
	}
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	if len(items) == 0 || len(items) > mostSizes {
		r.fail(r.place(n), "write sizes such as [1, 10%, 50%]; the last goes for all that follow", "batches has %d sizes, and 1 to %d are wanted", len(items), mostSizes)
		return
	}
	for _, item := range items {
		s, ok := r.scalar(item, "batches")
		if !ok {
			return
		}
		if s == "" || !isFailures(s) {
			r.fail(r.place(item), "write a whole number of targets from 1 on, or per cent of all, such as [1, 10%, 50%]; to go by what targets have in common, write by: target.facts.zone", "batches has %q, neither a number of targets nor per cent", clip.Text(s))
			return
		}
		r.proc.Rollout.Batches = append(r.proc.Rollout.Batches, s)
	}
}

// sizeOf is how many of so many targets a size is: per cent of them are rounded down, and
// never less than one.
func sizeOf(size string, of int) int {
	number, percent := strings.CutSuffix(size, "%")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil:
		return 1
	case percent:
		return max(1, of*n/100)
	}
	return n
}

// batched refuses what only batches give a meaning to, where there are none.
func (r *reading) batched() {
	between := prentice.StepSpec{}
	for _, s := range r.proc.Steps {
		if s.Section == prentice.Between {
			between = s
			break
		}
	}
	verified := has(*r.proc, prentice.Verify)
	at, what := r.at(1, 1), "rollout chooses batches"
	switch {
	case between.ID != "":
		at, what = between.At, "step "+between.ID+" comes between batches"
	case !r.proc.Rollout.Chooses():
		return
	}
	switch {
	case r.proc.Limits.Verify == prentice.VerifyAtEnd:
		r.fail(at, "take verify: at_end out of limits, or the batches", "%s, and verify: at_end makes none", what)
	case !verified:
		r.fail(at, "add a section ## Verify that says whether a batch came out well", "%s, and nothing verifies a batch", what)
	}
}
