package prototype

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/yuin/goldmark/ast"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/markdown"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
)

// Folder is where files of prototypes lie, in the team's folder and in repositories.
const Folder = "prototypes"

// The most of a file that is read, of files, and of what stands in one.
const (
	MaxBytes  = 256 << 10
	mostFiles = 200
	mostTasks = 12
	mostText  = 1000
)

// Decisions are the words for how a prototype ends.
var Decisions = []string{"adopt", "drop", "change"}

// Declared is what a file says of a prototype.
type Declared struct {
	Name      string
	Title     string
	Question  string
	Technique string
	Owner     prentice.Ref
	DecideBy  time.Time // a day
	Extended  string    // why the day is a later one than it was
	Tasks     []Task
	Decision  string // "" is none yet
	Reason    string // of the decision
	Learned   string
	Otherwise string // what would have been built without it
	Text      string // the prose below
	At        prentice.Pos
}

// Task is something that a visitor tries to do.
type Task struct {
	Name string `json:"name"`
	Says string `json:"says"`
}

// Read reads a file. With an error among the findings there is nothing.
func Read(file string, text []byte) (Declared, []prentice.Finding) {
	r := &reading{file: file}
	legible, wrong := markdown.Legible(text, MaxBytes)
	if r.faulty(wrong) {
		return Declared{}, r.findings
	}
	lines := strings.Split(string(legible), "\n")
	front, rest, wrong := markdown.Halves(lines, "prototype")
	if r.faulty(wrong) {
		return Declared{}, r.findings
	}
	r.front(front)
	body, wrong := markdown.Read(lines, rest)
	if !r.faulty(wrong) {
		r.is.Title = titleOf(body)
	}
	if len(r.findings) > 0 {
		return Declared{}, r.findings
	}
	r.is.Text = strings.TrimSpace(strings.Join(lines[min(rest, len(lines)):], "\n"))
	return r.is, nil
}

// Check is what is wrong with a file.
func Check(file string, text []byte) []prentice.Finding {
	_, findings := Read(file, text)
	return findings
}

type reading struct {
	file     string
	is       Declared
	findings []prentice.Finding
}

func (r *reading) faulty(f *markdown.Fault) bool {
	if f != nil {
		r.findings = append(r.findings, prentice.Finding{At: prentice.Pos{File: r.file, Line: f.Line, Column: 1}, Error: true, Text: f.Text, Hint: f.Hint})
	}
	return f != nil
}

func (r *reading) front(text string) {
	s := strict.Reader{Near: nearest.Of}
	top := s.Document([]byte(text))
	if top == nil && len(s.Problems) == 0 {
		s.Wrong(nil, "write key: value lines", "nothing stands here")
	}
	if top != nil {
		r.fields(&s, top)
	}
	for _, p := range s.Problems {
		r.findings = append(r.findings, prentice.Finding{At: prentice.Pos{File: r.file, Line: max(p.Line, 1), Column: max(p.Column, 1)}, Error: true, Text: p.Text, Hint: p.Hint})
	}
}

func (r *reading) fields(s *strict.Reader, top *strict.Node) {
	v := s.Mapping(top, "prototype", "prototype", "question", "technique", "owner", "decide_by", "extended", "tasks", "decision", "reason", "learned", "otherwise")
	needed := func(key, hint string) string {
		return short(s, v[key], key, s.Needed(v[key], top, "prototype", key, hint))
	}
	optional := func(key string) string {
		if v[key] == nil {
			return ""
		}
		return short(s, v[key], key, s.Text(v[key], key))
	}
	is := &r.is
	is.At = prentice.Pos{File: r.file, Line: top.Line, Column: top.Column}
	is.Name = needed("prototype", "add prototype: NAME")
	if is.Name != "" && !ValidName(is.Name) {
		s.Wrong(v["prototype"], "use lower-case letters, digits and dashes, at most 60", "%q cannot name a prototype", clip.Text(is.Name))
	}
	if base := strings.TrimSuffix(path.Base(r.file), ".md"); is.Name != "" && strings.HasSuffix(r.file, ".md") && base != is.Name {
		s.Wrong(v["prototype"], "give the file the name "+clip.Text(is.Name)+".md", "the file is called %s.md and the prototype %q", clip.Text(base), clip.Text(is.Name))
	}
	is.Question = needed("question", "add question: what you want to know, in one sentence that ends with a question mark")
	if is.Question != "" && !strings.HasSuffix(is.Question, "?") {
		s.Wrong(v["question"], "ask one, such as: Do people finish on one page?", "%q is no question", clip.Text(is.Question))
	}
	if t := needed("technique", "add technique: one of those in book/reference/techniques.md; prentice prototype advise recommends one"); t != "" {
		is.Technique = s.Choice(v["technique"], "technique", Keys())
	}
	if owner := needed("owner", "add owner: group/NAME or person/NAME: who decides"); owner != "" {
		ref, err := prentice.ParseRef(owner)
		if err != nil {
			s.Wrong(v["owner"], "write it as group/shop or person/ann", "%q is no ref of an owner", clip.Text(owner))
		}
		is.Owner = ref
	}
	if day := needed("decide_by", "add decide_by: the day by which it is decided, such as 2027-06-30"); day != "" {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			s.Wrong(v["decide_by"], "write it as 2027-06-30", "%q is not a date", clip.Text(day))
		}
		is.DecideBy = at
	}
	is.Extended, is.Learned, is.Otherwise = optional("extended"), optional("learned"), optional("otherwise")
	r.tasks(s, v["tasks"])
	if is.Reason = optional("reason"); v["decision"] != nil {
		is.Decision = s.Choice(v["decision"], "decision", Decisions)
		if is.Reason == "" {
			s.Wrong(v["decision"], "add reason: why, in one sentence", "the decision has no reason")
		}
	} else if is.Reason != "" {
		s.Wrong(v["reason"], "add decision: adopt, drop or change", "there is a reason and no decision")
	}
}

