package learning

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/inbox"
	"prentice/internal/engine/ledger"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/run"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/team"
)

//go:embed pages/*.html schema/*.sql
var files embed.FS

// Chapter is another chapter of prentice, as far as it explains itself.
type Chapter struct {
	Name, Sentence string
	Of             string // the chapter that it is a part of, or ""
	Explain        func(context.Context) (string, error)
}

// Deps is what the chapter reads. Without a Catalog there is no team to tell of.
type Deps struct {
	Clock      func() time.Time
	Glossary   string  // the book's
	Door       op.Door // where things are asked for, as the reader; nil: there is nothing to explain
	Ops        func() []op.Op
	Explainers func() []op.Explainer
	Chapters   func() []Chapter
	Catalog    func() *team.Catalog
	Procedures func() []prentice.Procedure
	Troubles   func() []prentice.Finding
	Rules      func() int
	Runs       func(context.Context, run.Filter) ([]prentice.Run, error)
	Events     func(context.Context, inbox.Filter) ([]prentice.EventRecord, error)
	Notices    func(context.Context, notice.State) (int, error)
	Outages    func(ctx context.Context, since, now time.Time) ([]Outage, error)

	Progress Progress // nil keeps none
	Lines    func(context.Context, ledger.Filter) ([]prentice.Evidence, error)
	Head     func(context.Context) (ledger.Head, error)
	Version  string        // of this program
	Policy   func() string // the hash of the one in force
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	return skill.Skill{
		Name: "learning",
		Ops:  nouns.Of(slices.Concat([]op.Op{explainOp(d), d.findOp(), roleOp()}, d.lessonOps(), d.recordOps())),
		Pages: []op.Page{
			{Path: "/explain", Op: "explain", Template: "explain.html", Title: "The role", Nav: "Explain", Key: "w", Order: 90, Group: op.Governance},
			{Path: "/explain/{topic}", Op: "explain", Template: "explain.html", Title: "Explain"},
			{Path: "/explain/{topic}/{word}", Op: "explain", Template: "explain.html", Title: "Explain"},
			{Path: "/lessons", Op: "lesson.list", Template: "lessons.html", Title: "Lessons"},
			{Path: "/learning", Op: "learning.show", Template: "learning.html", Title: "Your learning record"},
		},
		Files: files,
	}
}

type explainIn struct {
	Topic   string   `json:"topic,omitempty" arg:"1" doc:"The topic to explain, or a thing such as run/7; without it, the role line by line." example:"supervision" maxLength:"200"`
	Word    string   `json:"word,omitempty" arg:"2" doc:"With term: the word of the glossary to explain. With error: the code or the text. With a kind: which thing of it." example:"canary" maxLength:"4000"`
	Rest    []string `json:"rest,omitempty" arg:"3" doc:"With error: more words of the text." maxItems:"500" maxLength:"4000"`
	Lesson  bool     `json:"lesson,omitempty" doc:"The lesson of the topic: a principle, an exercise and questions."`
	Answers bool     `json:"answers,omitempty" doc:"With lesson: the answers to its questions as well."`
	For     string   `json:"for,omitempty" doc:"Who reads: it changes the order of the parts, never a fact." enum:"junior,lead,auditor" default:"junior"`
}

// check refuses what would have no effect.
func (in explainIn) check() error {
	if len(in.Rest) > 0 && in.Topic != "error" {
		return prentice.Errorf(prentice.Invalid, "%s %s %s is not a topic", in.Topic, in.Word, strings.Join(in.Rest, " ")).Try("name one: prentice explain")
	}
	if in.Word != "" && in.Topic != "term" && in.Topic != "error" {
		return prentice.Errorf(prentice.Invalid, "%s %s is not a topic", in.Topic, in.Word).Try("a word of the glossary is explained by: prentice explain term %s", in.Word)
	}
	if in.Lesson && (in.Topic == "" || in.Topic == "term" || in.Topic == "error") {
		return noLesson()
	}
	if in.Answers && !in.Lesson {
		return prentice.Errorf(prentice.Invalid, "answers belong to a lesson").Try("ask for it as well, such as: prentice explain %s --lesson --answers", cmp.Or(in.Topic, "support"))
	}
	return nil
}

func noLesson() error {
	return prentice.Errorf(prentice.Invalid, "a lesson is of one topic").Try("name it, such as: prentice explain %s --lesson", framework().Lines[0].Topic)
}

// Explained is a topic, told with this team's own data, a thing, or the role line by line.
type Explained struct {
	Topic     string       `json:"topic,omitempty"`
	Ref       prentice.Ref `json:"ref,omitempty"` // of a thing
	Title     string       `json:"title"`
	Of        string       `json:"of,omitempty"` // what the role asks for
	Markdown  string       `json:"markdown"`
	Parts     []Part       `json:"parts,omitempty"` // of the text, in its order
	Questions []Question   `json:"questions,omitempty"`
	Answers   bool         `json:"answers,omitempty"` // are shown in the text as well
	Lesson    *Lesson      `json:"lesson,omitempty"`  // how it stands for the one who asks
	Lines     []Line       `json:"lines,omitempty"`   // of the role
}

