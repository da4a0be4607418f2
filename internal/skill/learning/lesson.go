package learning

import (
	"context"
	"time"

	"prentice"
)

// exercise is what the lesson of a topic has people do, and how it is seen that it was
// done. Either what they did is in the evidence, or they answer a question of which the
// team's own data knows the answer.
type exercise struct {
	ask   string // what --answer answers; "" is answered by what was done
	check func(ctx context.Context, a attempt) (finding, error)
}

// attempt is one person's try at an exercise.
type attempt struct {
	Deps
	who    prentice.Ref
	answer string
	now    time.Time
}

// finding is what was found: what is missing, or what shows that nothing is.
type finding struct{ missing, proof string }

func lacks(what string) (finding, error)   { return finding{missing: what}, nil }
func shownBy(what string) (finding, error) { return finding{proof: what}, nil }

// exercises are those of the topics.
var exercises = map[string]exercise{
	"support":      {check: handledAnIncident},
	"supervision":  {check: askedAndSawItWait},
	"prototyping":  {check: triedACommand},
	"integration":  {check: sentTwice},
	"userfocus":    {check: wroteWhatUsersFelt},
	"security":     {check: madeANarrowToken},
	"availability": {ask: "Which service may fail the most checks in a row before it counts as down?", check: knows("prentice catalog show service/NAME", mostPatient)},
	"capacity":     {ask: "Which host carries the most services?", check: knows("prentice catalog list", busiestHost)},
	"automation":   {ask: "Which procedure runs by itself at a certain time?", check: knows("prentice schedule list", scheduled)},
	"standards":    {ask: "On which day is the first procedure due for review?", check: knows("prentice procedure show NAME", firstReview)},
	"build":        {ask: "Which procedure changes something and has no Undo section?", check: knows("prentice procedure show NAME", withoutUndo)},
	"design":       {ask: "Which service takes another with it when it breaks?", check: knows("prentice catalog show service/NAME", neededByOthers)},
	"environments": {ask: "Which version of prentice is this?", check: knows("prentice version", thisVersion)},
	"codecontrol":  {ask: "What are the first 12 digits of the hash of the policy in force?", check: knows("prentice policy show", policyInForce)},
}

// Checked is how an exercise stands after it was looked at.
type Checked struct {
	Topic   string    `json:"topic"`
	Done    bool      `json:"done"`
	Ask     string    `json:"ask,omitempty"`     // the question that is answered
	Missing string    `json:"missing,omitempty"` // what is still to be done
	Proof   string    `json:"proof,omitempty"`   // what shows that it was done
	At      time.Time `json:"at,omitzero"`       // when it was done first
}

// check looks whether someone has done the exercise of a topic, and keeps it for them.
func (d Deps) check(ctx context.Context, topic string, a attempt) (Checked, error) {
	line, err := framework().find(topic)
	if err != nil {
		return Checked{}, err
	}
	c := Checked{Topic: line.Topic, Ask: exercises[line.Topic].ask}
	if c.Ask == "" && a.answer != "" {
		return c, prentice.Errorf(prentice.Invalid, "the exercise of %s asks no question", line.Topic).Try("do what it says, then: prentice lesson check %s", line.Topic)
	}
	if d.Lines == nil || d.Progress == nil {
		return c, prentice.Errorf(prentice.Unavailable, "there is no team here, so no exercise can be checked").Try("start the sample team with: prentice up --demo")
	}
	found, err := exercises[line.Topic].check(ctx, a)
	if err != nil || found.missing != "" {
		c.Missing = found.missing
		return c, err
	}
	if err := d.Progress.Keep(ctx, a.who, Done{line.Topic, a.now}); err != nil {
		return c, err
	}
	c.Done, c.Proof = true, found.proof
	done, err := d.done(ctx, a.who)
	for _, one := range done {
		if one.Topic == line.Topic {
			c.At = one.At
		}
	}
	return c, err
}

// done are the lessons that someone has done.
func (d Deps) done(ctx context.Context, who prentice.Ref) ([]Done, error) {
	if d.Progress == nil {
		return nil, nil
	}
	return d.Progress.Of(ctx, who)
}
