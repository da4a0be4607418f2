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
	total := 0
	for _, t := range p.Targets {
		total += len(t.Facts)
	}
	if total <= mostFacts || len(p.Targets) < 2 {
		return
	}
	common := maps.Clone(p.Targets[0].Facts)
	for _, t := range p.Targets {
		maps.DeleteFunc(common, func(name, value string) bool { own, said := t.Facts[name]; return !said || own != value })
	}
	if len(common) == 0 {
		return
	}
	p.Facts = common
	for i, t := range p.Targets {
		own := map[string]string{}
		for name, value := range t.Facts {
			if _, said := common[name]; !said {
				own[name] = value
			}
		}
		p.Targets[i].Facts = own
	}
}
