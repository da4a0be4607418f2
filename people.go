package prentice

import "slices"

// People are all the people behind an actor: themselves, if they are a person,
// and anyone who is behind them. Prentice itself has no one behind it. Anyone who is
// among them has done what the actor does, as far as approvals are concerned.
func (a Actor) People() []Ref {
	if a.Kind == Person && a.Name != "" {
		return JoinPeople([]Ref{a.Ref()}, a.Behind)
	}
	return JoinPeople(a.Behind)
}

// JoinPeople puts lists of people together, sorted and each once.
func JoinPeople(lists ...[]Ref) []Ref {
	all := slices.DeleteFunc(slices.Concat(lists...), func(r Ref) bool { return r.Kind() != string(Person) || r.Name() == "" })
	slices.Sort(all)
	return slices.Compact(all)
}

// SharedPerson is someone who is in both lists, or "".
func SharedPerson(a, b []Ref) Ref {
	for _, one := range a {
		if slices.Contains(b, one) {
			return one
		}
	}
	return ""
}

// Way is one by which a person could come in. People are all who are behind them
// then, themselves among them.
type Way struct {
	Person Ref
	People []Ref
}

// Independent are those who could come in by a way behind which none of some people is.
func Independent(ways []Way, of []Ref) []Ref {
	var list []Ref
	for _, w := range ways {
		if SharedPerson(w.People, of) == "" {
			list = append(list, w.Person)
		}
	}
	return JoinPeople(list)
}

// Cause is a person by whose doing a run was asked for, and how. No one who
// caused a run approves it.
type Cause struct {
	Person Ref    `json:"person"`
	How    string `json:"how"` // a sentence about them that wants the run as its end: sent the event that asks for
}

// Causers are the people of some causes, sorted and each once.
func Causers(causes []Cause) []Ref {
	people := make([]Ref, len(causes))
	for i, c := range causes {
		people[i] = c.Person
	}
	return JoinPeople(people)
}

// CausedBy says of each of some people how they caused something, once each.
func CausedBy(people []Ref, how string) []Cause {
	var causes []Cause
	for _, p := range JoinPeople(people) {
		causes = append(causes, Cause{Person: p, How: how})
	}
	return causes
}

// Requested is what an actor caused by asking for something.
func Requested(by Actor) []Cause {
	var causes []Cause
	for _, p := range by.People() {
		how := "asked for"
		if p != by.Ref() {
			how = "is behind " + string(by.Ref()) + ", who asked for"
		}
		causes = append(causes, Cause{Person: p, How: how})
	}
	return causes
}
