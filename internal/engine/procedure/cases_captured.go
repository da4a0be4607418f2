package procedure

import (
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/capture"
	"prentice/internal/kit/clip"
)

// captures is what a case lets the checks of a plan see, or what is wrong with it. A
// value without a host is that of each.
func (c Case) captures(p prentice.Plan) (list []prentice.Captured, says string) {
	used := map[string]bool{}
	for _, step := range p.In(prentice.Check) {
		where := []prentice.Ref{""}
		if step.Where == "target" {
			where = refsOf(p.Targets)
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
	for _, key := range sortedKeys(c.Captured) {
		if !used[key] {
			return nil, fmt.Sprintf("captured: no check of the plan captures %s", clip.Text(key))
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
