package tool

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"prentice/internal/kit/clip"
)

func short(s string) string { return clip.To(s, 60) }

// leaf is a text of a JSON document, and where it stands.
type leaf struct {
	path string // names with \x00 between them
	text string
	line int
}

// deepest is how many names a path has at most. What is below says nothing of tools.
const deepest = 4

// leaves are the texts of a document, without those below arrays.
func leaves(text []byte) (list []leaf, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	type level struct {
		array, value bool // value: what comes next is the value of key
		key          string
	}
	var stack []level
	lines, at := 1, 0
	for {
		token, err := d.Token()
		if err == io.EOF && len(stack) == 0 {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		end := int(d.InputOffset())
		lines += bytes.Count(text[at:end], []byte("\n"))
		at = end
		if delim, is := token.(json.Delim); is {
			if delim == '{' || delim == '[' {
				stack = append(stack, level{array: delim == '['})
				continue
			}
			stack = stack[:len(stack)-1]
			if len(stack) > 0 {
				stack[len(stack)-1].value = false
			}
			continue
		}
		if len(stack) == 0 {
			continue
		}
		top := &stack[len(stack)-1]
		switch {
		case top.array:
		case !top.value:
			top.key, top.value = token.(string), true // a key of an object is a text
		default:
			top.value = false
			if word, is := token.(string); is && len(stack) <= deepest {
				var names []string
				inArray := false
				for _, l := range stack {
					names, inArray = append(names, l.key), inArray || l.array
				}
				if !inArray {
					list = append(list, leaf{strings.Join(names, "\x00"), word, lines})
				}
			}
		}
	}
}

// json has each text of the document looked at, with its path as a.b.c.
func (s *sheet) json(each func(section, name string, l leaf)) {
	list, err := leaves(bytes.TrimPrefix(s.text, []byte("\xef\xbb\xbf")))
	if err != nil {
		s.bad(0, "it is no JSON: "+err.Error())
		return
	}
	for _, l := range list {
		i := strings.LastIndexByte(l.path, 0)
		section, name := "", l.path
		if i >= 0 {
			section, name = strings.ReplaceAll(l.path[:i], "\x00", "."), l.path[i+1:]
		}
		each(section, name, l)
	}
}

// packageJSON reads engines, packageManager, volta and devEngines.
func packageJSON(s *sheet) {
	runtime := leaf{}
	s.json(func(section, name string, l leaf) {
		switch {
		case section == "engines" && (name == "node" || name == "npm" || name == "pnpm" || name == "yarn" || name == "bun"):
			s.pin(l.line, name, ranged(name, l.text))
		case section == "volta" && (name == "node" || name == "npm" || name == "pnpm" || name == "yarn"):
			s.pin(l.line, name, wish(name, l.text))
		case section == "" && name == "packageManager":
			tool, version, _ := strings.Cut(l.text, "@")
			version, _, _ = strings.Cut(version, "+") // a digest follows
			s.pin(l.line, tool, wish(tool, version))
		case section == "devEngines.runtime" && (name == "name" || name == "version"):
			if runtime.text == "" {
				runtime = l
				return
			}
			tool, version := runtime.text, l.text
			if name == "name" {
				tool, version = version, tool
			}
			s.pin(l.line, named(tool), ranged(named(tool), version))
		}
	})
}

// globalJSON reads which SDK of .NET builds it.
func globalJSON(s *sheet) {
	s.json(func(section, name string, l leaf) {
		if section == "sdk" && name == "version" {
			s.pin(l.line, "dotnet", wish("dotnet", l.text))
		}
	})
}

func composerJSON(s *sheet) {
	s.json(func(section, name string, l leaf) {
		if section == "require" && name == "php" {
			s.pin(l.line, "php", ranged("php", l.text))
		}
	})
}
