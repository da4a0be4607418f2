package web

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/maintenance"
	"prentice/internal/op"
	skill "prentice/internal/skill/maintenance"
)

// storyTasks are one of each state.
var storyTasks = []skill.Line{
	task("restore-the-newest-backup-of-orders", "Restore the newest backup of orders, and count its rows", "test-restore", maintenance.Interval{Months: 1}, maintenance.Overdue, -12),
	task("rotate-mail-key", "Rotate the key of the mail gateway", "", maintenance.Interval{Days: 90}, maintenance.Due, -1),
	task("vacuum-orders", "Vacuum the tables of orders", "vacuum-postgresql", maintenance.Interval{Days: 7}, maintenance.Done, 4),
	task("renew-contract", "Renew the contract for the lines", "", maintenance.Interval{Months: 12}, maintenance.Planned, 80),
}

func task(name, summary, procedure string, every maintenance.Interval, state maintenance.Word, due int) skill.Line {
	t := maintenance.Task{Name: name, Summary: summary, About: "service/orders", Owner: "group/payments", Every: every, Grace: 3, Procedure: procedure}
	s := maintenance.Standing{State: state, Due: noon.Truncate(24*time.Hour).AddDate(0, 0, due)}
	if state != maintenance.Planned {
		s.Last = s.Due.AddDate(0, -1, 0)
	}
	return skill.Line{Ref: t.Ref(), Task: t, Standing: s, Says: s.Says(noon)}
}

func maintenanceOps(full bool) []op.Op {
	return []op.Op{
		op.New("maintenance.list", prentice.Look, prentice.Viewer, "List what has to be done again and again.", func(context.Context, op.Call, skill.ListIn) (skill.List, error) {
			if !full {
				return skill.List{Tasks: []skill.Line{}}, nil
			}
			return skill.List{Tasks: storyTasks}, nil
		}),
		op.New("maintenance.show", prentice.Look, prentice.Viewer, "Show one task.", func(_ context.Context, _ op.Call, in skill.NameIn) (skill.Shown, error) {
			for _, l := range storyTasks {
				if l.Name != in.Name {
					continue
				}
				s := skill.Shown{Line: l}
				for i := range 5 {
					one := skill.Time{At: l.Due.AddDate(0, -i-1, i%3), By: "run/41", Due: l.Due.AddDate(0, -i-1, 0), InTime: i != 2}
					if l.Procedure == "" {
						one.By, one.Note = "person/ann", "ticket 4711: the old key is revoked, and the gateway answers with the new one"
					}
					s.Times = append(s.Times, one)
				}
				if l.State == maintenance.Planned {
					s.Times = nil
				}
				return s, nil
			}
			return skill.Shown{}, prentice.Errorf(prentice.NotFound, "there is no maintenance task named %s", in.Name)
		}),
	}
}

var maintenanceStories = []story{
	{name: "maintenance", path: "/maintenance", who: "ann", lists: true},
	{name: "maintenance-overdue", path: "/maintenance/restore-the-newest-backup-of-orders", who: "ann"},
	{name: "maintenance-by-people", path: "/maintenance/rotate-mail-key", who: "ann"},
	{name: "maintenance-planned", path: "/maintenance/renew-contract", who: "ann"},
}
