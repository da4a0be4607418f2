package learning

import (
	"context"
	"prentice/internal/engine/ledger"
	"time"

	"prentice"
)

// The bounds of a record.
const (
	mostActs = 500 // the newest
	perPage  = 500 // lines that are read at once
)

// Record is what one person did under supervision, grouped by the skills of the role.
// It is made of the evidence each time that it is asked for, and of nothing else.
type Record struct {
	Whose  string       `json:"whose"`
	Made   time.Time    `json:"made"`
	Skills []SkillActs  `json:"skills"`
	Signed EvidenceUpTo `json:"evidence"`
	Cut    bool         `json:"cut"` // there are older acts than these
}

// SkillActs are the acts that serve one skill of the framework.
type SkillActs struct {
	Skill   string         `json:"skill"`
	Title   string         `json:"title"`
	Level   string         `json:"level"` // that the role has
	Asks    string         `json:"asks"`  // what that level can do
	Acts    []Act          `json:"acts"`
	Counts  map[string]int `json:"counts,omitempty"` // by way
	Lessons []Done         `json:"lessons,omitempty"`
	Topics  []string       `json:"topics"`
}

// EvidenceUpTo says by which key, and up to which line, the evidence is signed.
type EvidenceUpTo struct {
	KeyID string    `json:"key_id"`
	Line  int64     `json:"line"`
	At    time.Time `json:"at,omitzero"`
}

// record makes the record of one person.
func (d Deps) record(ctx context.Context, by prentice.Actor, now time.Time) (Record, error) {
	r := Record{Whose: by.Name, Made: now, Skills: emptySkills()}
	if d.Lines == nil {
		return r, nil
	}
	acts, cut, err := d.actsOf(ctx, by.Ref())
	if err != nil {
		return r, err
	}
	done, err := d.done(ctx, by.Ref())
	if err != nil {
		return r, err
	}
	head, err := d.Head(ctx)
	r.Cut, r.Signed = cut, EvidenceUpTo{head.KeyID, head.SignedSeq, head.SignedAt}
	for i := range r.Skills {
		r.Skills[i].take(acts, done)
	}
	return r, err
}

// emptySkills are the skills of the role, in the order of its topics, without an act.
func emptySkills() (list []SkillActs) {
	f := framework()
	seen := map[string]bool{}
	for _, line := range f.Lines {
		if seen[line.Skill] {
			continue
		}
		seen[line.Skill] = true
		s, level := f.Skills[line.Skill], f.Roles[junior].Skills[line.Skill]
		list = append(list, SkillActs{Skill: line.Skill, Title: s.Title, Level: level, Asks: s.at(level), Acts: []Act{}, Topics: f.serving(line.Skill)})
	}
	return list
}

func (s *SkillActs) take(acts []Act, done []Done) {
	s.Counts = map[string]int{}
	for _, a := range acts {
		if a.Skill == s.Skill {
			s.Acts = append(s.Acts, a)
			s.Counts[a.Way]++
		}
	}
	for _, d := range done {
		if line, ok := framework().line(d.Topic); ok && line.Skill == s.Skill {
			s.Lessons = append(s.Lessons, d)
		}
	}
}

// actsOf are the newest acts of one person, newest first, with how their runs stand.
func (d Deps) actsOf(ctx context.Context, whose prentice.Ref) (acts []Act, cut bool, err error) {
	f := ledger.Filter{Actor: whose, Limit: perPage}
	for {
		lines, err := d.Lines(ctx, f)
		if err != nil {
			return nil, false, err
		}
		for _, e := range lines {
			if a, ok := actOf(e); ok {
				acts = append(acts, a)
			}
		}
		if len(acts) > mostActs || len(lines) < perPage {
			break
		}
		f.Before = lines[len(lines)-1].Seq
	}
	if cut = len(acts) > mostActs; cut {
		acts = acts[:mostActs]
	}
	return acts, cut, d.tellOutcomes(ctx, acts, whose)
}

// tellOutcomes says of each act about a run how that run stands.
func (d Deps) tellOutcomes(ctx context.Context, acts []Act, whose prentice.Ref) error {
	told := map[prentice.Ref]string{}
	for i, a := range acts {
		run := a.Run()
		if run == "" {
			continue
		}
		if _, ok := told[run]; !ok {
			newest, err := d.Lines(ctx, ledger.Filter{Ref: run, Limit: 50})
			if err != nil {
				return err
			}
			approvals, err := d.Lines(ctx, ledger.Filter{Ref: run, Kind: "approval.given"})
			if err != nil {
				return err
			}
			told[run] = outcome(append(newest, approvals...), whose)
		}
		acts[i].Outcome = told[run]
	}
	return nil
}
