package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/policy"
)

// shop is two procedures in two environments.
func shop() []policy.Surveyed {
	var list []policy.Surveyed
	for _, name := range []string{"restart-service", "drop-table"} {
		for _, place := range []string{"production", "staging", "test"} {
			list = append(list, policy.Surveyed{Place: place, Plan: *plan(func(p *prentice.Plan) {
				p.Procedure, p.Environment = name, place
				p.Targets = p.Targets[:1]
				if name == "drop-table" {
					p.Risk, p.Undoable = prentice.Danger, false
				}
			})})
		}
	}
	return list
}

func table(t *testing.T, text string) policy.Table {
	t.Helper()
	return load(t, text).Table(t.Context(), shop(), noon)
}

func hole(table policy.Table, kind string) *policy.Hole {
	i := slices.IndexFunc(table.Holes, func(h policy.Hole) bool { return h.Kind == kind })
	if i < 0 {
		return nil
	}
	return &table.Holes[i]
}

func TestATableSaysWhatThePolicyWouldSay(t *testing.T) {
	p := load(t, rules(
		rule("night", 9, `time.hour >= 22 || time.hour < 6`, "refuse"),
		rule("weekend", 8, `time.weekday in ["saturday", "sunday"] && actor.kind != "person"`, "refuse"),
		rule("odd", 8, `plan.environment == "test" && input.absent == "x"`, "allow"),
		rule("staging", 7, `plan.environment == "staging"`, "allow"),
	))
	got := p.Table(t.Context(), shop(), noon)
	if len(got.Times) != 3 || got.Cells != 6*7*3 || got.Refused+got.Asked+got.Allowed != got.Cells {
		t.Errorf("%d cells, %d refused, %d asked, %d allowed; times %q", got.Cells, got.Refused, got.Asked, got.Allowed, got.Times)
	}
	refused, asked, allowed := 0, 0, 0
	for hour := range 7 * 24 {
		for _, s := range shop() {
			for _, a := range []prentice.Actor{{Kind: prentice.Person, Name: "x", Role: prentice.Operator}, {Kind: prentice.Agent, Name: "x", Role: prentice.Owner}, prentice.Prentice("event")} {
				d := p.Decide(t.Context(), prentice.Moment{Now: noon.Add(time.Duration(hour) * time.Hour), Op: "run.start", Actor: a, Plan: &s.Plan})
				switch d.Verdict {
				case prentice.Refuse:
					refused++
				case prentice.Ask:
					asked++
				default:
					allowed++
				}
				row := rowOf(got, s, a, noon.Add(time.Duration(hour)*time.Hour))
				if row == nil || row.Verdict != d.Verdict || row.Rule != d.Rules[0] {
					t.Fatalf("hour %d, %s, %s: the policy says %v, the row %+v", hour, s.Place, a.Kind, d, row)
				}
			}
		}
	}
	if refused == 0 || asked == 0 || allowed == 0 {
		t.Errorf("%d, %d, %d", refused, asked, allowed)
	}
}

// rowOf finds the row of a cell by the words that people would look for.
func rowOf(table policy.Table, s policy.Surveyed, a prentice.Actor, at time.Time) *policy.TableRow {
	name := map[prentice.ActorKind]string{prentice.Person: "person operator", prentice.Agent: "agent owner", prentice.Self: "prentice by event"}[a.Kind]
	for i, r := range table.Rows {
		if r.Procedure == s.Plan.Procedure && slices.Contains(r.Places, s.Place) && slices.Contains(r.Actors, name) && within(r.Times, at) {
			return &table.Rows[i]
		}
	}
	return nil
}

// within reads the names of hours as people do.
func within(times string, at time.Time) bool {
	if times == "always" {
		return true
	}
	days := []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	today := (int(at.Weekday()) + 6) % 7
	for part := range strings.SplitSeq(times, "; ") {
		day, clock, _ := strings.Cut(part, " ")
		if rest, ok := strings.CutPrefix(part, "every day "); ok {
			day, clock = "mon–sun", rest
		}
		from, to, span := strings.Cut(day, "–")
		if !span {
			to = from
		}
		if today < slices.Index(days, from) || today > slices.Index(days, to) {
			continue
		}
		for hours := range strings.SplitSeq(clock, ", ") {
			var a, b int
			if hours == "all day" {
				return true
			}
			fmt.Sscanf(hours, "%02d–%02d", &a, &b)
			if at.Hour() >= a && at.Hour() < b {
				return true
			}
		}
	}
	return false
}

