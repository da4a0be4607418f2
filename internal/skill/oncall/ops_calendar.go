package oncall

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/rota"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// ExportIn says which shifts are wanted.
type ExportIn struct {
	Name string `json:"name,omitempty" arg:"1" of:"rota" maxLength:"100" example:"primary" doc:"The rota; all of them without it."`
	Who  string `json:"who,omitempty" of:"person" maxLength:"100" example:"ann" doc:"Only the shifts of this person."`
	Days int    `json:"days,omitempty" minimum:"1" maximum:"366" doc:"How many days ahead; 90 without it."`
}

// ImportIn is a calendar of another program.
type ImportIn struct {
	File  string `json:"file" arg:"1" file:"true" maxLength:"2097152" doc:"The iCalendar file."`
	Rota  string `json:"rota" of:"rota" maxLength:"100" example:"primary" doc:"The rota for which the shifts are."`
	Days  int    `json:"days,omitempty" minimum:"1" maximum:"366" doc:"How many days ahead are read; 90 without it."`
	Apply bool   `json:"apply,omitempty" doc:"Keep the shifts as covers; without it they are only shown."`
}

func (k *Desk) calendarOps() []op.Op {
	return []op.Op{
		op.New("rota.export", prentice.Look, prentice.Viewer, "Write shifts as an iCalendar, for a rota, for a person, or for all.", k.export).
			WithExample("prentice rota export primary --who ann").
			WithHelp("Each shift is one event in UTC. Calendars also subscribe to it, at /ical/TOKEN/on-call.ics?rota=primary&who=ann with a token that is made by prentice token create ann-calendar --role viewer --ops rota.export; revoke the token to end that. A subscriber may lag a day: a calendar informs, it calls no one."),
		op.New("rota.import", prentice.Change, prentice.Operator, "Read the shifts of another program's iCalendar, and show them or keep them as covers.", k.imports).
			WithExample("prentice rota import schedule.ics --rota primary").
			WithHelp("Look at what is shown first: whose each shift is is found by the names of those who attend, or by its title. With --apply the shifts that lie ahead are kept as covers of the rota; those that the rota says already are left out, so that it may be done again."),
	}
}

// Exported is an iCalendar.
type Exported struct {
	Calendar string `json:"calendar"`
	Shifts   int    `json:"shifts"`
}

// Text implements op.Texter.
func (e Exported) Text() string { return e.Calendar }

func (k *Desk) export(ctx context.Context, c op.Call, in ExportIn) (Exported, error) {
	if err := k.there(); err != nil {
		return Exported{}, err
	}
	list, name := k.Settings().All(), "all"
	if in.Name != "" {
		one, err := k.rotaNamed(in.Name)
		if err != nil {
			return Exported{}, err
		}
		list, name = []rota.Rota{one}, one.Name
	}
	who := prentice.Ref("")
	if in.Who != "" {
		var err error
		if who, err = k.person(ctx, in.Who); err != nil {
			return Exported{}, err
		}
		name += ", " + who.Name()
	}
	// A week back, so that a shift which goes on does not vanish; and what is over of covers counts there.
	from, until := c.Now.AddDate(0, 0, -7), c.Now.AddDate(0, 0, daysOr(in.Days))
	over, err := k.overrides(ctx, from.AddDate(0, 0, -60))
	if err != nil {
		return Exported{}, err
	}
	changed, err := k.changed(ctx)
	if err != nil {
		return Exported{}, err
	}
	out, parts := Exported{}, []rota.Part{}
	for _, r := range list {
		p := rota.Part{Rota: r.Name, Shifts: r.Whole(from, until, over), Changed: changed[r.Name]}
		if who != "" {
			p.Shifts = slices.DeleteFunc(p.Shifts, func(s rota.Shift) bool { return s.Person != who })
		}
		out.Shifts += len(p.Shifts)
		parts = append(parts, p)
	}
	out.Calendar = rota.Calendar(name, parts...)
	return out, nil
}

func daysOr(days int) int {
	if days == 0 {
		return 90
	}
	return days
}

// changed is when each rota was changed last.
func (k *Desk) changed(ctx context.Context) (map[string]time.Time, error) {
	rows, err := k.DB.Query(ctx, `SELECT rota, at FROM oncall_changed`)
	type row struct {
		rota string
		at   int64
	}
	list, err := db.List(rows, err, func(scan func(...any) error, r *row) error { return scan(&r.rota, &r.at) }, nil)
	if err != nil {
		return nil, fmt.Errorf("read when rotas were changed: %w", err)
	}
	all := map[string]time.Time{}
	for _, r := range list {
		all[r.rota] = db.Time(r.at)
	}
	return all, nil
}

