package learning

import (
	"cmp"
	"context"
	"fmt"
	"prentice/internal/team"
	"slices"
	"strings"

	"prentice"
)

// The exercises that ask a question of which the team's own data knows the answer.

// knows compares an answer with the right ones, and says where to look.
func knows(look string, right func(attempt) []string) func(context.Context, attempt) (finding, error) {
	return func(_ context.Context, a attempt) (finding, error) {
		answers := right(a)
		given := bare(a.answer)
		switch {
		case len(answers) == 0:
			return lacks("there is nothing here to do it on: the sample team has it, prentice up --demo")
		case given == "":
			return lacks(fmt.Sprintf("give your answer with --answer; look with: %s", look))
		case slices.ContainsFunc(answers, func(r string) bool { return bare(r) == given }):
			return shownBy(fmt.Sprintf("%s is right", strings.TrimSpace(a.answer)))
		}
		return lacks(fmt.Sprintf("%q is not it: look with: %s", strings.TrimSpace(a.answer), look))
	}
}

// bare is an answer without what does not matter: the kind before a name, and spaces.
func bare(answer string) string {
	answer = strings.ToLower(strings.TrimSpace(answer))
	for _, kind := range []string{"service/", "host/", "procedure/", "sha256:"} {
		answer = strings.TrimPrefix(answer, kind)
	}
	return answer
}

// greatest are the names of the things of which most is counted, if there is any.
func greatest(counts map[string]int) (names []string) {
	best := 0
	for name, n := range counts {
		switch {
		case n > best:
			best, names = n, []string{name}
		case n == best && n > 0:
			names = append(names, name)
		}
	}
	return names
}

func (a attempt) catalog() *team.Catalog {
	return cmp.Or(a.Catalog(), &team.Catalog{})
}

func mostPatient(a attempt) []string {
	counts := map[string]int{}
	for _, s := range a.catalog().Services {
		for _, p := range s.Probes {
			counts[s.Ref.Name()] = max(counts[s.Ref.Name()], p.FailAfter)
		}
	}
	return greatest(counts)
}

func busiestHost(a attempt) []string {
	counts := map[string]int{}
	for _, s := range a.catalog().Services {
		for _, h := range s.Hosts {
			counts[h.Ref.Name()]++
		}
	}
	return greatest(counts)
}

func neededByOthers(a attempt) (names []string) {
	for _, s := range a.catalog().Services {
		if len(a.catalog().Dependants(s.Ref)) > 0 {
			names = append(names, s.Ref.Name())
		}
	}
	return names
}

func scheduled(a attempt) (names []string) {
	for _, p := range a.Procedures() {
		if slices.ContainsFunc(p.On, func(on prentice.Trigger) bool { return on.Schedule != "" }) {
			names = append(names, p.Name)
		}
	}
	return names
}

func firstReview(a attempt) []string {
	first := ""
	for _, p := range a.Procedures() {
		if p.ReviewBy != "" && (first == "" || p.ReviewBy < first) {
			first = p.ReviewBy
		}
	}
	if first == "" {
		return nil
	}
	return []string{first}
}

func withoutUndo(a attempt) (names []string) {
	for _, p := range a.Procedures() {
		if changes(p) && !has(p, prentice.Undo) {
			names = append(names, p.Name)
		}
	}
	return names
}

func thisVersion(a attempt) []string { return []string{a.Version} }

// policyInForce is the hash of the policy, from its first 12 digits on.
func policyInForce(a attempt) (starts []string) {
	if a.Policy == nil {
		return nil
	}
	for digest, n := bare(a.Policy()), 12; n <= len(digest); n++ {
		starts = append(starts, digest[:n])
	}
	return starts
}
