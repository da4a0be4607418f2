package procedure

import (
	"maps"

	"prentice"
)

// mostFacts is how many facts a plan says target by target.
const mostFacts = 1000

// sayFactsOnce moves what is a fact of every target to the plan, where it stands
// once, if the targets have many: an inventory may say hundreds of things of all
// hosts. Plan.FactsOf puts it together again.
func sayFactsOnce(p *prentice.Plan) {
	var all []*prentice.Target
	for i := range p.Targets {
		all = append(all, &p.Targets[i])
	}
	for i := range p.NotChosen {
		all = append(all, &p.NotChosen[i].Target)
	}
	total := 0
	for _, t := range all {
		total += len(t.Facts)
	}
	if total <= mostFacts || len(all) < 2 {
		return
	}
	common := maps.Clone(all[0].Facts)
	for _, t := range all {
		maps.DeleteFunc(common, func(name, value string) bool { own, said := t.Facts[name]; return !said || own != value })
	}
	if len(common) == 0 {
		return
	}
	p.Facts = common
	for _, t := range all {
		own := map[string]string{}
		for name, value := range t.Facts {
			if _, said := common[name]; !said {
				own[name] = value
			}
		}
		t.Facts = own
	}
}