// Part is one of the parts in which each topic, or thing, is told.
type Part struct {
	Title string `json:"title"`
	Text  string `json:"text"`           // Markdown
	Key   string `json:"part,omitempty"` // of a thing: what, why, happened, uncertain, next or words
}

// Prose is the text as a document of its own, its headings from the first level on.
func (p Part) Prose() string {
	return strings.TrimPrefix(strings.ReplaceAll("\n"+p.Text, "\n### ", "\n# "), "\n")
}

// Text implements op.Texter.
func (e Explained) Text() string {
	text := e.Document()
	if e.Ref != "" || e.Topic == "error" {
		text = unquoted(text)
	}
	if len(e.Questions) == 0 {
		return text
	}
	var asked, answers strings.Builder
	for i, q := range e.Questions {
		fmt.Fprintf(&asked, "%d. %s\n", i+1, q.Ask)
		fmt.Fprintf(&answers, "%d. %s\n", i+1, q.Answer)
	}
	text += "\nQuestions:\n\n" + asked.String()
	if !e.Answers {
		return text + fmt.Sprintf("\nThe answers: prentice explain %s --lesson --answers\n", e.Topic)
	}
	return text + "\nAnswers:\n\n" + answers.String()
}

var _ op.Documenter = Explained{}

func explainOp(d Deps) op.Op {
	return op.New("explain", prentice.Look, prentice.Viewer, "Explain a topic of the role or a thing, from this team's own data.",
		func(ctx context.Context, c op.Call, in explainIn) (Explained, error) {
			if ref, ok := d.thing(in); ok {
				if in.Lesson {
					return Explained{}, noLesson()
				}
				return d.explainThing(ctx, c, ref, in.For)
			}
			if err := in.check(); err != nil {
				return Explained{}, err
			}
			switch in.Topic {
			case "", "list":
				return framework().role(), nil
			case "term":
				return d.explainTerm(in.Word)
			case "error":
				return explainError(strings.Join(append([]string{in.Word}, in.Rest...), " "), in.For)
			}
			e, err := d.explain(ctx, in)
			if err == nil && in.Lesson {
				e.Answers = in.Answers
				e.Lesson, err = d.lessonOf(ctx, c.Actor, e)
			}
			return e, err
		}).WithExample("prentice explain run/7 --for auditor").
		WithHelp("A thing is named as kind/name: run/7, incident/3, service/checkout, procedure/restart-service, approval/7 or decision/7 (of run 7), and so on for all that has a page. " +
			"Each is told in the same parts: what it is, why it stands as it does, what happened, what is uncertain, and what can be done. Who may not see it may not have it explained. " +
			"explain error takes a code (refused, 5, 409, cooldown) or a text as it was printed, and says what it means, why it usually comes and what to do. " +
			"With -o markdown it is Markdown, and with -o html one page that needs nothing else, also for paper.")
}

// role is the role line by line.
func (f Framework) role() Explained {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", f.Roles[junior].Title, f.Roles[junior].Summary)
	for _, l := range f.Lines {
		fmt.Fprintf(&b, "- **%s**: %s. Here: %s; see `prentice explain %s`.\n", l.Topic, l.Of, cmp.Or(l.Now, "it is explained; nothing does it yet"), l.Topic)
	}
	return Explained{Title: "The role, line by line", Lines: f.Lines, Markdown: b.String() + f.from()}
}

// Book is the chapter of the book about the role, made of the same data.
func Book() string {
	f := framework()
	var b strings.Builder
	fmt.Fprintf(&b, "The work of a junior DevOps engineer, as the [capability framework](%s) of the UK government has it. Each line is to be a skill of prentice; this is what it does for each now, and what is still missing. The same is told from your own data by `prentice explain`.\n\n", f.Source)
	b.WriteString("| the role asks to | skill | now | not yet |\n|---|---|---|---|\n")
	for _, l := range f.Lines {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", l.Of, l.Topic, cmp.Or(l.Now, "–"), l.Later)
	}
	return b.String() + "\n#" + f.tellRole(f.Roles[junior])
}

type roleIn struct {
	Name string `json:"name,omitempty" arg:"1" doc:"A role or a skill of the framework; without it, the role that prentice has." example:"support" maxLength:"60"`
}

// Shown is a role or a skill of the framework.
type Shown struct {
	Title    string `json:"title"`
	Markdown string `json:"markdown"`
}

// Text implements op.Texter.
func (s Shown) Text() string { return strings.TrimSpace(s.Markdown) + "\n" }

func roleOp() op.Op {
	return op.New("role.show", prentice.Look, prentice.Viewer, "Show a role or a skill of the capability framework.",
		func(_ context.Context, _ op.Call, in roleIn) (Shown, error) {
			title, text, err := framework().tell(in.Name)
			return Shown{title, text}, err
		}).WithExample("prentice role show support").WithoutState()
}
