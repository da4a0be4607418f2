package approval

import (
	"prentice"
	"prentice/internal/engine/run"
)

// mostTried bounds how many sets of approvers are tried. A team in which more have to
// be is not told that it is too small.
const mostTried = 5000

// enough says whether so many people can approve a run one after the other, and each
// owner whose part it touches among them, by the ways in which they could come in: by
// the rule of answers, as if each had answered.
func enough(d *run.Detail, needed int, ways []prentice.Way, q Question) bool {
	tried := 0
	var from func(d *run.Detail, i, needed int) bool
	from = func(d *run.Detail, i, needed int) bool {
		if needed <= 0 && len(q.Lacking(d.Approvals)) == 0 || tried >= mostTried {
			return true
		}
		for ; len(ways)-i >= needed; i++ {
			tried++
			by := prentice.Actor{Kind: prentice.Person, Name: ways[i].Person.Name(), Behind: ways[i].People}
			if who, found := q.standing(by.Ref()); found {
				by.Role = who.Role
			}
			seat, people, err := counts(d, run.Reply{Run: d.Number, Actor: by, Yes: true}, q)
			if err != nil || !by.Role.Includes(prentice.Approver) {
				continue
			}
			after := &run.Detail{View: d.View}
			after.Approvals = append(d.Approvals[:len(d.Approvals):len(d.Approvals)], run.Approval{Actor: by.Ref(), Yes: true, For: seat, People: people})
			if from(after, i+1, needed-1) {
				return true
			}
		}
		return false
	}
	return from(d, 0, needed)
}

// tying are the people who are behind several of some approvers, so that these count
// as one: everyone who is behind each way of at least two of them, and anyone who
// several of them would answer for.
func tying(able []prentice.Ref, ways []prentice.Way, q Question) (list []prentice.Ref) {
	holds := map[prentice.Ref]int{}
	for _, person := range able {
		for _, behind := range behindAll(person, ways, q) {
			holds[behind]++
		}
	}
	for behind, n := range holds {
		if n > 1 {
			list = append(list, behind)
		}
	}
	return prentice.JoinPeople(list)
}

// behindAll are the people behind every way of someone, and whom they answer for.
func behindAll(person prentice.Ref, ways []prentice.Way, q Question) []prentice.Ref {
	var all []prentice.Ref
	first := true
	for _, w := range ways {
		switch {
		case w.Person != person:
		case first:
			all, first = prentice.JoinPeople(w.People), false
		default:
			all = common(all, w.People)
		}
	}
	return prentice.JoinPeople(all, []prentice.Ref{q.seat(person)})
}

func common(a, b []prentice.Ref) (both []prentice.Ref) {
	for _, one := range a {
		if prentice.SharedPerson([]prentice.Ref{one}, b) != "" {
			both = append(both, one)
		}
	}
	return both
}
