package support

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// usualDue is how long a follow-up may take unless one says so; longestDue is the longest.
const (
	usualDue   = 14 * 24 * time.Hour
	longestDue = 366 * 24 * time.Hour
)

type followupAddIn struct {
	which
	Text   string        `json:"text" arg:"2" doc:"What is to be done, in one sentence." minLength:"1" maxLength:"500"`
	Owner  string        `json:"owner,omitempty" doc:"The person or group who does it; you, unless you say so." maxLength:"100" example:"ann"`
	Within time.Duration `json:"within,omitempty" doc:"In how long it is to be done, at most 366 days; 14 days unless you say so." example:"72h"`
}

type followupListIn struct {
	Incident string `json:"incident,omitempty" doc:"Only those of this incident." maxLength:"30" example:"incident/17"`
	Open     bool   `json:"open,omitempty" doc:"Only those that are not done."`
	Overdue  bool   `json:"overdue,omitempty" doc:"Only those that are overdue."`
	Before   int64  `json:"before,omitempty" doc:"A cursor: only those with a smaller number." minimum:"1"`
	Limit    int    `json:"limit,omitempty" doc:"How many at most." minimum:"1" maximum:"500"`
}

type followupDoneIn struct {
	Followup string `json:"followup" arg:"1" doc:"The follow-up, such as followup/3 or 3." maxLength:"30" example:"followup/3"`
	How      string `json:"how" doc:"What shows that it is done: a change, a run, a page." minLength:"1" maxLength:"1000" example:"change/41 has landed"`
}

func (s *Support) followupOps() []op.Op {
	return []op.Op{
		op.New("followup.add", prentice.Change, prentice.Operator, "Write down what is to be done after an incident, by whom and until when.", s.followupAdd).
			WithExample("prentice followup add incident/17 'alert on the age of the newest backup' --owner ann --within 168h").
			WithHelp("It stands in the incident, its report and the hand-over until it is done. When it is overdue, its owner is told, once."),
		op.New("followup.list", prentice.Look, prentice.Viewer, "List what is to be done after incidents, newest first.", s.followupList).
			WithExample("prentice followup list --open"),
		op.About(op.New("followup.done", prentice.Change, prentice.Operator, "Say that what was to be done after an incident is done, and what shows it.", s.followupDone),
			s.followupAbout).
			WithExample("prentice followup done followup/3 --how 'change/41 has landed'"),
	}
}

// followupAbout is the incident that a follow-up is of, which stands where its subject does.
func (s *Support) followupAbout(ctx context.Context, in followupDoneIn) ([]prentice.Ref, error) {
	number, err := numberOf("followup", in.Followup)
	if err != nil || s.DB == nil {
		return nil, err
	}
	list, err := s.followups(ctx, time.Time{}, `f.number = ?`, number)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return []prentice.Ref{list[0].Incident}, nil
}

