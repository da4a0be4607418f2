package boot

import (
	"context"
	"encoding/json"
	"slices"

	"prentice"
	"prentice/internal/app"
	"prentice/internal/engine/flag"
	"prentice/internal/face/ofrep"
	"prentice/internal/skill"
	"prentice/internal/skill/codecontrol"
	"prentice/internal/skill/prototyping"
)

// flagsOf asks for flags through the door.
type flagsOf struct{ door *app.App }

func (f flagsOf) Evaluate(ctx context.Context, by prentice.Actor, key string, about json.RawMessage) (any, string, error) {
	answer, err := prototyping.Through{Door: f.door}.Evaluate(ctx, by, key, about)
	return answer, answer.Code, err
}

func (f flagsOf) EvaluateAll(ctx context.Context, by prentice.Actor, about json.RawMessage) (any, error) {
	return prototyping.Through{Door: f.door}.EvaluateAll(ctx, by, about)
}

// wrongFlags is what keeps the file of flags, as it is now, from being taken.
func (s *System) wrongFlags() []prentice.Finding {
	return slices.DeleteFunc(slices.Clone(s.Team.Troubles()), func(f prentice.Finding) bool { return f.At.File != flag.TeamFile })
}

// removals are drafted as changes of the repositories that are kept here.
func (s *System) removals() prototyping.Removals {
	return prototyping.Removals{Catalog: s.catalog, At: s.toolsAt, Draft: func(ctx context.Context, r prototyping.Removal) (prentice.Ref, bool, error) {
		c, made, err := skill.At[*codecontrol.Desk](s.Skills).Draft(ctx, codecontrol.Draft{Repository: r.Repository.Ref.Name(), Branch: r.Repository.Branch, Base: r.Commit, Path: r.Path, Content: r.Content,
			Message: r.Message, Topic: "flag-" + r.Flag, By: prentice.Prentice("flags"), At: r.At})
		return c.Ref(), made, err
	}}
}

var _ ofrep.Flags = flagsOf{}
