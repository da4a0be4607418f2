package prototype

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var redraw = flag.Bool("redraw", false, "draw the table of the book anew")

func TestEachTechniqueIsTheAdviceForSomeQuestion(t *testing.T) {
	best := map[string]Asked{}
	none := 0
	for _, about := range Abouts {
		for _, within := range Lengths {
			for _, people := range Crowds {
				for _, there := range Theres {
					for _, wrong := range Stakes {
						a := Asked{about, within, people, there, wrong}
						list, err := Advise(a)
						if err != nil || len(list) != len(Techniques()) {
							t.Fatal(a, err)
						}
						if !list[0].Fits {
							none++
							for _, v := range list {
								if v.Fits {
									t.Errorf("%+v: %s fits and is not first", a, v.Key)
								}
							}
							continue
						}
						if len(list[0].For) == 0 || len(list[0].Wary) == 0 {
							t.Errorf("%+v: %s without reasons or counter-reasons", a, list[0].Key)
						}
						best[list[0].Key] = a
					}
				}
			}
		}
	}
	for _, key := range Keys() {
		if best[key] == (Asked{}) {
			t.Errorf("%s is never the advice", key)
		}
	}
	if none == 0 {
		t.Error("there is advice for everything, also where nothing answers in time")
	}
}

func TestTheAdviceIsWhatPeopleOfTheTradeWouldSay(t *testing.T) {
	for _, c := range []struct {
		a    Asked
		want string
	}{
		{Asked{"understand", "hours", "few", "nothing", "little"}, "paper-sketch"},
		{Asked{"understand", "days", "few", "nothing", "much"}, "clickable-pages"},
		{Asked{"possible", "hours", "us", "nothing", "little"}, "throw-away-script"},
		{Asked{"possible", "days", "us", "nothing", "much"}, "spike"},
		{Asked{"together", "weeks", "us", "nothing", "much"}, "walking-skeleton"},
		{Asked{"better", "weeks", "many", "service", "much"}, "experiment"},
		{Asked{"load", "weeks", "many", "service", "much"}, "dark-launch"},
		{Asked{"load", "days", "us", "nothing", "little"}, "load-probe"},
		{Asked{"want", "weeks", "few", "service", "much"}, "flag-in-production"},
	} {
		list, err := Advise(c.a)
		if err != nil || list[0].Key != c.want {
			t.Errorf("%+v: %s, not %s (%v)", c.a, list[0].Key, c.want, err)
		}
	}
	if _, err := Advise(Asked{About: "money"}); err == nil {
		t.Error("an answer that is none")
	}
}

func TestTheTableOfTheBookIsTheTableOfAdvice(t *testing.T) {
	path := filepath.Join("..", "..", "..", "book", "reference", "techniques.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if at := strings.Index(string(text), "| technique |"); *redraw && at > 0 {
		if err := os.WriteFile(path, []byte(string(text[:at])+Table()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !strings.Contains(string(text), Table()) {
		t.Errorf("%s holds another table than techniques.yaml; it is:\n%s", path, Table())
	}
}

const good = `---
prototype: one-page
question: Do people finish on one page?
technique: clickable-pages
owner: group/shop
decide_by: 2027-06-30
tasks:
  - {name: buy, says: Buy a ticket for tomorrow}
---
# One page

Some prose.
`

func TestAFileIsReadWholeOrSaysWhatIsWrongAtItsLine(t *testing.T) {
	d, wrong := Read("prototypes/one-page.md", []byte(good))
	if len(wrong) > 0 || d.Title != "One page" || len(d.Tasks) != 1 || d.Tasks[0].Name != "buy" || d.DecideBy.IsZero() {
		t.Fatalf("%+v, %v", d, wrong)
	}
	for _, c := range []struct {
		old, new string
		line     int
		says     string
	}{
		{"prototype: one-page", "prototype: One Page", 2, "cannot name a prototype"},
		{"prototype: one-page", "prototype: two-pages", 2, "the file is called one-page.md"},
		{"finish on one page?", "finish on one page.", 3, "is no question"},
		{"clickable-pages", "clickable-page", 4, `did you mean "clickable-pages"`},
		{"group/shop", "the shop", 5, "is no ref of an owner"},
		{"2027-06-30", "soon", 6, "is not a date"},
		{"name: buy", "name: ../etc", 8, "cannot name a task"},
		{"tasks:", "decision: maybe\nreason: x\ntasks:", 7, "is not a decision"},
		{"tasks:", "decision: adopt\ntasks:", 7, "the decision has no reason"},
		{"tasks:", "reason: x\ntasks:", 7, "a reason and no decision"},
		{"tasks:", "taskz: x\ntasks:", 7, `has no key "taskz"`},
		{"one page?", strings.Repeat("x", 2000) + "?", 3, "at most 1000"},
		{"Some prose.", "Some \u202eprose.", 12, ""},
	} {
		_, wrong := Read("prototypes/one-page.md", []byte(strings.Replace(good, c.old, c.new, 1)))
		if len(wrong) == 0 || wrong[0].At.Line != c.line || !strings.Contains(wrong[0].Text+wrong[0].Hint, c.says) {
			t.Errorf("%s: %+v", c.new, wrong)
		}
	}
}

func TestOnlyPlainFilesOfTheFolderAreRead(t *testing.T) {
	dir := t.TempDir()
	if list, wrong, err := InFolder(filepath.Join(dir, "none")); err != nil || list != nil || wrong != nil {
		t.Fatal(list, wrong, err)
	}
	if err := os.Mkdir(filepath.Join(dir, Folder), 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, Folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("one-page.md", good)
	write("bad.md", "nothing")
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, Folder, "out.md")); err != nil {
		t.Fatal(err)
	}
	list, wrong, err := InFolder(dir)
	if err != nil || len(list) != 1 || len(wrong) != 2 {
		t.Errorf("%v, %v, %v", list, wrong, err)
	}
}
