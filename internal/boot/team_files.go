package boot

import (
	"sync"

	"prentice/internal/adapter/secret"
	"prentice/internal/engine/alert"
	"prentice/internal/engine/flag"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/maintenance"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/outgoing"
	"prentice/internal/engine/provision"
	"prentice/internal/engine/release"
	"prentice/internal/engine/rota"
	"prentice/internal/engine/statuspage"
	"prentice/internal/skill"
	"prentice/internal/team"
	"prentice/internal/team/calendar"
)

// teamFiles are the files of the team folder that say what holds for all, in the order
// in which they are read: that of an adapter, and those of the skills.
func teamFiles(skills []skill.Skill) []team.Part {
	return append([]team.Part{secret.TeamFile.Part(nil)}, skill.TeamFiles(skills)...)
}

// knownFiles are those files where nothing is at work.
var knownFiles = sync.OnceValue(func() []team.Part { return teamFiles(Describe()) })

// What the files of the folder say.
func (t *teamNow) secrets() secret.Declarations  { return team.Of(t.said, secret.TeamFile) }
func (t *teamNow) calendar() *calendar.Calendar  { return team.Of(t.said, calendar.File) }
func (t *teamNow) limits() gate.Limits           { return team.Of(t.said, gate.File) }
func (t *teamNow) notices() *notice.Settings     { return team.Of(t.said, notice.File) }
func (t *teamNow) webhooks() *outgoing.Rules     { return team.Of(t.said, outgoing.File) }
func (t *teamNow) flags() *flag.Set              { return team.Of(t.said, flag.File) }
func (t *teamNow) oncall() *rota.Settings        { return team.Of(t.said, rota.File) }
func (t *teamNow) releases() *release.Rules      { return team.Of(t.said, release.File) }
func (t *teamNow) alerts() *alert.Rules          { return team.Of(t.said, alert.File) }
func (t *teamNow) maintenance() *maintenance.Set { return team.Of(t.said, maintenance.File) }
func (t *teamNow) capacity() *provision.Set      { return team.Of(t.said, provision.File) }
func (t *teamNow) status() *statuspage.Rules     { return team.Of(t.said, statuspage.File) }

// readRest reads those files. Each by itself stays as it was read before when it has
// an error, and never keeps the rest of the folder from being read.
func (t *Team) readRest(next, had *teamNow) {
	next.said, next.unread = team.Said{}, map[string]bool{}
	for _, f := range t.files {
		said, err := f.Read(t.dir())
		switch {
		case err == nil:
			next.said[f.Name] = said
			continue
		case had != nil && !had.unread[f.Name]:
			next.said[f.Name] = had.said[f.Name]
		case f.Unread.IsEmpty:
			next.said[f.Name] = f.Empty()
		default:
			next.said[f.Name] = said
		}
		next.troubles = append(next.troubles, asFinding(err))
		next.unread[f.Name] = had == nil || had.unread[f.Name]
		if next.unread[f.Name] && f.Unread.HoldsBack {
			blockAll(next.catalog, "the team folder has an error: "+err.Error())
		}
	}
}

// tellFiles tells those who wait for it what is in force of a file.
func (t *Team) tellFiles(now *teamNow) {
	for _, f := range t.files {
		if f.Took != nil {
			f.Took(now.said[f.Name])
		}
	}
}
