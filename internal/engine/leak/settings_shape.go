package leak

import (
	"regexp"
	"slices"
	"strings"

	"prentice/internal/kit/clip"
)

func (f fileOf) config(path string) (*config, error) {
	c := &config{rules: map[string]*rule{}, aimed: map[string][]*allow{}}
	for _, one := range f.Rules {
		r, err := one.rule(path)
		if err != nil {
			return nil, err
		}
		c.rules[r.id] = r
	}
	lists := f.Allowlists
	if f.AllowList != nil {
		lists = append(lists, f.AllowList)
	}
	for _, one := range lists {
		a, err := one.allow(path)
		if err != nil {
			return nil, err
		}
		for _, id := range one.TargetRules {
			c.aimed[id] = append(c.aimed[id], a)
		}
		if len(one.TargetRules) == 0 {
			c.allows = append(c.allows, a)
		}
	}
	return c, nil
}

func (o ruleOf) rule(path string) (*rule, error) {
	r := &rule{id: o.ID, says: o.Description, pattern: o.Regex, path: o.Path, group: o.SecretGroup, entropy: o.Entropy, skip: o.SkipReport}
	if strings.TrimSpace(o.ID) == "" {
		return nil, wrong(path, "a rule has no id")
	}
	for _, text := range []string{o.Regex, o.Path} {
		if err := expression(path, o.ID, text); err != nil {
			return nil, err
		}
	}
	for _, word := range o.Keywords {
		r.keywords = append(r.keywords, strings.ToLower(word))
	}
	lists := o.Allowlists
	if o.AllowList != nil {
		lists = append(lists, o.AllowList)
	}
	for _, one := range lists {
		a, err := one.allow(path)
		if err != nil {
			return nil, err
		}
		r.allows = append(r.allows, a)
	}
	for _, other := range o.Required {
		r.requires = append(r.requires, required{other.ID, other.WithinLines, other.WithinColumns})
	}
	return r, nil
}

func (o allowOf) allow(path string) (*allow, error) {
	a := &allow{paths: o.Paths, texts: o.Regexes, target: o.RegexTarget}
	switch strings.ToUpper(o.Condition) {
	case "", "OR", "||":
	case "AND", "&&":
		a.all = true
	default:
		return nil, wrong(path, "an allowlist has the condition %q: write AND or OR", clip.Text(o.Condition))
	}
	switch o.RegexTarget {
	case "secret":
		a.target = ""
	case "", "match", "line":
	default:
		return nil, wrong(path, "an allowlist has the regexTarget %q: write secret, match or line", clip.Text(o.RegexTarget))
	}
	if len(o.Commits)+len(o.Paths)+len(o.Regexes)+len(o.StopWords) == 0 {
		return nil, wrong(path, "an allowlist says neither commits, paths, regexes nor stopwords")
	}
	for _, text := range slices.Concat(o.Paths, o.Regexes) {
		if err := expression(path, "allowlist", text); err != nil {
			return nil, err
		}
	}
	for _, id := range o.Commits {
		a.commits = append(a.commits, strings.TrimSpace(strings.ToLower(id)))
	}
	for _, word := range o.StopWords {
		a.stop = append(a.stop, strings.ToLower(word))
	}
	return a, nil
}

func expression(path, what, text string) error {
	if text == "" || path == "" { // the rules that are built in are proven by a test
		return nil
	}
	if _, err := regexp.Compile(text); err != nil {
		return wrong(path, "%s: %v", clip.Text(what), err)
	}
	return nil
}
