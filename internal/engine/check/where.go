package check

import (
	"path"
	"strings"
)

// Within says whether a path is among those that a pattern names: * is any part of a
// name, ** any number of folders, and a folder is all that is below it.
func Within(pattern, name string) bool {
	return within(strings.Split(strings.TrimSuffix(pattern, "/"), "/"), strings.Split(name, "/"))
}

func within(pattern, parts []string) bool {
	for len(pattern) > 0 && pattern[0] != "**" {
		if len(parts) == 0 {
			return false
		}
		if ok, err := path.Match(pattern[0], parts[0]); err != nil || !ok {
			return false
		}
		pattern, parts = pattern[1:], parts[1:]
	}
	if len(pattern) == 0 {
		return true
	}
	for len(pattern) > 1 && pattern[1] == "**" {
		pattern = pattern[1:]
	}
	if len(pattern) == 1 {
		return len(parts) > 0
	}
	for from := range parts {
		if within(pattern[1:], parts[from:]) {
			return true
		}
	}
	return false
}
