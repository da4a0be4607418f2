package floors

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestDocsLinksLeadSomewhere(t *testing.T) {
	atRoot(t)
	for _, wrong := range deadLinks(t, os.DirFS(".")) {
		t.Error(wrong)
	}
}

func TestDocsEveryDecisionSaysWhatItMust(t *testing.T) {
	atRoot(t)
	for _, wrong := range poorDecisions(t, os.DirFS(".")) {
		t.Error(wrong)
	}
}

func TestDocsTheRoleSaysWhichSkillsThereAre(t *testing.T) {
	atRoot(t)
	for _, wrong := range wrongSkills(t, os.DirFS(".")) {
		t.Error(wrong)
	}
}

func TestDocsARoleThatPromisesTooMuchIsSeen(t *testing.T) {
	atRoot(t)
	world := fstest.MapFS{
		rolePage:                          {Data: []byte("| of the role | skill | now | not yet |\n|---|---|---|---|\n| a | build | all | – |\n| b | support | – | all |\n| c | design | some | – |\n")},
		"internal/skill/support/doc.go":   {},
		"internal/skill/design/doc.go":    {},
		"internal/skill/forgotten/doc.go": {},
		"internal/skill/all/all.go":       {},
		"internal/skill/part/skill.go":    {Data: []byte("\t\tOf:       \"design\",\n")},
		"internal/skill/lost/skill.go":    {Data: []byte("\t\tOf:       \"nothing\",\n")},
	}
	want := []string{rolePage + ": build is promised and is not there", rolePage + ": support is there and is not promised", rolePage + ": forgotten is not in the table", rolePage + ": lost is not in the table"}
	if found := wrongSkills(t, world); !slices.Equal(found, want) {
		t.Errorf("want %q, found %q", want, found)
	}
}

func TestDocsPlantedFaultsAreFound(t *testing.T) {
	atRoot(t)
	world := func(extra fstest.MapFS) fstest.MapFS {
		extra["README.md"] = &fstest.MapFile{Data: []byte("see [the first](decisions/0001-a.md#why), [outside](https://example.com), [here](#x)\n```\n[no](link)\n```\n`[nor](this)`")}
		if extra["decisions/0001-a.md"] == nil {
			extra["decisions/0001-a.md"] = &fstest.MapFile{Data: []byte("# 1. A\n## What we saw\n## What we chose\n## What we refused\n## What would change our mind\n")}
		}
		return extra
	}
	for _, c := range []struct {
		name, file, text string
		want             string
	}{
		{"nothing", "a.md", "", ""},
		{"a dead link", "book/a.md", "[x](../nowhere.md)", "book/a.md: link to nowhere.md"},
		{"a dead picture", "book/a.md", "![x](a.png)", "book/a.md: link to book/a.png"},
		{"a decision without what was refused", "decisions/0001-a.md", "# 1. A\n## What we saw\n## What we chose\n## What would change our mind\n", `decisions/0001-a.md: no heading "What we refused"`},
		{"a decision with another number", "decisions/0001-a.md", "# 2. A\n", `decisions/0001-a.md: the first line is not "# 1. …"`},
		{"two decisions of one number", "decisions/0001-b.md", "# 1. B\n", "decisions/0001-b.md: there is another decision 1"},
		{"a decision without a number", "decisions/b.md", "# B\n", "decisions/b.md: the name does not begin with four digits"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := world(fstest.MapFS{c.file: {Data: []byte(c.text)}})
			found := append(deadLinks(t, files), poorDecisions(t, files)...)
			if c.want == "" && len(found) > 0 || c.want != "" && !slices.Contains(found, c.want) {
				t.Errorf("want %q, found %q", c.want, found)
			}
		})
	}
}

