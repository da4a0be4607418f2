package web

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

// happening is one line of a timeline.
type happening struct {
	Time  time.Time
	State any // anything that has a badge
	Says  string
	Sub   string
	Who   prentice.Ref
}

// storyOf tells a run from its wish to its end: what was asked, who answered,
// what each step did, how it came out.
func storyOf(d run.View) []happening {
	told := []happening{{Time: d.Created, State: "planned", Says: "requested and planned", Sub: d.Reason, Who: d.Requester}}
	for _, a := range d.Approvals {
		state, says := any(prentice.Allow), "approved"
		if !a.Yes {
			state, says = prentice.Refuse, "refused"
		}
		told = append(told, happening{Time: a.Time, State: state, Says: says, Sub: a.Reason, Who: a.Actor})
	}
	if v := d.Review; v != nil {
		told = append(told, happening{Time: v.Opened, State: "override", Says: "emergency override: it goes on without the approvals it lacks", Sub: v.Reason, Who: v.By})
		if !v.Closed.IsZero() {
			told = append(told, happening{Time: v.Closed, State: "reviewed", Says: "reviewed that", Sub: v.Says, Who: v.Closer})
		}
	}
	told = append(told, stepsOf(d.Steps)...)
	if d.State.Ended() {
		told = append(told, happening{Time: d.Ended, State: d.State, Sub: d.Says})
	}
	slices.SortStableFunc(told, func(a, b happening) int { return a.Time.Compare(b.Time) })
	return told
}

// stepsOf tells what each step did. One that was done on many targets is told
// once for each way in which it came out, when the last one did.
func stepsOf(records []run.StepRecord) []happening {
	groups, order := map[string][]run.StepRecord{}, []string{}
	for _, r := range records {
		title := stepTitle(r)
		if groups[title] == nil {
			order = append(order, title)
		}
		groups[title] = append(groups[title], r)
	}
	var told []happening
	for _, title := range order {
		if len(groups[title]) <= many {
			for _, r := range groups[title] {
				told = append(told, happening{Time: cmp.Or(r.Ended, r.Started), State: r.State, Says: title, Sub: r.Says, Who: r.Target})
			}
			continue
		}
		for _, t := range tallyOf(groups[title]) {
			told = append(told, happening{Time: t.Last, State: t.State, Says: title, Sub: plural(t.Count, "host")})
		}
	}
	return told
}

// many is how many targets are told one by one.
const many = 8

// tally is how many records of a step are in one state, and when the last one
// came to be. A host on which a check was made again is one host.
type tally struct {
	State run.StepState
	Count int
	Last  time.Time
}

func tallyOf(records []run.StepRecord) []tally {
	var list []tally
	for _, r := range run.LastRounds(records) {
		i := slices.IndexFunc(list, func(t tally) bool { return t.State == r.State })
		if i < 0 {
			i = len(list)
			list = append(list, tally{State: r.State})
		}
		list[i].Count++
		if at := cmp.Or(r.Ended, r.Started); at.After(list[i].Last) {
			list[i].Last = at
		}
	}
	return list
}

func stepTitle(r run.StepRecord) string {
	if r.Round > 1 {
		return fmt.Sprintf("%s %s, again", r.Section, r.Step)
	}
	return fmt.Sprintf("%s %s", r.Section, r.Step)
}

// sharedEnv is the values that every step of a plan is given, which need to be
// said only once.
func sharedEnv(p prentice.Plan) map[string]string {
	shared := map[string]string{}
	for i, step := range p.Steps {
		if i == 0 {
			shared = maps.Clone(step.Env)
		}
		maps.DeleteFunc(shared, func(k, v string) bool { return step.Env[k] != v })
	}
	return shared
}

// ownEnv is the values that a step is given beyond the shared ones.
func ownEnv(env, shared map[string]string) map[string]string {
	own := maps.Clone(env)
	maps.DeleteFunc(own, func(k, v string) bool { have, ok := shared[k]; return ok && have == v })
	return own
}

// sameText says whether a step's line says no more than its body.
func sameText(says, body string) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(body), "\n")
	return body != "" && strings.TrimSuffix(says, " …") == first
}

// stepSection says whether a heading of a runbook is one of those that have
// steps; any other is prose.
func stepSection(title string) bool {
	return slices.Contains(prentice.Sections(), prentice.Section(strings.ToLower(title)))
}

// marksOf is what is known of one step, on every target and in every round.
func marksOf(records []run.StepRecord, step string) []run.StepRecord {
	var marks []run.StepRecord
	for _, r := range records {
		if r.Step == step {
			marks = append(marks, r)
		}
	}
	return marks
}

// timesOf is for how many runs a row of a list stands, if for more than one.
func timesOf(row any) int {
	times := reflect.ValueOf(row).FieldByName("Times")
	if !times.IsValid() || times.Int() < 2 {
		return 0
	}
	return int(times.Int())
}