func (s *Support) followupAdd(ctx context.Context, c op.Call, in followupAddIn) (Followup, error) {
	if err := s.ready(); err != nil {
		return Followup{}, err
	}
	number, err := numberOf("incident", in.Number)
	if err != nil {
		return Followup{}, err
	}
	if in.Within < 0 || in.Within > longestDue {
		return Followup{}, prentice.Errorf(prentice.Invalid, "%s is no time to do it in", in.Within).Try("say one of up to 366 days, such as --within 168h")
	}
	if in.Within == 0 {
		in.Within = usualDue
	}
	owner, says := c.Actor.Ref(), clip(in.Text, 500)
	if says == "" {
		return Followup{}, prentice.Errorf(prentice.Invalid, "the text is empty").Try("say what is to be done, in one sentence")
	}
	if in.Owner != "" {
		if owner, err = s.holderNamed(ctx, in.Owner, c.Actor.Ref()); err != nil {
			return Followup{}, err
		}
	}
	var f Followup
	err = s.write(ctx, func(tx *db.Tx, now time.Time) error {
		i, err := incidentWhere(tx, `number = ?`, number)
		if err != nil {
			return err
		}
		if i == nil {
			return noIncident(number)
		}
		n, err := tx.Next("followup")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO followups (number, incident, says, owner, due, made, made_by, done, done_by, how, told) VALUES (?, ?, ?, ?, ?, ?, ?, 0, '', '', 0)`,
			n, number, says, string(owner), db.Micros(now.Add(in.Within)), db.Micros(now), string(c.Actor.Ref())); err != nil {
			return err
		}
		if f, err = followupIn(tx, now, n); err != nil {
			return err
		}
		line := Line{Time: now, Kind: "note", Says: fmt.Sprintf("%s, by %s until %s: %s", f.Ref, owner, op.At(f.Due), says), About: f.Ref, Actor: c.Actor.Ref()}
		if err := addLine(tx, number, line); err != nil {
			return err
		}
		return s.record(tx, now, "followup.added", c.Actor.Ref(), i, map[string]any{"says": says, "due": op.At(f.Due), "owner": owner}, f.Ref, owner)
	})
	return f, err
}

func (s *Support) followupList(ctx context.Context, c op.Call, in followupListIn) (Followups, error) {
	if err := s.ready(); err != nil {
		return Followups{}, err
	}
	where, args := `1 = 1`, []any(nil)
	if in.Incident != "" {
		number, err := numberOf("incident", in.Incident)
		if err != nil {
			return Followups{}, err
		}
		where, args = where+` AND f.incident = ?`, append(args, number)
	}
	if in.Open || in.Overdue {
		where += ` AND f.done = 0`
	}
	if in.Overdue {
		where, args = where+` AND f.due < ?`, append(args, db.Micros(c.Now))
	}
	if in.Before > 0 {
		where, args = where+` AND f.number < ?`, append(args, in.Before)
	}
	limit := in.Limit
	if limit == 0 {
		limit = 100
	}
	list, err := s.followups(ctx, c.Now, where+` ORDER BY f.number DESC LIMIT ?`, append(args, limit)...)
	out := Followups{Followups: list}
	if list == nil {
		out.Followups = []Followup{}
	}
	if len(list) == limit {
		out.Next_ = strconv.FormatInt(list[len(list)-1].Number, 10)
	}
	return out, err
}

func (s *Support) followupDone(ctx context.Context, c op.Call, in followupDoneIn) (f Followup, err error) {
	if err := s.ready(); err != nil {
		return f, err
	}
	number, err := numberOf("followup", in.Followup)
	if err != nil {
		return f, err
	}
	how := clip(in.How, 1000)
	err = s.write(ctx, func(tx *db.Tx, now time.Time) error {
		if f, err = followupIn(tx, now, number); err != nil {
			return err
		}
		if !f.Done.IsZero() {
			return prentice.Errorf(prentice.Conflict, "%s is done since %s: %s", f.Ref, op.At(f.Done), f.How).Try("list what is open with: prentice followup list --open")
		}
		if _, err := tx.Exec(`UPDATE followups SET done = ?, done_by = ?, how = ? WHERE number = ?`, db.Micros(now), string(c.Actor.Ref()), how, number); err != nil {
			return err
		}
		if f, err = followupIn(tx, now, number); err != nil {
			return err
		}
		n, err := numberOf("incident", string(f.Incident))
		if err != nil {
			return err
		}
		if err := addLine(tx, n, Line{Time: now, Kind: "note", Says: fmt.Sprintf("%s is done: %s", f.Ref, how), About: f.Ref, Actor: c.Actor.Ref()}); err != nil {
			return err
		}
		return s.Recorder.Append(tx, now, prentice.Note{Kind: "followup.done", Actor: c.Actor.Ref(), Refs: []prentice.Ref{f.Ref, f.Incident, f.Subject}, Data: map[string]any{"how": how, "overdue": now.After(f.Due)}})
	})
	return f, err
}

// Followups is a page of them.
type Followups struct {
	Followups []Followup `json:"followups"`
	Next_     string     `json:"next,omitempty"`
}

// Table implements op.Tabler.
func (f Followups) Table() (head []string, rows [][]string) {
	head = []string{"FOLLOWUP", "STATE", "DUE (UTC)", "OWNER", "INCIDENT", "WHAT"}
	for _, one := range f.Followups {
		rows = append(rows, []string{string(one.Ref), one.sign() + " " + one.State, op.Cell(one.Due), string(one.Owner), string(one.Incident), one.Says + behind(one.How)})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (f Followups) Empty() string {
	return "Nothing is to be done after an incident. Write it down with: prentice followup add incident/NUMBER '…' --owner NAME"
}

// Next implements op.Pager.
func (f Followups) Next() string { return f.Next_ }

// Text implements op.Texter.
func (f Followup) Text() string {
	text := fmt.Sprintf("%s  %s %s  of %s, by %s until %s\n%s\n", f.Ref, f.sign(), f.State, f.Incident, f.Owner, op.At(f.Due), f.Says)
	if !f.Done.IsZero() {
		text += fmt.Sprintf("Done at %s by %s: %s\n", op.At(f.Done), f.DoneBy, f.How)
	}
	return text
}

func (f Followup) sign() string {
	switch f.State {
	case "done":
		return "●"
	case "overdue":
		return "■"
	}
	return "○"
}

var (
	_ op.Tabler  = Followups{}
	_ op.Emptier = Followups{}
	_ op.Pager   = Followups{}
	_ op.Texter  = Followup{}
)
