package web

import (
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/skill/supervision"
)

// printed is a log of lines "step host text".
func printed(first int64, lines ...string) (part []log.Line) {
	for i, l := range lines {
		words := strings.SplitN(l, " ", 3)
		part = append(part, log.Line{Line: first + int64(i), Step: words[0], Target: prentice.Ref("host/" + words[1]), Text: words[2] + "\n"})
	}
	return part
}

func TestAFailedRunLeadsToTheLastThingThatItsFailedStepPrintedOnThatHost(t *testing.T) {
	f := failing{Step: "install", Target: "host/a"}
	part := printed(1, "install a reading lists", "install b reading lists", "install a 10 %\r50 %\rE: no space left <b>", "install a  ", "install b done", "tidy a done")
	w := lastWordsOf(f, part, 6, nil)
	if w.Line != 3 || w.From != 1 || !slices.Equal(w.Lines, []string{"reading lists", "E: no space left <b>"}) {
		t.Errorf("the last words are %+v", w)
	}
	if w = lastWordsOf(f, part, 900, nil); w.Line != 0 {
		t.Errorf("of the beginning of a long log, line %d is said to be the last", w.Line)
	}
	end := supervision.Log{Page: log.Page{Lines: printed(880, "install a one", "install a two", "install a three", "install a "+strings.Repeat("x", 900))}}
	w = lastWordsOf(f, part, 900, end)
	if w.Line != 883 || w.From != 863 || len(w.Lines) != wordsShown || w.Lines[0] != "two" || len([]rune(w.Lines[2])) != wordsLong+1 {
		t.Errorf("the last words of a long log are %+v", w)
	}
	if w = lastWordsOf(failing{Step: "install", Target: "host/c"}, part, 6, nil); w.Line != 0 || w.Lines != nil {
		t.Errorf("a host that printed nothing said %+v", w)
	}
}

func TestThePageOfAFailedRunShowsWhatWasPrintedAsText(t *testing.T) {
	body := storybook(t, true).as("ann").get("/runs/44").Body.String()
	for _, want := range []string{"The last it printed", "&lt;script&gt;", "#L"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of a failed run has no %q", want)
		}
	}
	if strings.Contains(body, "<script>alert") {
		t.Error("what a step printed is part of the page")
	}
}
