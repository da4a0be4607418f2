package boot

import (
	"strings"
	"testing"

	"prentice/internal/op"
)

// A command that is in no section of the help stands at its end, as verbs alone.
func TestEveryNounHasAPlaceInTheHelpAndATextThere(t *testing.T) {
	ops := (&commands{}).ops()
	declared := op.NounsOf(ops)
	for _, o := range ops {
		name, _, several := strings.Cut(o.Name, ".")
		switch noun := declared[name]; {
		case noun.Name == "":
			t.Errorf("no skill declares what %s is about; add it to its nouns.go", o.Name)
		case noun.Part == "":
			t.Errorf("%s is in no section of the help", name)
		case several == (noun.About == ""):
			t.Errorf("the help says of %s %q; a noun has a text, and an operation of one word has its summary", name, noun.About)
		}
		if o.Noun.Name != "" && o.Noun != declared[name] {
			t.Errorf("%s is declared twice, and differently", name)
		}
	}
	for _, c := range (&commands{}).root().Commands() {
		if c.GroupID == "" && declared[c.Name()].Name != "" {
			t.Errorf("%s is drawn in no section", c.Name())
		}
	}
}

func TestAFieldThatNamesAThingCanOfferThoseThereAre(t *testing.T) {
	listed := map[string]string{"ref": "the kinds that are offered as refs"}
	for _, o := range (&commands{}).ops() {
		for _, kind := range o.Kinds {
			if listed[kind] != "" {
				t.Errorf("%s and %s list the names of a %s", listed[kind], o.Name, kind)
			}
			listed[kind] = o.Name
		}
		for _, kind := range o.Refs {
			if listed[kind] != o.Name {
				t.Errorf("%s offers refs of a %s, and lists none", o.Name, kind)
			}
		}
	}
	for _, o := range (&commands{}).ops() {
		for _, f := range o.Fields() {
			if f.Of != "" && listed[f.Of] == "" {
				t.Errorf("%s of %s names a %s, and no operation lists those", f.Name, o.Name, f.Of)
			}
		}
	}
}

func TestWhatPeopleTypeForACommandIsDeclaredOnce(t *testing.T) {
	seen := map[string]string{}
	for _, o := range (&commands{}).ops() {
		for _, as := range o.Also {
			word, _, _ := strings.Cut(as, " ")
			if seen[word] != "" {
				t.Errorf("%s is typed for %s and for %s", word, seen[word], o.Name)
			}
			seen[word] = o.Name
		}
	}
	if len(seen) < 5 {
		t.Errorf("only %d words are typed for commands", len(seen))
	}
}
