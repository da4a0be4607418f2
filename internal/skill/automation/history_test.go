package automation

import (
	"context"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

// past is a history made by hand: the texts of a file, oldest first, an hour apart.
type past struct {
	file  string
	texts []string
	err   error
}

func (p past) Commits(_ context.Context, _ []string, _ int) (list []procedure.Commit, err error) {
	for i := range p.texts {
		list = append([]procedure.Commit{{ID: strings.Repeat(string(rune('a'+i)), 40), Author: "Ann", Subject: "change", Time: today.Add(time.Duration(i) * time.Hour)}}, list...)
	}
	return list, p.err
}

func (p past) Commit(_ context.Context, name string) (string, error) {
	return strings.Repeat(name[:1], 40), p.err
}

func (p past) Texts(_ context.Context, at []procedure.FileAt) ([][]byte, error) {
	texts := make([][]byte, len(at))
	for i, f := range at {
		if n := int(f.Commit[0] - 'a'); f.File == p.file && n < len(p.texts) && p.texts[n] != "" {
			texts[i] = []byte(p.texts[n])
		}
	}
	return texts, p.err
}

func text(summary string) string { return "---\nprocedure: bell\nsummary: " + summary + "\n---\n" }

func digest(summary string) string { return prentice.Digest([]byte(text(summary))) }

// versions is the history of a procedure whose file says what is in force now.
func versions(t *testing.T, inForce string, h History, ran ...run.Ran) Histories {
	t.Helper()
	d := Deps{
		Library: func() Library {
			return shelf{known: []prentice.Procedure{{Name: "bell", File: "procedures/bell.md", Text: text(inForce), Digest: digest(inForce)}}}
		},
		Files: func(string) []string { return []string{"procedures/bell.md"} }, History: h,
		Ran: func(context.Context, string, int) ([]run.Ran, error) { return ran, nil },
	}
	out, err := d.history(t.Context(), op.Call{}, HistoryIn{Name: "bell"})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestARunBelongsToTheVersionThatItCarriedOut(t *testing.T) {
	at := func(hours float64) time.Time { return today.Add(time.Duration(hours * float64(time.Hour))) }
	h := past{file: "procedures/bell.md", texts: []string{text("one"), text("two"), text("one")}} // the third is as the first again
	out := versions(t, "one", h,
		run.Ran{Number: 9, Digest: digest("one"), Asked: at(5)}, run.Ran{Number: 8, Digest: digest("never committed"), Asked: at(4)},
		run.Ran{Number: 7, Digest: digest("two"), Asked: at(1.5)}, run.Ran{Number: 6, Digest: digest("one"), Asked: at(0.5)})
	var got []string
	for _, v := range out.Versions {
		commit := "none"
		if v.Commit != nil {
			commit = v.Commit.ID[:1]
		}
		got = append(got, commit+" "+v.RunsText())
	}
	if want := "c run/9|b run/7|a run/6|none run/8"; strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
	if !out.Versions[0].InForce || out.Versions[2].InForce {
		t.Error("the version in force is the newest with its text")
	}
}

func TestWhatIsInForceAndNotCommittedIsAVersion(t *testing.T) {
	out := versions(t, "edited", past{file: "procedures/bell.md", texts: []string{text("one"), ""}})
	if len(out.Versions) != 2 || !out.Versions[0].InForce || out.Versions[0].Commit != nil {
		t.Errorf("got %+v", out.Versions)
	}
}

func TestWithoutGitTheRunsAreStillKnown(t *testing.T) {
	none := prentice.Errorf(prentice.NotFound, "the team folder is not in git").Try("git init")
	out := versions(t, "one", past{err: none}, run.Ran{Number: 1, Digest: digest("one"), Asked: today})
	if !strings.Contains(out.NoGit, "not in git") || len(out.Versions) != 1 || out.Versions[0].Runs != 1 {
		t.Errorf("got %+v", out)
	}
}

func TestAVersionNamesAFewRunsAndCountsAll(t *testing.T) {
	var ran []run.Ran
	for n := range 8 {
		ran = append(ran, run.Ran{Number: int64(8 - n), Digest: digest("one"), Asked: today.Add(time.Hour)})
	}
	if got := versions(t, "one", past{file: "procedures/bell.md", texts: []string{text("one")}}, ran...).Versions[0].RunsText(); got != "run/8, run/7, run/6, run/5, run/4, 3 more" {
		t.Errorf("got %s", got)
	}
}

func TestAVersionIsANameACommitOrAFile(t *testing.T) {
	d := Deps{
		Library: func() Library {
			return shelf{known: []prentice.Procedure{{Name: "bell", File: "procedures/bell.md", Text: text("now"), Digest: digest("now")}}}
		},
		Read: func(file string, b []byte) (prentice.Procedure, []prentice.Finding) {
			return procedure.Parse(file, b, nil)
		},
		History: past{file: "procedures/bell.md", texts: []string{text("one"), ""}},
	}
	for _, c := range []struct{ a, b, want string }{
		{"bell@a", "", "one → now"},
		{"procedure/bell", text("mine"), "now → mine"},
		{"bell@a", "bell", "one → now"},
	} {
		out, err := d.diff(t.Context(), op.Call{}, DiffIn{A: c.a, B: c.b})
		if err != nil || len(out.Changes) != 1 || out.Changes[0].String() != "summary: "+c.want || len(out.Errors) == 0 {
			t.Errorf("%s %s: %+v, %v", c.a, c.b, out, err)
		}
	}
	for word, kind := range map[string]prentice.Kind{"bell@b": prentice.NotFound, "bel": prentice.NotFound, "@a": prentice.NotFound, "../x@a": prentice.Invalid} {
		if _, err := d.diff(t.Context(), op.Call{}, DiffIn{A: word}); prentice.KindOf(err) != kind {
			t.Errorf("%s: %v", word, err)
		}
	}
}
