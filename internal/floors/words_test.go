package floors

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

func TestDocsTheGlossaryIsKept(t *testing.T) {
	atRoot(t)
	for _, wrong := range wrongWords(t, os.DirFS(".")) {
		t.Error(wrong)
	}
}

func TestDocsAWordThatIsNotUsedIsSeenWhereverPeopleRead(t *testing.T) {
	atRoot(t)
	world := fstest.MapFS{
		glossary:                    {Data: []byte("| term | meaning |\n|---|---|\n| run | One. |\n| unheard | Two. |\n\n## Words that are not used\n\n| not | write |\n|---|---|\n| whoever | the requester |\n| the glass | break-glass |\n")},
		"book/a.md":                 {Data: []byte("A run is for Whoever asks.\n```sh\necho whoever\n```\nBreak `whoever` or the\nglassware. Break the\nglass.")},
		"internal/a.go":             {Data: []byte("package a // whoever reads\nconst a = \"ask whoever\\nof the glass\"\nvar b = []string{\"whoever\"}\nvar c = `x:\"whoever it is\"`")},
		"internal/a_test.go":        {Data: []byte("package a\nconst a = \"ask whoever\"")},
		"internal/face/web/a.html":  {Data: []byte("<p class=\"whoever\">\n{{/* whoever */}}the glass</p>")},
		"internal/skill/explain.md": {Data: []byte("\nwhoever")},
	}
	want := []string{
		"book/a.md:1: whoever: write the requester",
		"book/a.md:7: the glass: write break-glass",
		"book/glossary.md: unheard is used nowhere in the book",
		"internal/a.go:2: the glass: write break-glass",
		"internal/a.go:2: whoever: write the requester",
		"internal/a.go:4: whoever: write the requester",
		"internal/face/web/a.html:2: the glass: write break-glass",
		"internal/skill/explain.md:2: whoever: write the requester",
	}
	if found := wrongWords(t, world); !slices.Equal(found, want) {
		t.Errorf("want %q\nfound %q", want, found)
	}
}

const glossary = "book/glossary.md"

var (
	markdownCode = regexp.MustCompile("(?s)\n```.*?\n```|`[^`\n]*`")
	htmlUnseen   = regexp.MustCompile(`(?s)\{\{.*?\}\}|<!--.*?-->|<[^>]*>`)
)

// wrongWords is every word of the glossary's second table in what people read:
// the book, the pages, and the texts of the program that hold more than one word;
// and every term of its first table that the book does not use.
func wrongWords(t *testing.T, world fs.FS) []string {
	t.Helper()
	raw, err := fs.ReadFile(world, glossary)
	if err != nil {
		t.Fatal(err)
	}
	used, unused, ok := strings.Cut(string(raw), "## Words that are not used")
	if !ok {
		t.Fatalf("%s has no table of words that are not used", glossary)
	}
	instead := rowsOf(unused)
	var book strings.Builder
	var found []string
	err = fs.WalkDir(world, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || file == glossary {
			return err
		}
		raw, err := fs.ReadFile(world, file)
		if err != nil {
			return err
		}
		switch text := string(raw); {
		case path.Ext(file) == ".md" && strings.HasPrefix(file, "changes/"), file == "SECURITY.md", file == "CONTRIBUTING.md":
			found = append(found, wordsIn(file, blank(text, markdownCode), 1, instead)...)
		case file == "README.md" || path.Ext(file) == ".md" && strings.HasPrefix(file, "book/"):
			text = blank(text, markdownCode)
			book.WriteString(strings.ToLower(text))
			found = append(found, wordsIn(file, text, 1, instead)...)
		case path.Ext(file) == ".md" && strings.HasPrefix(file, "internal/") && !strings.Contains(file, "/testdata/"): // what is explained, and what a sample team reads
			if strings.Contains(file, "/topics/") {
				book.WriteString(strings.ToLower(strings.Join(strings.Fields(text), " ")))
			}
			found = append(found, wordsIn(file, blank(text, markdownCode), 1, instead)...)
		case path.Ext(file) == ".html" && strings.HasPrefix(file, "internal/"):
			found = append(found, wordsIn(file, blank(text, htmlUnseen), 1, instead)...)
		case path.Ext(file) == ".go" && !strings.HasSuffix(file, "_test.go") && !strings.HasPrefix(file, "stories/"):
			found = append(found, wordsOfTheProgram(t, file, text, instead)...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for term := range rowsOf(used) {
		if !strings.Contains(book.String(), strings.ToLower(term)) {
			found = append(found, glossary+": "+term+" is used nowhere in the book")
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// rowsOf is the first table of a text: its first column to its second.
func rowsOf(text string) map[string]string {
	rows := map[string]string{}
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) == 4 && !strings.HasPrefix(cells[1], "-") {
			rows[strings.TrimSpace(cells[1])] = strings.TrimSpace(cells[2])
		}
	}
	delete(rows, "term")
	delete(rows, "not")
	return rows
}

// blank takes out what people do not read as text, and keeps its lines.
func blank(text string, what *regexp.Regexp) string {
	return what.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) })
}

func wordsOfTheProgram(t *testing.T, file, text string, instead map[string]string) (found []string) {
	t.Helper()
	at := token.NewFileSet()
	parsed, err := parser.ParseFile(at, file, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		said, err := strconv.Unquote(lit.Value)
		if err == nil && strings.Contains(strings.TrimSpace(said), " ") {
			found = append(found, wordsIn(file, strings.ReplaceAll(said, "\n", " "), at.Position(lit.Pos()).Line, instead)...)
		}
		return true
	})
	return found
}

// wordsIn is what of a text is not to be written, the first of whose lines has a number.
func wordsIn(file, text string, line int, instead map[string]string) (found []string) {
	before := " "
	for said := range strings.Lines(text) {
		padded := " " + strings.TrimSpace(notLetters.ReplaceAllString(strings.ToLower(said), " ")) + " "
		for word, better := range instead {
			word = " " + word + " "
			broken := strings.Contains(before+strings.TrimPrefix(padded, " "), word) && !strings.Contains(before, word)
			if strings.Contains(padded, word) || broken { // a phrase may go on in the next line
				found = append(found, file+":"+strconv.Itoa(line)+": "+strings.TrimSpace(word)+": write "+better)
			}
		}
		before = padded
		line++
	}
	return found
}

var notLetters = regexp.MustCompile(`[^\p{L}\p{N}'_./-]+|[./]+(\s|$)`)
