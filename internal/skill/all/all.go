// Package all is the list of skills, one line each. It refuses to be anything
// else: what a skill needs comes from boot, what it brings is in its folder.
package all

import (
	"prentice/internal/skill"
	"prentice/internal/skill/automation"
	"prentice/internal/skill/availability"
	"prentice/internal/skill/design"
	"prentice/internal/skill/security"
	"prentice/internal/skill/supervision"
	"prentice/internal/skill/support"
)

// Deps is what the skills need. The zero Deps is enough to describe them.
// Availability and support are at work beside answering, so boot makes them.
type Deps struct {
	Automation   automation.Deps
	Availability *availability.Lookout
	Design       design.Deps
	Security     security.Deps
	Supervision  supervision.Deps
	Support      *support.Support
}

// Skills is every skill there is.
func Skills(d Deps) []skill.Skill {
	if d.Availability == nil {
		d.Availability = availability.NewLookout(availability.Deps{})
	}
	if d.Support == nil {
		d.Support = support.Make(support.Deps{})
	}
	return []skill.Skill{
		supervision.New(d.Supervision),
		d.Support.Skill(),
		d.Availability.Skill(),
		automation.New(d.Automation),
		design.New(d.Design),
		security.New(d.Security),
	}
}
