package tool

import (
	"path"

	"prentice/internal/engine/check"
)

// Contradiction is two pins of one tool that no version is right for.
type Contradiction struct {
	A Pin `json:"a"`
	B Pin `json:"b"`
}

// Contradictions are those of a tree: within a folder, and of a manifest with the files above
// it that say which version is used. A folder may have versions of its own.
func Contradictions(pins []Pin) (list []Contradiction) {
	for i, a := range pins {
		for _, b := range pins[i+1:] {
			if a.Tool == b.Tool && together(pins, a, b) && a.Wish.Known() && b.Wish.Known() && len(a.Wish.any) > 0 && len(b.Wish.any) > 0 && !a.Wish.Fits(b.Wish) {
				list = append(list, Contradiction{a, b})
			}
		}
	}
	return list
}

// manifest says whether a file says what will do, and not what is to be used.
func manifest(name string) bool {
	switch path.Base(name) {
	case "package.json", "go.mod", "pyproject.toml", "Cargo.toml", "composer.json":
		return true
	}
	return false
}

// together says whether two pins are about the same builds.
func together(pins []Pin, a, b Pin) bool {
	if a.Dir() == b.Dir() {
		return true
	}
	if !manifest(b.Path) {
		a, b = b, a
	}
	if !manifest(b.Path) || manifest(a.Path) {
		return false
	}
	return a.Dir() == governs(pins, b.Tool, b.Dir())
}

// governs is the nearest folder at or above one that says which version of a tool is used.
func governs(pins []Pin, tool, dir string) string {
	for ; ; dir = path.Dir(dir) {
		for _, p := range pins {
			if p.Tool == tool && !manifest(p.Path) && p.Dir() == dir {
				return dir
			}
		}
		if dir == "." || dir == "/" {
			return ""
		}
	}
}

// makers are files that show that a tool is used, wherever its version is said.
var makers = map[string]string{"package.json": "node", "pyproject.toml": "python", "setup.py": "python", "requirements.txt": "python", "Cargo.toml": "rust", "Gemfile": "ruby", "composer.json": "php", "pom.xml": "java", "build.gradle": "java", "build.gradle.kts": "java"}

// bareTools are the tools that are used at the root of a tree and of which nothing says which
// version.
func bareTools(t *check.Tree, pins []Pin) (list []Pin) {
	seen := map[string]bool{}
	for _, p := range pins {
		if p.Wish.Form != Floats {
			seen[p.Tool] = true
		}
	}
	for _, f := range t.Files {
		if tool := makers[f.Path]; tool != "" && !seen[tool] && f.Mode != check.Link {
			seen[tool] = true
			list = append(list, Pin{Tool: tool, Wish: Wish{Form: Unclear}, Path: f.Path, Line: 1})
		}
	}
	return list
}
