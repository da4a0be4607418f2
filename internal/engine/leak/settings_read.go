package leak

import (
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/shallow"
)

// config is the rules that count, by name, and what passes of all of them.
type config struct {
	rules  map[string]*rule
	allows []*allow
	aimed  map[string][]*allow // at rules that are known once all is read
	advice []Advice
}

// read reads settings. Those that no one wrote are the rules of gitleaks.
func (s Settings) read() (*config, error) {
	c, err := s.from(0)
	if err != nil {
		return nil, err
	}
	for name, list := range c.aimed {
		r, found := c.rules[name]
		if !found {
			return nil, wrong(s.Files[0].Path, "an allowlist is for the rule %q, which is not there", clip.Text(name))
		}
		r.allows = append(r.allows, list...)
	}
	for _, r := range c.rules {
		if r.pattern == "" && r.path == "" {
			return nil, wrong(s.Files[0].Path, "the rule %q has neither regex nor path", clip.Text(r.id))
		}
		for _, other := range r.requires {
			if c.rules[other.id] == nil {
				return nil, wrong(s.Files[0].Path, "the rule %q requires %q, which is not there", clip.Text(r.id), clip.Text(other.id))
			}
		}
	}
	return c, nil
}

func wrong(path, format string, args ...any) error {
	return prentice.Errorf(prentice.Invalid, "%s: %s", clip.Text(path), fmt.Sprintf(format, args...)).Try("see https://github.com/gitleaks/gitleaks#configuration")
}

// from reads the settings from one of the files on.
func (s Settings) from(depth int) (*config, error) {
	if depth >= len(s.Files) {
		return defaults()
	}
	file := s.Files[depth]
	var f fileOf
	if len(file.Text) > MostSettings {
		return nil, wrong(file.Path, "it has %d bytes, and at most %d are read", len(file.Text), MostSettings)
	}
	if err := shallow.TOML([]byte(file.Text)); err != nil {
		return nil, wrong(file.Path, "%s", err)
	}
	meta, err := toml.Decode(file.Text, &f)
	if err != nil {
		return nil, wrong(file.Path, "%s", strings.Join(strings.Fields(err.Error()), " "))
	}
	c, err := f.config(file.Path)
	if err != nil {
		return nil, err
	}
	for _, key := range meta.Undecoded() {
		last := key[len(key)-1]
		c.advice = append(c.advice, Advice{file.Path, lineOf(file.Text, last), fmt.Sprintf("%s is not known here and does nothing", clip.Text(key.String()))})
	}
	switch {
	case f.Extend.Path != "" && f.Extend.UseDefault:
		return nil, wrong(file.Path, "it extends both a file and the default: name one")
	case f.Extend.URL != "":
		c.advice = append(c.advice, Advice{file.Path, lineOf(file.Text, "url"), "what stands at an address is not fetched: extend.url does nothing"})
	}
	if f.Extend.UseDefault || f.Extend.Path != "" && depth+1 < len(s.Files) {
		next := Settings{Files: s.Files}
		at := depth + 1
		if f.Extend.UseDefault {
			at = len(s.Files)
		}
		base, err := next.from(at)
		if err != nil {
			return nil, err
		}
		c.extend(base, file, f.Extend.DisabledRules)
	} else if f.Extend.Path != "" {
		return nil, wrong(file.Path, "the file %q that it extends is not in the repository, or extends one too many", clip.Text(f.Extend.Path))
	}
	return c, nil
}

// lineOf is the first line that says a word, or 1.
func lineOf(text, word string) int {
	at := strings.Index(strings.ToLower(text), strings.ToLower(word))
	return 1 + strings.Count(text[:max(at, 0)], "\n")
}

// extend adds what the settings go on from.
func (c *config) extend(base *config, file SettingsFile, off []string) {
	for _, id := range off {
		if base.rules[id] == nil {
			c.advice = append(c.advice, Advice{file.Path, lineOf(file.Text, id), fmt.Sprintf("there is no rule %q to switch off", clip.Text(id))})
		}
	}
	for id, r := range base.rules {
		own := c.rules[id]
		switch {
		case slices.Contains(off, id):
		case own == nil:
			c.rules[id] = r
		default:
			c.rules[id] = own.over(r)
		}
	}
	c.allows = append(c.allows, base.allows...)
	c.advice = append(c.advice, base.advice...)
	for id, list := range base.aimed {
		c.aimed[id] = append(c.aimed[id], list...)
	}
}

// over is a rule with what another one says where this one says nothing.
func (r *rule) over(base *rule) *rule {
	n := &rule{id: base.id, says: base.says, pattern: base.pattern, path: base.path, group: base.group, entropy: base.entropy, requires: base.requires, skip: base.skip}
	if r.says != "" {
		n.says = r.says
	}
	if r.entropy != 0 {
		n.entropy = r.entropy
	}
	if r.group != 0 {
		n.group = r.group
	}
	if r.pattern != "" {
		n.pattern = r.pattern
	}
	if r.path != "" {
		n.path = r.path
	}
	n.keywords = slices.Concat(base.keywords, r.keywords)
	n.allows = slices.Concat(base.allows, r.allows)
	return n
}