// short refuses a text that fills pages.
func short(s *strict.Reader, n *strict.Node, what, text string) string {
	if len(text) > mostText {
		s.Wrong(n, "say it in a sentence, and the rest below the front matter", "%s has %d characters, at most %d are read", what, len(text), mostText)
		return ""
	}
	return text
}

func (r *reading) tasks(s *strict.Reader, n *strict.Node) {
	list := s.List(n, "tasks")
	if len(list) > mostTasks {
		s.Wrong(n, "ask for fewer", "there are %d tasks, at most %d are read", len(list), mostTasks)
		return
	}
	seen := map[string]bool{}
	for _, one := range list {
		v := s.Mapping(one, "task", "name", "says")
		t := Task{Name: s.Needed(v["name"], one, "task", "name", "add name: a word for it"), Says: s.Needed(v["says"], one, "task", "says", "add says: what a visitor is asked to do")}
		t.Says = short(s, v["says"], "says", t.Says)
		switch {
		case t.Name == "":
		case !ValidName(t.Name):
			s.Wrong(v["name"], "use lower-case letters, digits and dashes, at most 60", "%q cannot name a task", clip.Text(t.Name))
		case seen[t.Name]:
			s.Wrong(v["name"], "keep one of them", "the task %q is there twice", t.Name)
		}
		seen[t.Name] = true
		r.is.Tasks = append(r.is.Tasks, t)
	}
}

// ValidName says whether a text can name a prototype or a task.
func ValidName(s string) bool {
	if s == "" || len(s) > 60 || s[0] == '-' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func titleOf(b markdown.Body) string {
	for n := b.Blocks().FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && h.Level == 1 {
			return clip.Text(strings.TrimSpace(string(h.Lines().Value(b.Source))))
		}
	}
	return ""
}

// InFolder reads the prototypes of a team folder, those without a mistake, and what is
// wrong with the others. Links that lead out of it are not followed.
func InFolder(dir string) (list []Declared, findings []prentice.Finding, err error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, prentice.Errorf(prentice.Unavailable, "the team folder cannot be read: %w", err)
	}
	defer root.Close() //nolint:errcheck // it was only read
	names, err := fs.Glob(root.FS(), Folder+"/*.md")
	if err != nil {
		return nil, nil, prentice.Errorf(prentice.Unavailable, "the prototypes of the team cannot be read: %w", err)
	}
	if len(names) > mostFiles {
		return nil, nil, prentice.Errorf(prentice.Limited, "the team folder has %d prototypes, at most %d are read", len(names), mostFiles).Try("remove the files of those that are decided: their ledger stays")
	}
	for _, name := range names {
		text, err := readIn(root, name)
		if err != nil {
			findings = append(findings, prentice.Finding{At: prentice.Pos{File: name, Line: 1, Column: 1}, Error: true, Text: "it cannot be read: " + err.Error(), Hint: "put a plain file there; links must stay within the team folder"})
			continue
		}
		one, wrong := Read(name, text)
		if findings = append(findings, wrong...); len(wrong) == 0 {
			list = append(list, one)
		}
	}
	return list, findings, nil
}

// readIn reads a plain file, at most one byte more than Read accepts, which then says so.
func readIn(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, errors.New("it is not a plain file"))
	}
	return io.ReadAll(io.LimitReader(f, MaxBytes+1))
}