// mark writes down that the file says something else of a rota than before.
func (k *Desk) mark(ctx context.Context, now time.Time) error {
	settings := k.Settings()
	if settings == k.marked {
		return nil
	}
	err := k.DB.Write(ctx, func(tx *db.Tx) error {
		for _, r := range settings.All() {
			layers := []string{r.Zone.String()}
			for _, l := range r.Layers {
				hours := ""
				if l.Hours != nil {
					hours = fmt.Sprint(l.Hours.Days, l.Hours.From, l.Hours.Until)
				}
				layers = append(layers, fmt.Sprint(l.People, l.Start, l.Every, hours))
			}
			digest := prentice.Digest([]byte(strings.Join(layers, "\n")))
			if _, err := tx.Exec(`INSERT INTO oncall_changed (rota, digest, at) VALUES (?, ?, ?) ON CONFLICT (rota) DO UPDATE SET digest = excluded.digest, at = excluded.at WHERE oncall_changed.digest <> excluded.digest`, r.Name, digest, db.Micros(now)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		k.marked = settings
	}
	return err
}

// touch writes down that a cover changes a rota.
func touch(tx *db.Tx, name string, now time.Time) error {
	_, err := tx.Exec(`UPDATE oncall_changed SET at = ? WHERE rota = ? AND at < ?`, db.Micros(now), name, db.Micros(now))
	return err
}

// ImportedShift is a shift of another calendar, and whose it is here.
type ImportedShift struct {
	rota.Imported
	Person prentice.Ref `json:"person,omitempty"` // "" is not known
	Same   bool         `json:"same"`             // the rota says so already
	Kept   prentice.Ref `json:"kept,omitempty"`   // the cover that was made of it
}

// ImportedList is what was read of a calendar.
type ImportedList struct {
	Rota    prentice.Ref    `json:"rota"`
	Shifts  []ImportedShift `json:"shifts"`
	Wrong   []string        `json:"wrong"` // what was left out, and why
	Applied bool            `json:"applied"`
}

// Text implements op.Texter.
func (l ImportedList) Text() string {
	var b strings.Builder
	news, unknown := 0, 0
	for _, s := range l.Shifts {
		who, what := string(s.Person), ""
		switch {
		case s.Person == "":
			who, what = "?", "  no one here is named in it"
			unknown++
		case s.Kept != "":
			what = "  kept as " + string(s.Kept)
		case s.Same:
			what = "  as the rota says"
		default:
			news++
		}
		fmt.Fprintf(&b, "%s – %s  %s  %s%s\n", op.At(s.From), op.At(s.Until), who, clip.Text(s.Summary), what)
	}
	for _, w := range l.Wrong {
		fmt.Fprintf(&b, "not read: %s\n", w)
	}
	switch {
	case l.Applied:
		fmt.Fprintf(&b, "What is new is kept. See it: prentice rota show %s\n", l.Rota.Name())
	case news > 0:
		fmt.Fprintf(&b, "%d shifts are new to %s; keep them with --apply.\n", news, l.Rota)
	default:
		fmt.Fprintf(&b, "Nothing of it is new to %s.\n", l.Rota)
	}
	return b.String()
}

func (k *Desk) imports(ctx context.Context, c op.Call, in ImportIn) (ImportedList, error) {
	r, err := k.rotaNamed(in.Rota)
	if err != nil {
		return ImportedList{}, err
	}
	known, err := k.People(ctx)
	if err != nil {
		return ImportedList{}, err
	}
	over, err := k.overrides(ctx, c.Now)
	if err != nil {
		return ImportedList{}, err
	}
	list, wrong, err := rota.Import(in.File, r.Zone, c.Now, c.Now.AddDate(0, 0, daysOr(in.Days)))
	if err != nil {
		return ImportedList{}, err
	}
	out := ImportedList{Rota: r.Ref(), Shifts: []ImportedShift{}, Wrong: wrong, Applied: in.Apply}
	if out.Wrong == nil {
		out.Wrong = []string{}
	}
	for _, one := range list {
		s := ImportedShift{Imported: one, Person: whose(one, known)}
		if s.From.Before(c.Now) {
			s.From = c.Now.UTC()
		}
		shifts, gaps := r.Shifts(s.From, s.Until, over)
		s.Same = len(gaps) == 0 && !slices.ContainsFunc(shifts, func(x rota.Shift) bool { return x.Person != s.Person })
		if in.Apply && s.Person != "" && !s.Same {
			o := rota.Override{Rota: r.Name, Person: s.Person, From: s.From, Until: s.Until, By: c.Actor.Ref(), Reason: "imported: " + clip.To(s.Summary, 200), Made: c.Now.UTC()}
			if err := k.keep(ctx, c.Now, &o); err != nil {
				return out, err
			}
			s.Kept = o.Ref()
		}
		out.Shifts = append(out.Shifts, s)
	}
	return out, nil
}

// whose is the person of a shift: who is named as attending, or else in its title.
func whose(s rota.Imported, known []prentice.Ref) prentice.Ref {
	for _, name := range append(slices.Clone(s.People), strings.FieldsFunc(s.Summary, func(r rune) bool { return strings.ContainsRune(" ,;:()/", r) })...) {
		for _, ref := range known {
			if strings.EqualFold(ref.Name(), name) {
				return ref
			}
		}
	}
	return ""
}
