package learning

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"text/template"

	"prentice/internal/op"
)

// example is what a lesson shows of the team's own data, or that there is none.
func (d Deps) example(ctx context.Context, topic string) (string, error) {
	raw, err := texts.ReadFile("here/examples.md")
	if err != nil {
		return "", err
	}
	facts, err := d.survey(ctx)
	if err != nil {
		return "", err
	}
	text := ""
	for _, section := range strings.Split("\n"+string(raw), "\n## ") {
		if name, body, _ := strings.Cut(section, "\n"); name == topic {
			text = body
		}
	}
	t, err := template.New(topic).Funcs(template.FuncMap{"count": op.Count}).Parse(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.Execute(&b, facts)
	return fmt.Sprintf("Your own example: %s", cmp.Or(strings.TrimSpace(b.String()), "there is none here yet.")), err
}
