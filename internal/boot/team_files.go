package boot

import (
	"prentice/internal/adapter/secret"
	"prentice/internal/engine/alert"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/notice"
	teamfile "prentice/internal/team"
	"prentice/internal/team/calendar"
)

// The files of the team folder that say what holds for all.
var (
	secretsFile  = teamfile.File[secret.Declarations]{Name: "secrets.yaml", Load: secret.Load} // where secrets come from; it holds none
	calendarFile = teamfile.File[*calendar.Calendar]{Name: "calendar.yaml", Load: calendar.Load}
	limitsFile   = teamfile.File[gate.Limits]{Name: "limits.yaml", Load: gate.Read}
	noticesFile  = teamfile.File[*notice.Settings]{Name: "notices.yaml", Load: notice.Load}
	alertsFile   = teamfile.File[*alert.Rules]{Name: "alerts.yaml", Load: alert.Load}
)

// files is the list of them, in the order in which they are read.
var files = []part{
	partOf(secretsFile, func(t *team) *secret.Declarations { return &t.secrets }, unread{holdsBack: true}),
	partOf(calendarFile, func(t *team) **calendar.Calendar { return &t.calendar }, unread{isEmpty: true, holdsBack: true}),
	partOf(limitsFile, func(t *team) *gate.Limits { return &t.limits }, unread{isEmpty: true, holdsBack: true}),
	partOf(noticesFile, func(t *team) **notice.Settings { return &t.notices }, unread{isEmpty: true}),
	partOf(alertsFile, func(t *team) **alert.Rules { return &t.alerts }, unread{}), // no one knows what it says
}

// unread is what holds when a file has an error and was never read without one.
type unread struct {
	isEmpty   bool // it holds as if it were empty
	holdsBack bool // nothing is acted on: no one knows what it forbids
}

// part is a file and its place in what the folder says.
type part struct {
	name  string
	read  func(dir string, to *team) error
	stays func(to, had *team) // as it was read before
	empty func(to *team)
	unread
}

func partOf[T any](f teamfile.File[T], in func(*team) *T, u unread) part {
	return part{
		name:   f.Name,
		read:   func(dir string, to *team) (err error) { *in(to), err = f.Read(dir); return err },
		stays:  func(to, had *team) { *in(to) = *in(had) },
		empty:  func(to *team) { *in(to) = f.Empty() },
		unread: u,
	}
}

// readRest reads those files. Each by itself stays as it was read before when it has
// an error, and never keeps the rest of the folder from being read.
func (t *Team) readRest(next, had *team) {
	for _, f := range files {
		err := f.read(t.dir, next)
		if err == nil {
			continue
		}
		next.troubles = append(next.troubles, asFinding(err))
		if had != nil {
			f.stays(next, had)
			continue
		}
		if f.isEmpty {
			f.empty(next)
		}
		if f.holdsBack {
			blockAll(next.catalog, "the team folder has an error: "+err.Error())
		}
	}
}
