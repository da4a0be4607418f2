package boot

import (
	"context"
	"strings"
	"text/template"

	"prentice"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
	"prentice/internal/skill"
)

type explainIn struct {
	Topic string `json:"topic,omitempty" arg:"1" doc:"The skill to explain; without it, what there is to explain." example:"supervision" maxLength:"60"`
}

// Explained is a chapter of the role, drawn with this team's own data.
type Explained struct {
	Topic    string `json:"topic"`
	Sentence string `json:"sentence"`
	Markdown string `json:"markdown"`
}

// Text implements op.Texter.
func (e Explained) Text() string { return strings.TrimSpace(e.Markdown) + "\n" }

// explainOp explains a skill from the team's data: what it is, what it does
// here, and where the evidence is.
func explainOp(skills func() []skill.Skill) op.Op {
	return op.New("explain", prentice.Look, prentice.Viewer, "Explain a skill of the role, from this team's own data.",
		func(ctx context.Context, _ op.Call, in explainIn) (Explained, error) {
			if in.Topic == "" {
				return topics(skills()), nil
			}
			var names []string
			for _, sk := range skills() {
				if sk.Name == in.Topic {
					return explain(ctx, sk)
				}
				names = append(names, sk.Name)
			}
			err := prentice.Errorf(prentice.NotFound, "no skill %q", in.Topic)
			if near := nearest.Of(in.Topic, names); near != "" {
				return Explained{}, err.Try("did you mean %s?", near)
			}
			return Explained{}, err.Try("there are %s", strings.Join(names, ", "))
		}).WithExample("prentice explain supervision").Under(op.Noun{Name: "explain", Part: op.EveryDay})
}

func topics(skills []skill.Skill) Explained {
	var b strings.Builder
	b.WriteString("# What can be explained\n\n")
	for _, sk := range skills {
		b.WriteString("- **" + sk.Name + "**: " + sk.Sentence + "\n")
	}
	return Explained{Sentence: "what there is to explain", Markdown: b.String()}
}

func explain(ctx context.Context, sk skill.Skill) (Explained, error) {
	var facts any
	if sk.Facts != nil {
		var err error
		if facts, err = sk.Facts(ctx); err != nil {
			return Explained{}, err
		}
	}
	text, err := template.New(sk.Name).Parse(sk.Explain)
	if err != nil {
		return Explained{}, err
	}
	var b strings.Builder
	if err := text.Execute(&b, facts); err != nil {
		return Explained{}, err
	}
	return Explained{Topic: sk.Name, Sentence: sk.Sentence, Markdown: b.String()}, nil
}
