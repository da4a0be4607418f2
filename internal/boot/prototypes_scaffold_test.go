package boot

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/flag"
	"prentice/internal/kit/db"
	"prentice/internal/op"
	"prentice/internal/skill/codecontrol"
	"prentice/internal/skill/prototyping"
)

// onePage is what is typed to begin a prototype with a scaffold.
func onePage(name, kind string) map[string]any {
	return map[string]any{"prototype": name, "question": "Do people finish \"on one: page\"?", "decide_by": time.Now().AddDate(0, 0, 30).Format(time.DateOnly),
		"owner": "group/shop", "technique": "clickable-pages", "repository": "shop", "scaffold": kind, "task": []string{"buy=Buy: it"}}
}

func (h *hosted) changes() []codecontrol.ChangeLine {
	h.Helper()
	return h.ask("olga", "change.list", map[string]any{"repository": "shop", "state": "all"}).(codecontrol.ChangeList).Changes
}

// evidence is how often something of a kind is evidence about a prototype.
func (h *hosted) evidence(kind string) (n int) {
	h.Helper()
	raw, err := json.Marshal(h.ask("olga", "evidence.thread", map[string]any{"ref": "prototype/one-page"}))
	if err != nil {
		h.Fatal(err)
	}
	return strings.Count(string(raw), `"kind":"`+kind+`"`)
}

func TestAScaffoldIsProposedOnceInTheNameOfWhoAsks(t *testing.T) {
	h := newHosted(t, map[string]string{"a": "1\n"})
	first := h.ask("ann", "prototype.new", onePage("one-page", "pages")).(prototyping.PrototypeShown)
	list := h.changes()
	if first.Scaffold != "change/1" || len(list) != 1 || list[0].Owner != "person/ann" || list[0].Topic != "prototype-one-page" || !strings.Contains(list[0].Says, `Do people finish \"on one: page\"?`) || !strings.Contains(list[0].Title, "decided by 20") {
		t.Fatalf("%+v %+v", first, list)
	}
	h.git("fetch", "-q", "origin", "refs/changes/1/1")
	files := h.git("diff", "--name-status", "main", "FETCH_HEAD")
	for _, want := range []string{"A\t.prentice/checks/prototype-one-page.md", "A\tprototypes/one-page.md", "A\tprototypes/one-page/main.go", "A\tprototypes/one-page/.gitignore"} {
		if !strings.Contains(files, want) {
			t.Errorf("%q is not in\n%s", want, files)
		}
	}
	if strings.Contains(files, "test.md") || !strings.Contains(h.git("show", "FETCH_HEAD:.prentice/checks/prototype-one-page.md"), "cd prototypes/one-page\ngo vet") {
		t.Error("the check does not go into its folder:", files)
	}
	for _, who := range []string{"ann", "bob"} { // also with another kind
		if again := h.ask(who, "prototype.new", onePage("one-page", "script")).(prototyping.PrototypeShown); again.Scaffold != "change/1" || !strings.Contains(again.Says, "already") {
			t.Errorf("%s: %+v", who, again)
		}
	}
	other := onePage("one-page", "pages")
	other["question"] = "Do they not?"
	if _, err := h.try("ann", "prototype.new", other); prentice.KindOf(err) != prentice.Conflict {
		t.Error("another question:", err)
	}
	if list = h.changes(); len(list) != 1 || list[0].PatchSet != 1 || h.evidence("prototype.scaffolded") != 1 || h.evidence("prototype.begun") != 1 {
		t.Errorf("%+v", list)
	}
}

// What was killed after the change was there, and before it was evidence, is asked for again.
func TestAScaffoldWhoseEvidenceWasNotWrittenIsNotProposedTwice(t *testing.T) {
	h := newHosted(t, map[string]string{"a": "1\n"})
	cut := errors.New("cut")
	deps := prototyping.Deps{DB: h.db, Set: func() *flag.Set { return nil }, Clock: time.Now, Propose: h.proposeScaffold, Log: h.log, Record: func(*db.Tx, time.Time, ...prentice.Note) error { return cut }}
	raw, err := json.Marshal(onePage("one-page", "script"))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range prototyping.New(deps).Ops {
		if o.Name != "prototype.new" {
			continue
		}
		in, err := o.Input(json.RawMessage(raw), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Do(t.Context(), op.Call{Actor: actorOf("ann"), Now: time.Now()}, in); !errors.Is(err, cut) {
			t.Fatal(err)
		}
	}
	if list := h.changes(); len(list) != 1 || h.evidence("prototype.begun") != 0 {
		t.Fatalf("%+v", list)
	}
	if _, err := h.try("bob", "prototype.new", onePage("one-page", "script")); prentice.KindOf(err) != prentice.Conflict || !strings.Contains(err.Error(), "person/ann") {
		t.Error("the change of another is taken for one's own:", err)
	}
	if again := h.ask("ann", "prototype.new", onePage("one-page", "script")).(prototyping.PrototypeShown); again.Scaffold != "change/1" {
		t.Errorf("%+v", again)
	}
	if list := h.changes(); len(list) != 1 || list[0].PatchSet != 1 || h.evidence("prototype.scaffolded") != 1 || h.evidence("prototype.begun") != 1 {
		t.Errorf("%+v", list)
	}
}

func TestAScaffoldIsRefusedWhereItMayNotBe(t *testing.T) {
	h := newHosted(t, map[string]string{"prototypes/taken.md": "x\n", "prototypes/full/x": "x\n", ".prentice/checks/prototype-checked.md": "x\n"})
	if _, err := h.Identity.AddPerson(t.Context(), "vic", prentice.Viewer); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"taken", "full", "checked"} {
		if _, err := h.try("ann", "prototype.new", onePage(name, "pages")); prentice.KindOf(err) != prentice.Conflict || !strings.Contains(err.Error(), "stands in") {
			t.Errorf("%s: %v", name, err)
		}
	}
	far, none := onePage("far", "pages"), onePage("none", "pages")
	far["repository"] = "elsewhere"
	delete(none, "repository")
	if _, err := h.try("ann", "prototype.new", far); prentice.KindOf(err) != prentice.NotFound {
		t.Error("a repository that is not here:", err)
	}
	if _, err := h.try("ann", "prototype.new", none); prentice.KindOf(err) != prentice.Invalid {
		t.Error("no repository:", err)
	}
	reader := prentice.Actor{Kind: prentice.Person, Name: "vic", Role: prentice.Viewer, Door: "cli"}
	if _, err := h.proposeScaffold(t.Context(), prototyping.Scaffold{Repository: "shop", By: reader, Message: "x\n\nChange-Id: I0123456789\n", Files: map[string][]byte{"x": nil}, At: time.Now()}); prentice.KindOf(err) != prentice.Denied {
		t.Error("someone who may not push:", err)
	}
	h.ask("olga", "repository.archive", map[string]any{"name": "shop"})
	if _, err := h.try("ann", "prototype.new", onePage("over", "pages")); prentice.KindOf(err) != prentice.Refused {
		t.Error("an archived repository:", err)
	}
	if list := h.changes(); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	if _, err := h.try("ann", "prototype.show", map[string]any{"prototype": "taken"}); prentice.KindOf(err) != prentice.NotFound {
		t.Error("what was refused has begun:", err)
	}
}
