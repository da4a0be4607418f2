package learning

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/op"
)

type lessonIn struct {
	Topic  string `json:"topic" arg:"1" doc:"The topic of the lesson." example:"support" maxLength:"60"`
	Answer string `json:"answer,omitempty" doc:"Your answer, where the exercise asks a question." example:"checkout" maxLength:"200"`
}

func (d Deps) lessonOps() []op.Op {
	return []op.Op{
		op.New("lesson.list", prentice.Look, prentice.Viewer, "List the lessons, and which of them you have done.", d.listLessons).WithExample("prentice lesson list").
			WithHelp("The text of a lesson is shown by prentice explain TOPIC --lesson. Which you have done is kept for you alone, and goes when you leave the team."),
		op.New("lesson.check", prentice.Look, prentice.Viewer, "Check whether you have done the exercise of a lesson, and say what is missing.", d.checkLesson).ThatKeeps().
			WithExample("prentice lesson check support").
			WithHelp("It looks at what you did in the last 30 days, or compares your answer with the team's data. Ends with exit code 9 when something is missing."),
	}
}

// Lessons are all lessons, with when the one who asks has done each.
type Lessons struct {
	Lessons []Lesson `json:"lessons"`
}

// Lesson is a lesson by its topic.
type Lesson struct {
	Topic string `json:"topic"`
	Title string `json:"title"`
	Ask   string `json:"ask,omitempty"`
	Done  *Done  `json:"done,omitempty"`
}

func (d Deps) listLessons(ctx context.Context, c op.Call, _ nothing) (Lessons, error) {
	out := Lessons{Lessons: []Lesson{}}
	if err := isPerson(c.Actor); err != nil {
		return out, err
	}
	done, err := d.done(ctx, c.Actor.Ref())
	if err != nil {
		return out, err
	}
	for _, line := range framework().Lines {
		t, err := readTopic(line.Topic)
		if err != nil {
			return out, err
		}
		out.Lessons = append(out.Lessons, Lesson{line.Topic, t.title, exercises[line.Topic].ask, doneOf(done, line.Topic)})
	}
	return out, nil
}

// lessonOf is how a lesson stands for the one who asks; nil for programs, which do none.
func (d Deps) lessonOf(ctx context.Context, who prentice.Actor, e Explained) (*Lesson, error) {
	if who.Kind != prentice.Person {
		return nil, nil
	}
	done, err := d.done(ctx, who.Ref())
	return &Lesson{e.Topic, e.Title, exercises[e.Topic].ask, doneOf(done, e.Topic)}, err
}

func doneOf(done []Done, topic string) *Done {
	for _, d := range done {
		if d.Topic == topic {
			return &d
		}
	}
	return nil
}

func (d Deps) checkLesson(ctx context.Context, c op.Call, in lessonIn) (Checked, error) {
	if err := isPerson(c.Actor); err != nil {
		return Checked{}, err
	}
	return d.check(ctx, in.Topic, attempt{Deps: d, who: c.Actor.Ref(), answer: in.Answer, now: c.Now})
}

// Table implements op.Tabler.
func (l Lessons) Table() (head []string, rows [][]string) {
	for _, one := range l.Lessons {
		done := "not yet"
		if one.Done != nil {
			done = op.Cell(one.Done.At)
		}
		rows = append(rows, []string{one.Topic, one.Title, done})
	}
	return []string{"TOPIC", "LESSON", "DONE (UTC)"}, rows
}

// Text implements op.Texter.
func (c Checked) Text() string {
	if c.Done {
		return fmt.Sprintf("● The exercise of %s is done: %s. You did it first at %s.\n", c.Topic, c.Proof, stamp(c.At))
	}
	text := fmt.Sprintf("○ The exercise of %s is not done: %s.\n", c.Topic, c.Missing)
	if c.Ask != "" {
		text += "  The question: " + c.Ask + "\n"
	}
	return text
}

// ExitCode implements op.Ender.
func (c Checked) ExitCode() int {
	if c.Done {
		return 0
	}
	return op.NotWell
}

var (
	_ op.Tabler = Lessons{}
	_ op.Texter = Checked{}
	_ op.Ender  = Checked{}
)
