package prentice

import "maps"

// mostFacts is how many facts a plan says target by target.
const mostFacts = 1000

// SayFactsOnce moves what is a fact of every target to the plan, where it stands
// once, if the targets have many: an inventory may say hundreds of things of all
// hosts. FactsOf puts it together again.
func (p *Plan) SayFactsOnce() {
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

// FactsOf is all that is known of one of the plan's targets.
func (p Plan) FactsOf(t Target) map[string]string {
	if len(p.Facts) == 0 {
		return t.Facts
	}
	all := maps.Clone(p.Facts)
	maps.Copy(all, t.Facts)
	return all
}
