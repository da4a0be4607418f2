package learning

import (
	"context"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/op"
)

type findIn struct {
	Text string `json:"text" arg:"1" doc:"Words to look for, or parts of them." example:"roll back" maxLength:"200"`
}

// Explanation is where something is explained.
type Explanation struct {
	Ask  string `json:"ask"` // what is written behind explain
	Says string `json:"says"`
}

// Explanations are those that a search found.
type Explanations struct {
	Found []Explanation `json:"found"`
}

// Table implements op.Tabler.
func (e Explanations) Table() (head []string, rows [][]string) {
	for _, one := range e.Found {
		rows = append(rows, []string{one.Ask, one.Says})
	}
	return []string{"EXPLAIN", "WHAT IT SAYS"}, rows
}

// Empty says what to do when nothing was found.
func (Explanations) Empty() string {
	return "No explanation has these words. All topics: prentice explain. All words: prentice explain term."
}

func (d Deps) findOp() op.Op {
	return op.New("explanation.find", prentice.Look, prentice.Viewer, "Find explanations of topics, and words of the glossary.",
		func(_ context.Context, _ op.Call, in findIn) (Explanations, error) { return d.findExplained(in.Text) }).
		WithExample("prentice explanation find roll").WithoutState()
}

// findExplained looks for words, or parts of them, in topics and in the glossary. What
// has them in its name comes first.
func (d Deps) findExplained(text string) (Explanations, error) {
	words := strings.Fields(strings.ToLower(text))
	has := func(text string) bool {
		text = strings.ToLower(text)
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	}
	named, within := []Explanation{}, []Explanation{}
	add := func(e Explanation, name, text string) {
		switch {
		case has(name):
			named = append(named, e)
		case has(name + " " + text):
			within = append(within, e)
		}
	}
	for _, line := range framework().Lines {
		t, err := readTopic(line.Topic)
		if err != nil {
			return Explanations{}, err
		}
		add(Explanation{line.Topic, t.title + ": " + line.Of}, line.Topic+" "+t.title, t.parts[whatItIs]+" "+t.parts[hard])
	}
	meanings := terms(d.Glossary)
	for _, term := range sorted(meanings) {
		add(Explanation{"term " + term, meanings[term]}, term, meanings[term])
	}
	return Explanations{append(named, within...)}, nil
}

var _ op.Tabler = Explanations{}
