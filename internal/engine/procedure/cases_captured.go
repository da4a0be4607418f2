package procedure

import (
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/capture"
	"prentice/internal/kit/clip"
	"prentice/internal/team"
)

// plan is the plan of a case once the checks have seen what it says, or what is wrong
// with that. What is decided may have checks of its own.
func (c Case) plan(l *Library, cat *team.Catalog, answers Answers) (plan prentice.Plan, says string, err error) {
	if plan, err = RenderWith(l, cat, c.Request, answers); err != nil || len(c.Captured) == 0 {
		return plan, "", err
	}
	used := map[string]bool{}
	for more := true; more && err == nil; {
		before := len(c.Request.Captured)
		if c.Request.Captured, says = c.captures(plan, used); says != "" {
			return plan, says, nil
		}
		plan, err = RenderWith(l, cat, c.Request, answers)
		more = plan.Open && len(c.Request.Captured) > before
	}
	for _, key := range sortedKeys(c.Captured) {
		if !used[key] {
			return plan, fmt.Sprintf("captured: no check of the plan captures %s", clip.Text(key)), nil
		}
	}
	return plan, "", err
}

// captures is what a case lets the checks of a plan see, or what is wrong with it. A
// value without a host is that of each.
func (c Case) captures(p prentice.Plan, used map[string]bool) (list []prentice.Captured, says string) {
	for _, step := range p.In(prentice.Check) {
		where := []prentice.Ref{""}
		if step.Where == "target" {
			where = slices.DeleteFunc(prentice.RefsOf(p.LookedAt()), func(ref prentice.Ref) bool { return !step.For(ref) })
		}
		for _, ref := range where {
			for _, o := range step.Out {
				key, text, there := c.captured(step.ID+"."+o.Name, ref)
				if !there {
					return nil, fmt.Sprintf("captured: nothing is said of %s", key)
				}
				plain, why := capture.Value(o.Type, text)
				if why == "" && o.Schema != "" {
					why = capture.Breaks(plain, o.Schema)
				}
				if why != "" {
					return nil, fmt.Sprintf("captured: %s wants %s: %s", key, o.Type, why)
				}
				used[step.ID+"."+o.Name], used[key] = true, true
				list = append(list, prentice.Captured{Step: step.ID, Target: ref, Name: o.Name, Value: plain})
			}
		}
	}
	return list, ""
}

// captured is a value of a case, with the key that it stands under or would.
func (c Case) captured(name string, ref prentice.Ref) (key, text string, there bool) {
	if ref != "" {
		key = name + "@" + strings.TrimPrefix(string(ref), "host/")
		if text, there = c.Captured[key]; there {
			return key, text, true
		}
	}
	text, there = c.Captured[name]
	return name, text, there
}
