package environment

import (
	"maps"
	"slices"

	"prentice"
)

// Given is the specification with the values of its secrets. As it is kept, the value of a
// variable in Secret is the secret's name, and a file that is a secret has no content: a
// specification with values is given to a back end, and to nothing else.
func (s Spec) Given(value func(name string) (string, error)) (Spec, error) {
	s.Services = slices.Clone(s.Services)
	for i, one := range s.Services {
		one.Secret = maps.Clone(one.Secret)
		for _, variable := range slices.Sorted(maps.Keys(one.Secret)) {
			text, err := value(one.Secret[variable])
			if err != nil {
				return Spec{}, secretTrouble(one.Name, one.Secret[variable], err)
			}
			one.Secret[variable] = text
		}
		one.Files = slices.Clone(one.Files)
		for n, f := range one.Files {
			if f.Secret == "" {
				continue
			}
			text, err := value(f.Secret)
			if err != nil {
				return Spec{}, secretTrouble(one.Name, f.Secret, err)
			}
			one.Files[n].Content, one.Files[n].Secret = []byte(text), ""
		}
		s.Services[i] = one
	}
	return s, nil
}

func secretTrouble(service, name string, err error) error {
	hint := prentice.HintOf(err)
	if hint == "" {
		hint = "set it: prentice secret set " + name
	}
	return prentice.Errorf(prentice.KindOf(err), "service %s needs the secret %s: %w", service, name, err).Try("%s", hint)
}

// SecretNames are the secrets that a kept specification needs, each once.
func (s Spec) SecretNames() (names []string) {
	for _, one := range s.Services {
		names = slices.AppendSeq(names, maps.Values(one.Secret))
		for _, f := range one.Files {
			if f.Secret != "" {
				names = append(names, f.Secret)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Service is the one of a name; nil is none.
func (s Spec) Service(name string) *Service {
	for i := range s.Services {
		if s.Services[i].Name == name {
			return &s.Services[i]
		}
	}
	return nil
}
