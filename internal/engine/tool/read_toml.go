package tool

import (
	"cmp"
	"regexp"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"

	"prentice/internal/kit/shallow"
)

// toml decodes the file, or says why it is not understood.
func (s *sheet) toml() map[string]any {
	if err := shallow.TOML(s.text); err != nil {
		s.bad(0, "it is not read: "+err.Error())
		return nil
	}
	var top map[string]any
	if err := toml.Unmarshal(s.text, &top); err != nil {
		line := 0
		if wrong, is := err.(toml.ParseError); is {
			line = wrong.Position.Line
		}
		s.bad(line, "it is no TOML: "+strings.Join(strings.Fields(err.Error()), " "))
		return nil
	}
	return top
}

var header = regexp.MustCompile(`^\s*\[\[?\s*([^\]]+?)\s*\]`)

// lineOf is where a key of a table stands, as far as that can be seen: the table, or a line
// that writes both with a dot.
func (s *sheet) lineOf(table, key string) int { return s.linesOf(table)(key) }

// linesOf reads the file once for all keys of a table.
func (s *sheet) linesOf(table string) func(key string) int {
	in, at := "", 0
	tables, keys := map[string]int{}, map[string]int{}
	unquoted := strings.NewReplacer(`"`, "", `'`, "")
	for i, line := range strings.Split(string(s.text), "\n") {
		if m := header.FindStringSubmatch(line); m != nil {
			in = unquoted.Replace(m[1])
			if key, below := strings.CutPrefix(in, table+"."); below {
				tables[key] = i + 1
			} else if in == table && at == 0 {
				at = i + 1
			}
			continue
		}
		name, _, is := strings.Cut(line, "=")
		name = strings.TrimSpace(unquoted.Replace(name))
		if below, dotted := strings.CutPrefix(name, table+"."); in == "" && dotted {
			name = below
		} else if in != table {
			continue
		}
		first, _, _ := strings.Cut(name, ".")
		for _, key := range []string{name, first} {
			if is && keys[key] == 0 {
				keys[key] = i + 1
			}
		}
	}
	return func(key string) int { return max(cmp.Or(keys[key], tables[key], at), 1) }
}

func table(top map[string]any, name string) map[string]any {
	t, _ := top[name].(map[string]any)
	return t
}

// mise reads the tools of mise.toml: a version, several of which the first counts, or a table.
func mise(s *sheet) {
	top := s.toml()
	tools := table(top, "tools")
	list := make([]string, 0, len(tools))
	for name := range tools {
		list = append(list, name)
	}
	sort.Strings(list)
	lineOf := s.linesOf("tools")
	for _, name := range list {
		line := lineOf(name)
		value := tools[name]
		if several, is := value.([]any); is && len(several) > 0 {
			value = several[0]
		}
		if detail, is := value.(map[string]any); is {
			value = detail["version"]
		}
		version, is := value.(string)
		if !is {
			s.bad(line, quoted(name)+" has no version that is a text")
			continue
		}
		s.pin(line, named(name), managed(named(name), version))
	}
}

// rustToolchain reads the channel, in a table or as the only line of the file.
func rustToolchain(s *sheet) {
	if text := strings.TrimSpace(string(s.text)); !strings.ContainsAny(text, "\n[=") {
		s.channel(1, text)
		return
	}
	top := s.toml()
	if top == nil {
		return
	}
	of := table(top, "toolchain")
	line := s.lineOf("toolchain", "channel")
	channel, is := of["channel"].(string)
	if _, own := of["path"].(string); own && !is {
		s.pin(s.lineOf("toolchain", "path"), "rust", Wish{Text: "path", Form: Floats})
		return
	}
	if !is {
		s.bad(line, "the toolchain has no channel")
		return
	}
	s.channel(line, channel)
}

// channel reads stable, 1.88.0, nightly-2026-01-01, or one of these with a platform after it.
func (s *sheet) channel(line int, text string) {
	w := wish("rust", text)
	if rest, dated := strings.CutPrefix(text, "nightly-"); dated && len(rest) >= len("2026-01-01") {
		w.Form, w.any = Exact, nil // it is one, of which no number is known
	}
	s.pin(line, "rust", w)
}

func cargoToml(s *sheet) {
	top := s.toml()
	for _, of := range []struct {
		name string
		keys map[string]any
	}{{"package", table(top, "package")}, {"workspace.package", table(table(top, "workspace"), "package")}} {
		if version, is := of.keys["rust-version"].(string); is {
			s.pin(s.lineOf(of.name, "rust-version"), "rust", atLeast("rust", version))
		}
	}
}

func pyproject(s *sheet) {
	if version, is := table(s.toml(), "project")["requires-python"].(string); is {
		s.pin(s.lineOf("project", "requires-python"), "python", ranged("python", version))
	}
}