func TestHolesThatWereMadeOnPurposeAreFound(t *testing.T) {
	for _, c := range []struct{ name, kind, text, procedure, where string }{
		{"danger that no one is asked about", policy.DangerUnasked, rules(rule("owners-may", 1, `actor.role == "owner"`, "allow")), "drop-table", "person owner, agent owner; always"},
		{"looser by night than by day", policy.LooserAtNight, rules(rule("day", 1, `time.hour >= 6 && time.hour < 22`, "ask"), rule("night", 1, `time.hour >= 22 || time.hour < 6`, "allow")),
			"restart-service", "every day 00–06, 22–24"},
		{"looser for programs than for people", policy.LooserForPrograms, rules(rule("agents", 1, `actor.kind == "agent" && plan.risk == "change"`, "allow"), rule("people", 1, `actor.kind == "person"`, "ask")),
			"restart-service", "agent operator, agent approver, agent owner; always"},
		{"the weekend was forgotten", policy.Unspoken, rules(rule("weekdays", 1, `time.weekday in ["monday", "tuesday", "wednesday", "thursday", "friday"]`, "ask")), "restart-service", "sat–sun all day"},
		{"prentice itself was forgotten", policy.Unspoken, rules(rule("others", 1, `actor.kind in ["person", "agent"]`, "ask")), "restart-service", "prentice by event; always"},
		{"one environment was forgotten", policy.Unspoken, rules(rule("two", 1, `plan.environment in ["production", "staging"]`, "ask")), "restart-service", "test"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := hole(table(t, c.text), c.kind)
			if h == nil || !slices.Contains(h.Procedures, c.procedure) || h.Cells == 0 || h.Says == "" {
				t.Fatalf("%+v", h)
			}
			if where := strings.Join(h.Actors, ", ") + "; " + h.Times + "; " + strings.Join(h.Places, ", "); !strings.Contains(where, c.where) {
				t.Errorf("it is said to be at %s", where)
			}
		})
	}
	whole := table(t, rules(rule("all", 1, `plan.risk != "look"`, "ask")))
	if len(whole.Holes) > 0 || len(table(t, "").Holes) > 0 {
		t.Errorf("holes where there are none: %+v", whole.Holes)
	}
}

func TestRulesThatContradictEachOtherAreNamed(t *testing.T) {
	got := table(t, rules(rule("a", 1, `plan.environment == "test"`, "allow"), rule("b", 1, `plan.risk == "danger"`, "refuse"), rule("c", 2, `plan.procedure == "drop-table" && actor.kind == "self"`, "refuse")))
	if len(got.Contradictions) != 1 || got.Contradictions[0].Rules != [2]string{"b", "a"} || got.Contradictions[0].Cells != 6 {
		t.Errorf("%+v", got.Contradictions)
	}
}

func TestRulesThatNeverDecideAreNamed(t *testing.T) {
	got := table(t, rules(
		rule("all", 5, `plan.risk == "change"`, "ask"), rule("behind", 1, `plan.procedure == "restart-service"`, "refuse"), rule("nowhere", 9, `plan.procedure == "restart-servce"`, "refuse"),
		rule("many-hosts", 9, `plan.target_count > 3 && record.harmful > 0`, "refuse"), rule("adoption", 1, `op == "policy.adopt"`, "refuse"), rule("christmas", 9, `time.date == "2026-12-25"`, "refuse")))
	var names []string
	for _, s := range got.Silent {
		names = append(names, s.Rule+" behind "+s.Behind)
	}
	if fmt.Sprint(names) != "[nowhere behind  behind behind all]" {
		t.Errorf("%q", names)
	}
	if !slices.ContainsFunc(got.Times, func(s string) bool { return strings.Contains(s, "2026-12-25") }) {
		t.Errorf("the date that a rule names has no class of hours: %q", got.Times)
	}
	if fmt.Sprint(got.Held) != "[plan.target_count record.harmful]" {
		t.Errorf("held %q", got.Held)
	}
}

func BenchmarkTable(b *testing.B) {
	text := "rules:\n"
	for i := range 20 {
		text += rule(fmt.Sprint("r", i), i, fmt.Sprintf(`plan.procedure == "p%d" && time.hour >= %d && time.weekday != "sunday" && actor.role != "owner" && plan.environment == "e%d"`, i*2, i, i%5), []string{"refuse", "ask", "allow"}[i%3])
	}
	p := load(b, text)
	var plans []policy.Surveyed
	for i := range 50 {
		for e := range 5 {
			plans = append(plans, policy.Surveyed{Place: fmt.Sprint("e", e), Plan: *plan(func(p *prentice.Plan) { p.Procedure, p.Environment = fmt.Sprint("p", i), fmt.Sprint("e", e) })})
		}
	}
	for b.Loop() {
		p.Table(b.Context(), plans, noon)
	}
}
