package codecontrol

import (
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/push"
	"prentice/internal/kit/diff"
	"prentice/internal/op"
)

// ChangeList is changes, the newest first.
type ChangeList struct {
	Changes []ChangeLine `json:"changes"`
	More    string       `json:"next,omitempty"`
}

// ChangeLine is a change in a list.
type ChangeLine struct {
	change.Change
	Ref     prentice.Ref `json:"ref"`
	Yes     int          `json:"yes"` // approvals that count for the newest patch set, by its own word
	No      int          `json:"no"`
	Threads int          `json:"threads"` // that are open
	Asked   bool         `json:"asked"`   // who reads was asked to look at it
}

// Table implements op.Tabler.
func (l ChangeList) Table() (head []string, rows [][]string) {
	head = []string{"CHANGE", "STATE", "FOR", "TITLE", "OWNER", "PATCH SET", "YES", "NO", "OPEN THREADS", "UPDATED"}
	for _, c := range l.Changes {
		rows = append(rows, []string{string(c.Ref), string(c.State), c.Repository + " " + c.Branch, push.Plain(c.Title), string(c.Owner), fmt.Sprint(c.PatchSet), fmt.Sprint(c.Yes), fmt.Sprint(c.No), fmt.Sprint(c.Threads), op.At(c.Updated)})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (l ChangeList) Empty() string {
	return "no changes. Propose one: git push origin HEAD:refs/for/main"
}

// Next implements op.Pager.
func (l ChangeList) Next() string { return l.More }

// Text implements op.Texter.
func (s ChangeShown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n%s %s, patch set %d of %d, by %s\n", s.Ref, push.Plain(s.Title), s.Repository, s.Branch, s.Set.Number, s.PatchSet, s.Owner)
	fmt.Fprintf(&b, "it is %s", s.State)
	if s.Landed != "" {
		fmt.Fprintf(&b, " as %.12s", s.Landed)
	}
	if s.Why != "" {
		fmt.Fprintf(&b, ": %s", push.Plain(s.Why))
	}
	if p := s.Pull; p != nil {
		fmt.Fprintf(&b, "\npull request %d of %s on its forge: %s", p.Pull, push.Plain(p.Author), p.Page)
	}
	b.WriteString("\n")
	if s.Says != "" {
		b.WriteString("\n" + indented(s.Says) + "\n")
	}
	for _, c := range s.Stack {
		fmt.Fprintf(&b, "stands on %s (%s)  %s\n", c.Ref(), c.State, push.Plain(c.Title))
	}
	if s.Going() {
		b.WriteString("\n" + s.Landing.text())
	}
	fmt.Fprintf(&b, "\n%s, +%d -%d\n", op.Count(len(s.Files)+s.More, "file", "files"), s.Plus, s.Minus)
	for _, f := range s.Files[:min(len(s.Files), 40)] {
		fmt.Fprintf(&b, "  %-8s +%-4d -%-4d %s\n", f.Kind, f.Plus, f.Minus, push.Plain(f.Path))
	}
	for _, v := range s.Votes {
		says := "no"
		if v.Yes {
			says = "yes"
		}
		fmt.Fprintf(&b, "%s: %s, patch set %d  %s\n", v.By, says, v.PatchSet, push.Plain(v.Reason))
	}
	for _, t := range s.Threads {
		fmt.Fprintf(&b, "\n%s", threadText(t))
	}
	fmt.Fprintf(&b, "\nGet it: %s\nRead it: prentice change diff %d\n", s.Fetch, s.Number)
	return b.String()
}

func indented(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString("  " + push.Plain(line) + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// text says what is missing before it can land.
func (l Landing) text() string {
	var b strings.Builder
	switch l.May {
	case prentice.Pass:
		b.WriteString("● it may land\n")
	case prentice.Fail:
		b.WriteString("✕ it may not land yet\n")
	default:
		b.WriteString("◇ whether it may land is not known\n")
	}
	for _, n := range l.Missing {
		sign := "✕"
		if n.Truth != prentice.Fail {
			sign = "◇"
		}
		fmt.Fprintf(&b, "%s %s: %s\n    %s\n", sign, n.Claim, n.Says, push.Plain(n.Reason))
		if n.Resolve != "" {
			fmt.Fprintf(&b, "    → %s\n", push.Plain(n.Resolve))
		}
		if n.Produce != "" {
			fmt.Fprintf(&b, "    → %s\n", n.Produce)
		}
	}
	return b.String()
}

func threadText(t change.Thread) string {
	var b strings.Builder
	where := "on the change"
	if t.File != "" {
		where = push.Plain(t.File)
		if t.Now > 0 {
			where += fmt.Sprintf(":%d", t.Now)
		}
	}
	state := "resolved"
	if t.Open {
		state = "open"
	}
	fmt.Fprintf(&b, "comment %d, %s, %s\n", t.Number, where, state)
	for _, c := range append([]change.Comment{t.Comment}, t.Replies...) {
		draft := ""
		if c.Draft {
			draft = " (draft)"
		}
		fmt.Fprintf(&b, "  %s%s:\n%s", c.By, draft, indented(indented(c.Text)))
	}
	return b.String()
}

// Text implements op.Texter: the lines alone.
func (d ChangeDiff) Text() string {
	var b strings.Builder
	files := make([]diff.File, len(d.Files))
	for i, f := range d.Files {
		files[i] = f.File
	}
	b.WriteString(diff.Unified(files, lineOfCode))
	if d.More > 0 {
		fmt.Fprintf(&b, "%d more files are not shown\n", d.More)
	}
	if len(files) == 0 {
		b.WriteString("nothing is changed\n")
	}
	return b.String()
}

// lineOfCode is a line as a terminal can show it: tabs stay.
func lineOfCode(s string) string {
	parts := strings.Split(s, "\t")
	for i := range parts {
		parts[i] = push.Plain(parts[i])
	}
	return strings.Join(parts, "\t")
}

// ChangeDone is a change after something was done to it.
type ChangeDone struct {
	change.Change
	Ref  prentice.Ref `json:"ref"`
	Done string       `json:"done"` // what was
}

// Text implements op.Texter.
func (d ChangeDone) Text() string { return fmt.Sprintf("%s  %s\n", d.Ref, d.Done) }

// Commented is a comment after it was kept.
type Commented struct {
	change.Comment
	Ref prentice.Ref `json:"ref"` // the change
}

// Text implements op.Texter.
func (c Commented) Text() string {
	if c.Draft {
		return fmt.Sprintf("%s  comment %d is a draft that you alone see; send all of yours with: prentice change send %s\n", c.Ref, c.Number, c.Ref.Name())
	}
	return fmt.Sprintf("%s  comment %d\n", c.Ref, c.Number)
}

// Checkout is how a patch set is got.
type Checkout struct {
	Ref     prentice.Ref `json:"ref"`
	Name    string       `json:"name"` // of the ref in the repository
	Commit  string       `json:"commit"`
	Command string       `json:"command"`
}

// Text implements op.Texter.
func (c Checkout) Text() string {
	return fmt.Sprintf("%s\n\nIn a clone, or all at once: eval \"$(prentice change checkout %s --quiet)\"\n", c.Command, c.Ref.Name())
}

// Quiet implements op.Quieter.
func (c Checkout) Quiet() string { return c.Command }

var (
	_ op.Tabler  = ChangeList{}
	_ op.Emptier = ChangeList{}
	_ op.Pager   = ChangeList{}
	_ op.Texter  = ChangeShown{}
	_ op.Texter  = ChangeDiff{}
	_ op.Texter  = ChangeDone{}
	_ op.Texter  = Commented{}
	_ op.Quieter = Checkout{}
)
