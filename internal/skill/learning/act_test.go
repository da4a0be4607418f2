package learning

import (
	"context"
	"encoding/json"
	"prentice/internal/engine/ledger"
	"strings"
	"testing"

	"prentice"
)

// line is evidence of a kind, by someone, about some things.
func line(seq int64, kind string, by prentice.Ref, data map[string]any, refs ...prentice.Ref) prentice.Evidence {
	raw, _ := json.Marshal(data) //nolint:errcheck // of texts
	return prentice.Evidence{Seq: seq, Time: noon, Kind: kind, Actor: by, Refs: refs, Data: raw, Hash: "sha256:" + strings.Repeat("0", 60) + kind[:4]}
}

// ledger is what several people did together, newest first.
var shared = []prentice.Evidence{
	line(9, "review.closed", "person/ben", map[string]any{"says": "mallory was right"}, "run/1", "person/ann"),
	line(8, "run.verified", "self/prentice", map[string]any{"state": "verified", "says": "approved by person/ben"}, "run/1", "service/shop"),
	line(7, "approval.given", "person/ben", map[string]any{"reason": "ann is right"}, "run/1", "procedure/restart", "service/shop"),
	line(6, "op.done", "person/ann", map[string]any{"op": "run.start"}, "op/run.start", "run/1"),
	line(5, "incident.assigned", "person/ann", map[string]any{"assignee": "person/mallory"}, "incident/1", "service/shop", "person/mallory", "group/crew"),
	line(4, "run.planned", "person/ann", map[string]any{"reason": "mallory asked"}, "run/1", "procedure/restart", "service/shop"),
	line(3, "token.created", "person/ann", map[string]any{"name": "mallory"}, "token/2", "person/ben"),
	line(2, "person.away", "person/ann", nil, "person/ann", "person/ben"),
	line(1, "run.planned", "person/ann", nil, "run/2", "procedure/adhoc", "host/web"),
}

func among(lines []prentice.Evidence) func(context.Context, ledger.Filter) ([]prentice.Evidence, error) {
	return func(_ context.Context, f ledger.Filter) (found []prentice.Evidence, err error) {
		for _, e := range lines {
			about := f.Ref == ""
			for _, ref := range e.Refs {
				about = about || ref == f.Ref
			}
			if about && (f.Kind == "" || f.Kind == e.Kind) && (f.Actor == "" || f.Actor == e.Actor) && (f.Before == 0 || e.Seq < f.Before) && len(found) < f.Limit+50*min(1, max(0, 1-f.Limit)) {
				found = append(found, e)
			}
		}
		return found, nil
	}
}

func recorded(t *testing.T, whose string, lines []prentice.Evidence) Record {
	t.Helper()
	d := Deps{Lines: among(lines), Head: func(context.Context) (ledger.Head, error) {
		return ledger.Head{KeyID: "key", SignedSeq: 9, SignedAt: noon}, nil
	}}
	r, err := d.record(t.Context(), prentice.Actor{Kind: prentice.Person, Name: whose}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestARecordTellsWhatOnePersonDidAndHowItEnded(t *testing.T) {
	text := recorded(t, "ann", shared).Text()
	for _, want := range []string{
		"| asked | Asked for a run | run/1, procedure/restart, service/shop | verified, approved by another person | line 4, sha256:",
		"| handled | Assigned an incident | incident/1, service/shop |",
		"| asked | Asked for a command that no procedure has | run/2, procedure/adhoc, host/web |",
		"| executed | Made a token | token/2 |",
		"asked: 1, handled: 1.",
		"There is no evidence of work yet. A first step: `prentice explain design --lesson`.",
		"covers every line up to 9",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	for _, no := range []string{"op.done", "away", "line 6", "line 2"} {
		if strings.Contains(text, no) {
			t.Errorf("%q is no act:\n%s", no, text)
		}
	}
}

func TestARecordNamesNoOther(t *testing.T) {
	for _, format := range []string{"markdown", "html"} {
		doc, err := recorded(t, "ann", shared).document(format)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := json.Marshal(recorded(t, "ann", shared)) //nolint:errcheck // it is data
		for _, other := range []string{"ben", "mallory", "crew"} {
			if strings.Contains(doc.Document+string(raw), other) {
				t.Errorf("%s of ann names %s:\n%s", format, other, doc.Document)
			}
		}
	}
	if text := recorded(t, "ben", shared).Text(); strings.Contains(text, "ann") || !strings.Contains(text, "Reviewed a use of break-glass") || !strings.Contains(text, "| approved | Approved a plan | run/1, procedure/restart, service/shop | verified | line 7") {
		t.Errorf("of ben:\n%s", text)
	}
}

func TestARecordOfMoreThanItHoldsSaysSo(t *testing.T) {
	var many []prentice.Evidence
	for seq := int64(1200); seq > 0; seq-- {
		many = append(many, line(seq, "incident.note", "person/ann", nil, "incident/1"))
	}
	if r := recorded(t, "ann", many); !r.Cut || len(r.Skills[0].Acts) != mostActs || r.Skills[0].Acts[0].Line != 1200 {
		t.Errorf("%d acts, cut %v", len(r.Skills[0].Acts), r.Cut)
	}
	if r := recorded(t, "ann", many[:400]); r.Cut || len(r.Skills[0].Acts) != 400 {
		t.Errorf("%d acts, cut %v", len(r.Skills[0].Acts), r.Cut)
	}
}

func TestEachActServesASkillOfTheRole(t *testing.T) {
	for kind, s := range sorts {
		if framework().Skills[s.skill].Title == "" {
			t.Errorf("%s serves %q", kind, s.skill)
		}
	}
}

func TestNoProgramHasARecord(t *testing.T) {
	if err := isPerson(prentice.Actor{Kind: prentice.Agent, Name: "bot"}); prentice.KindOf(err) != prentice.Denied {
		t.Errorf("got %v", err)
	}
}
