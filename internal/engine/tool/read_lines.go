package tool

import (
	"errors"
	"fmt"
	"strings"
)

var errTooLong = errors.New("it is longer than a file of this name is read")

// names are the words that version managers have for tools, where that is another one.
var names = map[string]string{"golang": "go", "nodejs": "node", "postgres": "postgresql", "openjdk": "java", "dotnet-core": "dotnet", "python3": "python"}

func named(word string) string {
	word = strings.TrimPrefix(word, "core:")
	if name := names[word]; name != "" {
		return name
	}
	return word
}

// plain reads a file that is one version, with comments.
func plain(tool string) func(*sheet) {
	return func(s *sheet) {
		before := 0
		for i, line := range strings.Split(string(s.text), "\n") {
			word, _, _ := strings.Cut(line, "#")
			word = strings.TrimSpace(strings.TrimPrefix(word, "\uFEFF"))
			switch {
			case word == "":
			case before > 0 && tool == "python": // pyenv tries the first, and then the others
			case before > 0:
				s.bad(i+1, fmt.Sprintf("a second version, where one is in force: that of line %d", before))
			case strings.Contains(word, "="): // a setting of a version manager
			default:
				before = i + 1
				s.pin(i+1, tool, wish(tool, word))
			}
		}
		if before == 0 {
			s.bad(1, "it names no version of "+tool)
		}
	}
}

// toolVersions reads .tool-versions: a tool and its versions, of which the first counts.
func toolVersions(s *sheet) {
	seen := map[string]int{}
	for i, line := range strings.Split(string(s.text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		tool := named(words[0])
		switch before := seen[tool]; {
		case len(words) == 1:
			s.bad(i+1, quoted(words[0])+" has no version")
		case before > 0:
			s.bad(i+1, fmt.Sprintf("%s is there twice: line %d counts", quoted(words[0]), before))
		default:
			seen[tool] = i + 1
			s.pin(i+1, tool, managed(tool, words[1]))
		}
	}
}

// managed reads a version as version managers do: a prefix, ref:main, path:~/x or a channel.
// Of a tool that is known to no one here, any text is its version.
func managed(tool, text string) Wish {
	for _, sign := range []string{"ref:", "path:", "sub-", "tag:", "branch:", "rev:"} {
		if strings.HasPrefix(text, sign) {
			return Wish{Text: text, Form: Floats}
		}
	}
	w := wish(tool, strings.TrimPrefix(text, "prefix:"))
	if w.Form == Unclear && !strange(text) {
		w.Form = Floats
	}
	w.Text = text
	return w
}

// goMod reads the lines go and toolchain: a build takes that Go or a later one.
func goMod(s *sheet) {
	for i, line := range strings.Split(string(s.text), "\n") {
		line, _, _ = strings.Cut(line, "//")
		words := strings.Fields(line)
		if len(words) == 0 || line[0] == ' ' || line[0] == '\t' {
			continue
		}
		switch {
		case words[0] != "go" && words[0] != "toolchain" || len(words) > 1 && words[1] == "(":
		case len(words) != 2:
			s.bad(i+1, "the line "+words[0]+" names no version")
		case words[0] == "toolchain" && words[1] == "default":
		case words[0] == "toolchain" && !strings.HasPrefix(words[1], "go"):
			s.bad(i+1, quoted(words[1])+" is no toolchain of Go, such as go1.26.3")
		default:
			version, _, _ := strings.Cut(words[1], "-") // go1.26.3-custom is someone's own
			s.pin(i+1, "go", atLeast("go", strings.TrimPrefix(version, "go")))
		}
	}
}
