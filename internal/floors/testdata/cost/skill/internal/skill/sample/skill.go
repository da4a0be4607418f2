// Package sample is a skill that says hello. It refuses to do more.
package sample

import (
	"context"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/skill"
)

// New is the skill's one registration.
func New() skill.Skill {
	return skill.Skill{
		Name:     "sample",
		Sentence: "says hello",
		Ops: []op.Op{op.New("sample.show", prentice.Look, prentice.Viewer, "Say hello.", func(context.Context, op.Call, struct{}) (struct{}, error) {
			return struct{}{}, nil
		}).WithExample("prentice sample show")},
		Explain: "hello",
	}
}
