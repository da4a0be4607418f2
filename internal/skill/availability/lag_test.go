package availability

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestThatLooksAreLateIsToldOnceAndWhenTheyAreNot(t *testing.T) {
	var g lag
	now := time.Date(2026, 3, 29, 0, 59, 0, 0, time.UTC)
	var told []int
	for second, worst := range []time.Duration{10: 6 * time.Second, 12: 0, 20: 9 * time.Second, 119: 0} {
		switch {
		case second > 12 && second < 20:
			worst = 0
		case second > 20 && second < 70:
			worst = 9 * time.Second
		}
		var tell bool
		if g, tell = g.at(now.Add(time.Duration(second)*time.Second), worst); tell {
			told = append(told, second)
		}
	}
	if len(told) != 2 || told[0] != 50 || told[1] != 100 {
		t.Errorf("it was told at second %v; it is late from 20 to 70", told)
	}
}

func TestPrenticeWorksOnlyWhileItLooksAndWrites(t *testing.T) {
	l := NewLookout(Deps{Alive: &Alive{Every: time.Minute}})
	if l.works(t.Context()) == nil {
		t.Error("what does not look is said to work")
	}
	now := time.Now()
	l.looks, l.beganAt = true, now
	if err := l.works(t.Context()); err != nil {
		t.Errorf("without a probe it is said not to work: %v", err)
	}
	w := &watched{key: key{"service/a", "web"}, due: now.Add(time.Second)}
	l.all[w.key] = w
	if err := l.works(t.Context()); err != nil {
		t.Errorf("what begins now is said not to work: %v", err)
	}
	w.due = now.Add(-behindAfter)
	if l.works(t.Context()) == nil {
		t.Error("what is late is said to work")
	}
	w.due, l.beganAt = now.Add(time.Second), now.Add(-time.Hour)
	if l.works(t.Context()) == nil {
		t.Error("what writes nothing is said to work")
	}
	l.keptAt = now
	if err := l.works(t.Context()); err != nil {
		t.Errorf("what has written is said not to work: %v", err)
	}
	l.Alive.Ready = func(context.Context) error { return errors.New("the disk is full") }
	if l.works(t.Context()) == nil {
		t.Error("what is not ready is said to work")
	}
}
