package codecontrol

import (
	"fmt"
	"strings"

	"prentice/internal/engine/code"
	"prentice/internal/engine/push"
	"prentice/internal/kit/diff"
	"prentice/internal/op"
)

// Table implements op.Tabler.
func (t CodeTree) Table() (head []string, rows [][]string) {
	for _, e := range t.Entries {
		name, last, size := push.Plain(e.Path), "", ""
		if e.Kind == code.Folder {
			name += "/"
		} else {
			size = fmt.Sprint(e.Size)
		}
		if e.Last != nil {
			last = fmt.Sprintf("%.10s %s", e.Last.ID, push.Plain(e.Last.Subject))
		}
		rows = append(rows, []string{name, string(e.Kind), size, last})
	}
	if t.More > 0 {
		rows = append(rows, []string{fmt.Sprintf("%d more", t.More), "", "", ""})
	}
	return []string{"PATH", "KIND", "BYTES", "LAST CHANGED BY"}, rows
}

// Empty implements op.Emptier.
func (t CodeTree) Empty() string {
	return "no commit yet. Push the first one: prentice repository clone " + t.Repository + " says where to"
}

// Text implements op.Texter: the lines alone.
func (f CodeSource) Text() string {
	if f.Not != "" {
		return "its lines are not shown: " + f.Not + "\n"
	}
	return lines(f.Content)
}

func lines(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		b.WriteString(lineOfCode(strings.TrimSuffix(line, "\r")) + "\n")
	}
	return b.String()
}

// Text implements op.Texter.
func (c CodeBlame) Text() string {
	if c.Not != "" {
		return "its lines are not shown: " + c.Not + "\n"
	}
	var b strings.Builder
	for _, p := range c.Parts {
		for i, line := range p.Lines {
			fmt.Fprintf(&b, "%.10s %-16.16s %s %5d  %s\n", p.ID, push.Plain(p.Author), p.Time.Format("2006-01-02"), p.Line+i, lineOfCode(line))
		}
	}
	return b.String()
}

// Table implements op.Tabler.
func (l CodeLog) Table() (head []string, rows [][]string) {
	for _, c := range l.Commits {
		rows = append(rows, []string{fmt.Sprintf("%.12s", c.ID), op.At(c.Time), push.Plain(c.Author), push.Plain(c.Subject)})
	}
	return []string{"COMMIT", "WHEN", "AUTHOR", "SUBJECT"}, rows
}

// Empty implements op.Emptier.
func (l CodeLog) Empty() string {
	if l.Commit == "" {
		return CodeTree{Spot: l.Spot}.Empty()
	}
	return "no commit changed it"
}

// Next implements op.Pager.
func (l CodeLog) Next() string {
	if l.More == 0 {
		return ""
	}
	return fmt.Sprint(l.More)
}

// Text implements op.Texter.
func (c CodeCommit) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "commit %s\nby %s, %s\n\n%s\n%s, +%d -%d\n\n", c.Commit, push.Plain(c.Author), op.At(c.Time), indented(strings.TrimSpace(c.Message)), op.Count(len(c.Files)+c.MoreFiles, "file", "files"), c.Plus, c.Minus)
	return b.String() + unified(c.Files, c.MoreFiles)
}

// unified are files that differ, those that are folded by name.
func unified(list []FileShown, more int) string {
	var b strings.Builder
	files := make([]diff.File, len(list))
	for i, f := range list {
		files[i] = f.File
	}
	b.WriteString(diff.Unified(files, lineOfCode))
	if more > 0 {
		fmt.Fprintf(&b, "%d more files are not shown\n", more)
	}
	return b.String()
}

// Text implements op.Texter.
func (c CodeCompare) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s has, beside %s since %.12s:\n", push.Plain(c.At), push.Plain(c.From), c.Base)
	for _, one := range c.Ahead {
		fmt.Fprintf(&b, "  %.12s %s\n", one.ID, push.Plain(one.Subject))
	}
	fmt.Fprintf(&b, "%s, +%d -%d\n\n", op.Count(len(c.Files)+c.MoreFiles, "file", "files"), c.Plus, c.Minus)
	return b.String() + unified(c.Files, c.MoreFiles)
}

// Table implements op.Tabler.
func (f CodeFound) Table() (head []string, rows [][]string) {
	for _, m := range f.Matches {
		rows = append(rows, []string{fmt.Sprintf("%s:%d", push.Plain(m.Path), m.Line), push.Plain(strings.TrimSpace(m.Text))})
	}
	if !f.Whole {
		rows = append(rows, []string{"…", "it was not looked at all of it: say more, or name a path"})
	}
	return []string{"WHERE", "LINE"}, rows
}

// Empty implements op.Emptier.
func (f CodeFound) Empty() string {
	if f.Text == "" {
		return "nothing was searched for. Try: prentice code search " + f.Repository + " TEXT"
	}
	return "no line has it"
}

// Table implements op.Tabler.
func (r CodeRefs) Table() (head []string, rows [][]string) {
	for i, list := range [][]code.Pointer{r.Branches, r.Tags} {
		for _, p := range list {
			rows = append(rows, []string{push.Plain(p.Name), []string{"branch", "tag"}[i], fmt.Sprintf("%.12s", p.Commit.ID), op.At(p.Commit.Time), push.Plain(p.Commit.Subject)})
		}
	}
	return []string{"NAME", "KIND", "COMMIT", "CHANGED", "SUBJECT"}, rows
}

// Empty implements op.Emptier.
func (r CodeRefs) Empty() string { return CodeTree{Spot: r.Spot}.Empty() }

var (
	_ op.Tabler  = CodeTree{}
	_ op.Emptier = CodeTree{}
	_ op.Texter  = CodeSource{}
	_ op.Texter  = CodeBlame{}
	_ op.Tabler  = CodeLog{}
	_ op.Pager   = CodeLog{}
	_ op.Texter  = CodeCommit{}
	_ op.Texter  = CodeCompare{}
	_ op.Tabler  = CodeFound{}
	_ op.Tabler  = CodeRefs{}
)
