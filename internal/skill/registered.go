package skill

import (
	"maps"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/op"
	"prentice/internal/team"
)

// Ops are the operations of all skills.
func Ops(list []Skill) (all []op.Op) {
	for _, s := range list {
		all = append(all, s.Ops...)
	}
	return all
}

// Kinds are the step kinds of all skills.
func Kinds(list []Skill) (all []prentice.StepKind) {
	for _, s := range list {
		all = append(all, s.Kinds...)
	}
	return all
}

// Probes are the kinds of probe of all skills.
func Probes(list []Skill) (all []prentice.ProbeKind) {
	for _, s := range list {
		all = append(all, s.Probes...)
	}
	return all
}

// Checks are the kinds of checks of all skills.
func Checks(list []Skill) (all []check.Kind) {
	for _, s := range list {
		all = append(all, s.Checks...)
	}
	return all
}

// TeamFiles are the files of the team folder of all skills.
func TeamFiles(list []Skill) (all []team.Part) {
	for _, s := range list {
		all = append(all, s.Team...)
	}
	return all
}

// Pages are the pages of all skills, each with the files of its skill, and the topic that it names, else that of the chapter of its skill, or its skill's if it has one.
func Pages(list []Skill) (all []op.Page) {
	for _, s := range list {
		for _, p := range s.Pages {
			p.Files = s.Files
			switch {
			case p.Topic != "":
			case s.Of != "":
				p.Topic = s.Of
			case s.Explain != "":
				p.Topic = s.Name
			}
			all = append(all, p)
		}
	}
	return all
}

// Refs says which page shows a ref, by its kind.
func Refs(list []Skill) map[string]string {
	all := map[string]string{}
	for _, s := range list {
		maps.Copy(all, s.Refs)
	}
	return all
}

// Explainers say how things are explained, of all skills.
func Explainers(list []Skill) (all []op.Explainer) {
	for _, s := range list {
		all = append(all, s.Explains...)
	}
	return all
}

// States says how the words for states are shown.
func States(list []Skill) map[string]op.Badge {
	all := map[string]op.Badge{}
	for _, s := range list {
		maps.Copy(all, s.States)
	}
	return all
}

// At is the skill at work that has the type T, or the zero T.
func At[T any](list []Skill) (found T) {
	for _, s := range list {
		if self, ok := s.Self.(T); ok {
			return self
		}
	}
	return found
}
