package merge

import (
	"strings"
	"testing"
)

func text(words string) string {
	if words == "" {
		return ""
	}
	return strings.ReplaceAll(words, " ", "\n") + "\n"
}

func TestChangesOfBothAreJoined(t *testing.T) {
	for _, c := range []struct{ name, base, mine, theirs, want string }{
		{"nothing changed", "a b c", "a b c", "a b c", "a b c"},
		{"only mine", "a b c", "a x c", "a b c", "a x c"},
		{"only theirs", "a b c", "a b c", "a b c d", "a b c d"},
		{"both, apart", "a b c d e", "x b c d e", "a b c d y", "x b c d y"},
		{"both, the same", "a b c", "a x c", "a x c", "a x c"},
		{"a line taken out and one put in", "a b c d e", "a c d e", "a b c d d2 e", "a c d d2 e"},
		{"all of it taken out", "a b", "", "a b", ""},
		{"lines that stand twice", "a x b x c", "a x b x c d", "z a x b x c", "z a x b x c d"},
		{"made from nothing", "", "", "a b", "a b"},
	} {
		got, conflicts := Three(text(c.base), text(c.mine), text(c.theirs), Names{})
		if got != text(c.want) || conflicts != 0 {
			t.Errorf("%s: %d conflicts, got %q", c.name, conflicts, got)
		}
	}
}

func TestWhatBothChangedIsShownInAllThree(t *testing.T) {
	got, conflicts := Three(text("a b c d e"), text("a mine c d mine2"), text("a theirs c d theirs2"), Names{"team", "before", "library"})
	want := text("a") + "<<<<<<< team\nmine\n||||||| before\nb\n=======\ntheirs\n>>>>>>> library\n" + text("c d") +
		"<<<<<<< team\nmine2\n||||||| before\ne\n=======\ntheirs2\n>>>>>>> library\n"
	if got != want || conflicts != 2 {
		t.Errorf("%d conflicts:\n%s", conflicts, got)
	}
}

func TestALastLineWithoutAnEndIsTheSameLine(t *testing.T) {
	if got, n := Three("a\nb\n", "a\nb", "x\nb\n", Names{}); got != "x\nb\n" || n != 0 {
		t.Errorf("%d conflicts, got %q", n, got)
	}
}

func TestTextsTooLongToCompareAreOneConflict(t *testing.T) {
	long := func(word string) string { return "a\n" + strings.Repeat(word+"\n", 5000) + "z\n" }
	got, n := Three(long("b"), long("c"), long("d"), Names{})
	if n != 1 || !strings.HasPrefix(got, "a\n<<<<<<<") || !strings.HasSuffix(got, "z\n") {
		t.Errorf("%d conflicts", n)
	}
}

func FuzzAMergeWithOneSideUnchangedIsTheOther(f *testing.F) {
	f.Add("a\nb\n", "b\na\n")
	f.Fuzz(func(t *testing.T, base, other string) {
		if strings.HasSuffix(base, "\n") != strings.HasSuffix(other, "\n") || base == "" || other == "" {
			return
		}
		want := strings.TrimSuffix(other, "\n") + "\n"
		if got, n := Three(base, base, other, Names{}); n != 0 || got != want {
			t.Fatalf("%d conflicts: %q, want %q", n, got, want)
		}
		if got, n := Three(base, other, base, Names{}); n != 0 || got != want {
			t.Fatalf("%d conflicts: %q, want %q", n, got, want)
		}
	})
}
