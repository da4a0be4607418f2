// Package all is the list of skills, one line each. It refuses to be anything
// else: what a skill needs comes from boot, what it brings is in its folder.
package all

import (
	"prentice/internal/skill"
	"prentice/internal/skill/automation"
	"prentice/internal/skill/availability"
	"prentice/internal/skill/build"
	"prentice/internal/skill/capacity"
	"prentice/internal/skill/codecontrol"
	"prentice/internal/skill/design"
	"prentice/internal/skill/environments"
	"prentice/internal/skill/learning"
	"prentice/internal/skill/maintenance"
	"prentice/internal/skill/metrics"
	"prentice/internal/skill/objectives"
	"prentice/internal/skill/oncall"
	"prentice/internal/skill/previews"
	"prentice/internal/skill/prototyping"
	"prentice/internal/skill/security"
	"prentice/internal/skill/standards"
	"prentice/internal/skill/statuspage"
	"prentice/internal/skill/supervision"
	"prentice/internal/skill/support"
	"prentice/internal/skill/tools"
)

// Deps is what the skills need. The zero Deps is enough to describe them.
type Deps struct {
	Automation   automation.Deps
	Availability availability.Deps
	Build        build.Deps
	Capacity     capacity.Deps
	Maintenance  maintenance.Deps
	Metrics      metrics.Deps
	CodeControl  codecontrol.Deps
	Design       design.Deps
	Environments environments.Deps
	Learning     learning.Deps
	Objectives   objectives.Deps
	Oncall       oncall.Deps
	Previews     previews.Deps
	Prototyping  prototyping.Deps
	Security     security.Deps
	Standards    standards.Deps
	Statuspage   statuspage.Deps
	Supervision  supervision.Deps
	Support      support.Deps
	Tools        tools.Deps
}

// Skills is every skill there is.
func Skills(d Deps) []skill.Skill {
	return []skill.Skill{
		supervision.New(d.Supervision),
		support.New(d.Support),
		oncall.New(d.Oncall),
		availability.New(d.Availability),
		capacity.New(d.Capacity),
		objectives.New(d.Objectives),
		statuspage.New(d.Statuspage),
		metrics.New(d.Metrics),
		maintenance.New(d.Maintenance),
		automation.New(d.Automation),
		design.New(d.Design),
		security.New(d.Security),
		standards.New(d.Standards),
		codecontrol.New(d.CodeControl),
		previews.New(d.Previews),
		prototyping.New(d.Prototyping),
		build.New(d.Build),
		environments.New(d.Environments),
		tools.New(d.Tools),
		learning.New(d.Learning),
	}
}
