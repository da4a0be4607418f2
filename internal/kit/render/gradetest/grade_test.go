package gradetest

import "testing"

func TestTheGradeOfATextIsThatOfItsFormula(t *testing.T) {
	// 0.39·(6 words / 1 sentence) + 11.8·(6 syllables / 6 words) − 15.59 = −1.45
	if got := Of("The cat sat on the mat."); got < -1.46 || got > -1.44 {
		t.Errorf("got %.2f, want -1.45", got)
	}
	if easy, hard := Of("We look. We act."), Of("Organisational prerequisites necessitate interdepartmental coordination."); easy > 3 || hard < 20 {
		t.Errorf("easy %.1f, hard %.1f", easy, hard)
	}
}
