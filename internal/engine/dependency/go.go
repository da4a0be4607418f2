package dependency

import (
	"fmt"
	"strings"
)

// goMod reads the modules that a go.mod asks for, which since Go 1.17 are all that the
// build needs. What is replaced by a folder is no package; what is replaced by another
// version is that one.
func goMod(f lockFile) ([]Dependency, error) {
	var list []Dependency
	replaced := map[string][]string{}
	block := ""
	for i, line := range strings.Split(string(f.text), "\n") {
		line, comment, _ := strings.Cut(line, "//")
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
			continue
		case block == "" && len(words) == 2 && words[1] == "(":
			block = words[0]
			continue
		case words[0] == ")":
			block = ""
			continue
		}
		verb := block
		if verb == "" {
			verb, words = words[0], words[1:]
		}
		for n := range words {
			words[n] = strings.Trim(words[n], "\"`")
		}
		switch verb {
		case "require":
			if len(words) != 2 || !strings.HasPrefix(words[1], "v") {
				return nil, fmt.Errorf("line %d asks for no module in a version", i+1)
			}
			list = append(list, f.found(i+1, Dependency{Ecosystem: "Go", Name: words[0], Version: words[1], Direct: strings.TrimSpace(comment) != "indirect"}))
		case "toolchain":
			if len(words) == 1 && strings.HasPrefix(words[0], "go1") {
				list = append(list, f.found(i+1, Dependency{Ecosystem: "Go", Name: "stdlib", Version: strings.TrimPrefix(words[0], "go"), Direct: true}))
			}
		case "replace":
			if from, to, ok := replacement(words); ok {
				replaced[from] = to
			}
		}
	}
	return withReplaced(list, replaced), nil
}

// replacement reads "old [version] => new [version]".
func replacement(words []string) (from string, to []string, ok bool) {
	for i, w := range words {
		if w == "=>" && i > 0 && i < len(words)-1 {
			return strings.Join(words[:i], " "), words[i+1:], true
		}
	}
	return "", nil, false
}

func withReplaced(list []Dependency, replaced map[string][]string) (kept []Dependency) {
	for _, d := range list {
		to, found := replaced[d.Name+" "+d.Version]
		if !found {
			to, found = replaced[d.Name]
		}
		switch {
		case found && len(to) < 2:
			continue // a folder
		case found:
			d.Name, d.Version = to[0], to[1]
		}
		kept = append(kept, d)
	}
	return kept
}
