package boot

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/adapter/shell"
	"prentice/internal/engine/policy"
	"prentice/internal/engine/procedure"
	"prentice/internal/team/catalog"
)

const chapters = "../../book/reference/"

func chapter(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(chapters + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheReferenceIsThatOfThisProgram(t *testing.T) {
	files, err := filepath.Glob(chapters + "*.md")
	if err != nil || len(files) < 7 {
		t.Fatalf("chapters: %v, %v", files, err)
	}
	for _, file := range append(files, chapters+"../role.md", chapters+"../how-to/library.md") {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		drawn, err := (&commands{}).draw(text)
		if err != nil || drawn != text {
			t.Errorf("%s is stale (%v); draw it anew with: go generate ./internal/boot", file, err)
		}
	}
	if _, err := (&commands{}).draw("<!-- drawn: nothing -->\n<!-- end -->"); err == nil {
		t.Error("a part that there is not is passed over")
	}
	if drawn, err := (&commands{}).draw("a\n<!-- drawn: end-states -->\nold\n<!-- end -->\nb"); err != nil || strings.Contains(drawn, "old") || !strings.Contains(drawn, "**uncertain**") {
		t.Errorf("drawn %q, %v", drawn, err)
	}
}

func TestEveryEndStateIsExplained(t *testing.T) {
	for _, s := range prentice.EndStates() {
		if endings[s][0] == "" || endings[s][1] == "" {
			t.Errorf("%s is not", s)
		}
	}
}

// blocks are the fenced blocks of a language in a document.
func blocks(text, language string) []string {
	var found []string
	for _, m := range regexp.MustCompile("(?ms)^(````?)"+language+"\n(.*?)^````?$").FindAllStringSubmatch(text, -1) {
		if m[1] == "````" { // its own blocks end earlier
			_, rest, _ := strings.Cut(text, "````"+language+"\n")
			m[2], _, _ = strings.Cut(rest, "\n````\n")
		}
		found = append(found, m[2])
	}
	return found
}

func TestTheExamplesOfTheReferenceAreRight(t *testing.T) {
	right := func(what string, n int, findings []prentice.Finding) {
		t.Helper()
		for _, f := range findings {
			t.Errorf("%s: %s: %s (%s)", what, f.At, f.Text, f.Hint)
		}
		if n != 1 {
			t.Errorf("%s: %d examples", what, n)
		}
	}
	examples := blocks(chapter(t, "catalog.md"), "yaml")
	right("catalog", len(examples), probeKinds().Check("catalog-info.yaml", []byte(examples[0]), nil))

	for _, kind := range probeKinds() {
		for _, word := range append(kind.Keys(), kind.Name()) {
			if !strings.Contains(chapter(t, "catalog.md"), "`"+word+"`") {
				t.Errorf("the reference of the catalog does not say what %s of a probe is", word)
			}
		}
	}

	examples = blocks(chapter(t, "policy.md"), "yaml")
	_, findings := policy.Load("policy.yaml", []byte(examples[0]))
	right("policy", len(examples), findings)

	kinds := stepKinds(nil, &shell.Kind{})
	examples = blocks(chapter(t, "procedure-format.md"), "markdown")
	_, findings = procedure.Parse("restart-service.md", []byte(examples[0]), kinds)
	right("procedure", len(examples), findings)

	examples = blocks(chapter(t, "settings.md"), "toml")
	file := filepath.Join(t.TempDir(), SettingsFile)
	if err := os.WriteFile(file, []byte(examples[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := ReadSettings(file, func(string) string { return "" })
	if err == nil {
		_, err = s.Filled()
	}
	if err != nil {
		t.Error(err)
	}
}

func TestTheReferenceNamesAllThereIs(t *testing.T) {
	named := func(file string, words ...string) {
		t.Helper()
		text := chapter(t, file)
		for _, word := range words {
			if !strings.Contains(text, "`"+word+"`") {
				t.Errorf("%s does not speak of %s", file, word)
			}
		}
	}
	for _, a := range catalog.Annotations() {
		named("catalog.md", catalog.Prefix+a)
	}
	for _, k := range stepKinds(nil, &shell.Kind{}) {
		named("procedure-format.md", k.Name())
	}
	named("procedure-format.md", "uses", "id", "risk", "where", "expect", "idempotent", "of")
}

// commandsOf are all commands below one, itself included.
func commandsOf(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		all = append(all, commandsOf(sub)...)
	}
	return all
}

// wordsOf splits a command line as a shell does, up to a pipe or redirection.
func wordsOf(line string) []string {
	line, _, _ = strings.Cut(line, " && ")
	line, _, _ = strings.Cut(line, " > ")
	line, _, _ = strings.Cut(line, " | ")
	var words []string
	for _, m := range regexp.MustCompile(`'([^']*)'|(\S+)`).FindAllStringSubmatch(line, -1) {
		words = append(words, m[1]+m[2])
	}
	return words
}

func TestHelpBeginsWithAnExampleThatCanBeTyped(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, file := range []string{"run-1.json", "ledger.pub"} { // examples name them
		if err := os.WriteFile(file, []byte("as exported"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range commandsOf((&commands{}).root()) {
		if c.Hidden || c.HasSubCommands() || c.IsAdditionalHelpTopicCommand() || strings.HasPrefix(c.CommandPath(), "prentice completion") {
			continue
		}
		words := wordsOf(strings.TrimSpace(c.Example))
		if len(words) == 0 {
			t.Errorf("%s has no example", c.CommandPath())
			continue
		}
		root := (&commands{}).root() // flags remember
		root.SetOut(io.Discard)
		found, rest, err := root.Find(words[1:])
		if err != nil || words[0] != "prentice" || found.CommandPath() != c.CommandPath() {
			t.Errorf("%s: the example is of %s: %s (%v)", c.CommandPath(), found.CommandPath(), c.Example, err)
			continue
		}
		if err := found.ParseFlags(rest); err != nil {
			t.Errorf("%s: %v", c.Example, err)
		}
		if err := found.ValidateArgs(found.Flags().Args()); err != nil {
			t.Errorf("%s: %v", c.Example, err)
		}
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: the summary is %q", c.CommandPath(), c.Short)
		}
	}
}
