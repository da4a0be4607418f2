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