var (
	fenced = regexp.MustCompile("(?ms)^ *(```+|~~~+).*?^ *(```+|~~~+) *$")
	coded  = regexp.MustCompile("`[^`\n]*`")
	linked = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

// deadLinks are the relative links of Markdown files that lead to no file.
func deadLinks(t *testing.T, fsys fs.FS) []string {
	t.Helper()
	var found []string
	for _, name := range named(t, fsys, ".md") {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		prose := coded.ReplaceAll(fenced.ReplaceAll(text, nil), nil)
		for _, link := range linked.FindAllSubmatch(prose, -1) {
			to, _, _ := strings.Cut(string(link[1]), "#")
			if to == "" || strings.Contains(to, ":") {
				continue
			}
			if to = path.Join(path.Dir(name), to); !fs.ValidPath(to) {
				found = append(found, fmt.Sprintf("%s: link to %s, outside the repository", name, to))
			} else if _, err := fs.Stat(fsys, to); err != nil {
				found = append(found, fmt.Sprintf("%s: link to %s", name, to))
			}
		}
	}
	return found
}

var skillRow = regexp.MustCompile(`(?m)^\| [^|]+ \| ([a-z]+) \| ([^|]+) \| [^|]+ \|$`)

const rolePage = "book/role.md"

// wrongSkills are the skills that the page about the role promises and that are not there,
// and those that are there and that it does not speak of.
func wrongSkills(t *testing.T, fsys fs.FS) []string {
	t.Helper()
	text, err := fs.ReadFile(fsys, rolePage)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	named := map[string]bool{"all": true, "learning": true} // the list, and the chapter that tells of all others
	for _, m := range skillRow.FindAllStringSubmatch(string(text), -1) {
		skill, now := m[1], m[2]
		if skill == "skill" {
			continue
		}
		named[skill] = true
		_, err := fs.Stat(fsys, "internal/skill/"+skill)
		switch {
		case err != nil && now != "–":
			found = append(found, rolePage+": "+skill+" is promised and is not there")
		case err == nil && now == "–":
			found = append(found, rolePage+": "+skill+" is there and is not promised")
		}
	}
	folders, err := fs.ReadDir(fsys, "internal/skill")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if f.IsDir() && !named[f.Name()] && !named[partOf(fsys, f.Name())] {
			found = append(found, rolePage+": "+f.Name()+" is not in the table")
		}
	}
	return found
}

var ofChapter = regexp.MustCompile(`(?m)^\t\tOf: +"([a-z]+)",$`)

// partOf is the chapter that a skill says it is a part of, which tells of it; "" is none.
func partOf(fsys fs.FS, skill string) string {
	text, _ := fs.ReadFile(fsys, "internal/skill/"+skill+"/skill.go") // one without has said nothing
	if m := ofChapter.FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}

// poorDecisions are the records that do not say what a record must.
func poorDecisions(t *testing.T, fsys fs.FS) []string {
	t.Helper()
	var found []string
	taken := map[int]bool{}
	for _, name := range named(t, fsys, ".md") {
		if path.Dir(name) != "decisions" || path.Base(name) == "README.md" {
			continue
		}
		var number int
		if n, err := fmt.Sscanf(path.Base(name), "%04d-", &number); n != 1 || err != nil {
			found = append(found, name+": the name does not begin with four digits")
			continue
		}
		if taken[number] {
			found = append(found, fmt.Sprintf("%s: there is another decision %d", name, number))
		}
		taken[number] = true
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		if start := fmt.Sprintf("# %d. ", number); !strings.HasPrefix(string(text), start) {
			found = append(found, fmt.Sprintf("%s: the first line is not %q", name, start+"…"))
		}
		for _, heading := range []string{"What we saw", "What we chose", "What we refused", "What would change our mind"} {
			if !strings.Contains(string(text), "\n## "+heading+"\n") {
				found = append(found, fmt.Sprintf("%s: no heading %q", name, heading))
			}
		}
	}
	return found
}

// named lists the files of the repository whose name ends in suffix, without
// what the Go tool passes over and without data folders.
func named(t *testing.T, fsys fs.FS, suffix string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		switch {
		case d.IsDir() && name != "." && (base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || strings.HasSuffix(base, "-data")):
			return fs.SkipDir
		case !d.IsDir() && strings.HasSuffix(base, suffix):
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
