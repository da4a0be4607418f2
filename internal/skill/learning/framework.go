package learning

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/nearest"
)

//go:embed role.yaml
var roleText []byte

// Framework is the role, with its skills and levels, told in our own words.
type Framework struct {
	Source string               `yaml:"source" json:"source"`
	Read   string               `yaml:"read" json:"read"` // when it was compared with the source
	Roles  map[string]Role      `yaml:"roles" json:"roles"`
	Skills map[string]RoleSkill `yaml:"skills" json:"skills"`
	Lines  []Line               `yaml:"lines" json:"lines"`
}

// Role is a role of the framework, with the level that each skill is to have.
type Role struct {
	Title   string            `yaml:"title" json:"title"`
	Summary string            `yaml:"summary" json:"summary"`
	Duties  []string          `yaml:"duties" json:"duties"`
	Skills  map[string]string `yaml:"skills" json:"skills"`
}

// RoleSkill is a skill of the framework, and what each level can do.
type RoleSkill struct {
	Title        string `yaml:"title" json:"title"`
	Definition   string `yaml:"definition" json:"definition"`
	Awareness    string `yaml:"awareness" json:"awareness"`
	Working      string `yaml:"working" json:"working"`
	Practitioner string `yaml:"practitioner" json:"practitioner"`
}

// at is what a level can do.
func (s RoleSkill) at(level string) string {
	return map[string]string{"awareness": s.Awareness, "working": s.Working, "practitioner": s.Practitioner}[level]
}

// Line is a line of the role that has a topic.
type Line struct {
	Topic string   `yaml:"topic" json:"topic"`
	Also  []string `yaml:"also" json:"also,omitempty"`   // words that people ask for it by
	Of    string   `yaml:"of" json:"of"`                 // what the role asks for
	Skill string   `yaml:"skill" json:"skill"`           // of the framework, that it serves
	Now   string   `yaml:"now" json:"now,omitempty"`     // what prentice does for it; "" is nothing yet
	Later string   `yaml:"later" json:"later,omitempty"` // what is still missing
}

// junior is the role that prentice has.
const junior = "junior-devops-engineer"

// framework reads what is built in, once.
var framework = sync.OnceValue(func() Framework {
	var f Framework
	if err := yaml.Unmarshal(roleText, &f); err != nil {
		panic(fmt.Sprintf("role.yaml: %v", err)) // it is part of the program
	}
	return f
})

// topics are the names of the lines, in their order.
func (f Framework) topics() (names []string) {
	for _, l := range f.Lines {
		names = append(names, l.Topic)
	}
	return names
}

func (f Framework) line(topic string) (Line, bool) {
	i := slices.IndexFunc(f.Lines, func(l Line) bool { return l.Topic == topic })
	if i < 0 {
		return Line{}, false
	}
	return f.Lines[i], true
}

// find is the line of a topic, or an error that names the nearest.
func (f Framework) find(topic string) (Line, error) {
	line, ok := f.line(topic)
	if ok {
		return line, nil
	}
	for _, l := range f.Lines {
		if slices.Contains(l.Also, topic) {
			return l, nil
		}
	}
	err := prentice.Errorf(prentice.NotFound, "no topic %q", topic)
	if near := nearest.Of(topic, f.topics()); near != "" {
		return Line{}, err.Try("did you mean %s?", near)
	}
	return Line{}, err.Try("there are %s", strings.Join(f.topics(), ", "))
}

// serving are the topics that serve a skill of the framework.
func (f Framework) serving(skill string) (names []string) {
	for _, l := range f.Lines {
		if l.Skill == skill {
			names = append(names, l.Topic)
		}
	}
	return names
}

// skillNames are the skills of the framework in the order of their names.
func (f Framework) skillNames() []string { return sorted(f.Skills) }

func sorted[T any](m map[string]T) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// tell is a role or a skill of the framework in words.
func (f Framework) tell(name string) (title, text string, err error) {
	if name == "" {
		name = junior
	}
	if r, ok := f.Roles[name]; ok {
		return r.Title, f.tellRole(r), nil
	}
	if s, ok := f.Skills[name]; ok {
		return s.Title, f.tellSkill(name, s), nil
	}
	known := append(sorted(f.Roles), f.skillNames()...)
	e := prentice.Errorf(prentice.NotFound, "the framework has no role and no skill %q", name)
	if near := nearest.Of(name, known); near != "" {
		return "", "", e.Try("did you mean %s?", near)
	}
	return "", "", e.Try("there are %s", strings.Join(known, ", "))
}

func (f Framework) tellRole(r Role) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", r.Title, r.Summary)
	for _, duty := range r.Duties {
		fmt.Fprintf(&b, "- %s\n", duty)
	}
	b.WriteString("\n| skill | what is asked for | level | topics here |\n|---|---|---|---|\n")
	for _, name := range sorted(r.Skills) {
		s, level := f.Skills[name], r.Skills[name]
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", s.Title, s.at(level), level, strings.Join(f.serving(name), ", "))
	}
	return b.String() + f.from()
}

func (f Framework) tellSkill(name string, s RoleSkill) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n- **awareness**: %s\n- **working**: %s\n- **practitioner**: %s\n", s.Title, s.Definition, s.Awareness, s.Working, s.Practitioner)
	fmt.Fprintf(&b, "\nA junior DevOps engineer has it at the level *%s*. prentice explains it in: %s.\n", f.Roles[junior].Skills[name], strings.Join(f.serving(name), ", "))
	return b.String() + f.from()
}

func (f Framework) from() string {
	return fmt.Sprintf("\nTold in our own words after %s, compared on %s.\n", f.Source, f.Read)
}
