package term

import (
	"io"
	"strings"
)

// Table is a head and rows of text. Hue, if there is one, says how a cell is
// painted.
type Table struct {
	Head []string
	Rows [][]string
	Hue  func(cell string) Hue
	Cut  bool // on a terminal the last column is cut to what is left of the width
}

const gap = 2 // columns between two cells

// Table prints a table with aligned columns and no white space at the end of a
// line. On a terminal that is too narrow, cells fold at spaces; when even that
// is not enough, every row becomes a paragraph with a line for each cell. Text
// in cells is made safe here.
func (s Screen) Table(w io.Writer, t Table) error {
	head, rows := clean(t.Head, t.Rows)
	if t.Cut {
		s.cut(head, rows)
	}
	var b strings.Builder
	widths, fits := s.columns(head, rows)
	switch {
	case !fits:
		s.paragraphs(&b, t, head, rows)
	default:
		if len(head) > 0 {
			s.row(&b, widths, head, func(string) Hue { return Head })
		}
		for _, row := range rows {
			s.row(&b, widths, row, t.Hue)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// leastCut is how much of a cell is left at least where it is cut.
const leastCut = 24

// cut shortens the last column to what the others leave of the width, at a space, so
// that a row is a line. A cell that is one word stays whole, and a table whose other
// columns need the width is not cut.
func (s Screen) cut(head []string, rows [][]string) {
	last := len(head) - 1
	if s.Width == 0 || last < 1 {
		return
	}
	used := 0
	for i := range last {
		w := Width(head[i])
		for _, row := range rows {
			w = max(w, Width(row[i]))
		}
		used += w + gap
	}
	room := s.Width - used
	if room < leastCut {
		return
	}
	for _, row := range rows {
		if cell := row[last]; Width(cell) > room && strings.Contains(cell, " ") {
			row[last] = fold(cell, room-2)[0] + " …"
		}
	}
}

// clean makes every cell one safe line and every row as long as the longest.
func clean(head []string, rows [][]string) ([]string, [][]string) {
	n := len(head)
	for _, row := range rows {
		n = max(n, len(row))
	}
	line := func(row []string, upper bool) []string {
		cells := make([]string, n)
		for i, cell := range row {
			cells[i] = Line(cell)
			if upper {
				cells[i] = strings.ToUpper(cells[i])
			}
		}
		return cells
	}
	tidy := make([][]string, len(rows))
	for i, row := range rows {
		tidy[i] = line(row, false)
	}
	if len(head) == 0 {
		return nil, tidy
	}
	return line(head, true), tidy
}

// columns says how wide each column is, and whether they fit on the screen.
func (s Screen) columns(head []string, rows [][]string) (widths []int, fits bool) {
	all := rows
	if head != nil {
		all = append([][]string{head}, rows...)
	}
	if len(all) == 0 {
		return nil, true
	}
	n := len(all[0])
	widths, least := make([]int, n), make([]int, n)
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], Width(cell))
			least[i] = max(least[i], longestWord(cell))
		}
	}
	if s.Width == 0 {
		return widths, true
	}
	over := -s.Width + gap*(n-1)
	for _, w := range widths {
		over += w
	}
	for over > 0 { // the column that can give the most gives one
		most := -1
		for i := range widths {
			if widths[i] > least[i] && (most < 0 || widths[i] > widths[most]) {
				most = i
			}
		}
		if most < 0 {
			return nil, false
		}
		widths[most]--
		over--
	}
	return widths, true
}

// row prints one row, on as many lines as its tallest cell.
func (s Screen) row(b *strings.Builder, widths []int, row []string, hue func(string) Hue) {
	cells, tall := make([][]string, len(row)), 1
	for i, cell := range row {
		cells[i] = []string{cell}
		if Width(cell) > widths[i] {
			cells[i] = fold(cell, widths[i])
		}
		tall = max(tall, len(cells[i]))
	}
	for line := range tall {
		blank := 0 // columns owed before the next text; never paid at the end of a line
		for i := range cells {
			if line < len(cells[i]) && cells[i][line] != "" {
				text := cells[i][line]
				b.WriteString(strings.Repeat(" ", blank))
				b.WriteString(s.paint(hue, row[i], text))
				blank = widths[i] - Width(text)
			} else {
				blank += widths[i]
			}
			blank += gap
		}
		b.WriteByte('\n')
	}
}

// paragraphs prints each row as lines of "NAME  cell"; a cell that is too wide
// starts on the line below its name.
func (s Screen) paragraphs(b *strings.Builder, t Table, head []string, rows [][]string) {
	label := 0
	for _, name := range head {
		label = max(label, Width(name))
	}
	for n, row := range rows {
		if n > 0 {
			b.WriteByte('\n')
		}
		for i, cell := range row {
			if cell == "" {
				continue
			}
			name := ""
			if i < len(head) {
				name = head[i]
			}
			indent, room := label+gap, s.Width-label-gap
			b.WriteString(s.Paint(Head, name))
			if longestWord(cell) > room {
				indent, room = gap, s.Width-gap
				b.WriteString("\n" + strings.Repeat(" ", indent))
			} else {
				b.WriteString(strings.Repeat(" ", indent-Width(name)))
			}
			for j, text := range fold(cell, max(room, 1)) {
				if j > 0 {
					b.WriteString(strings.Repeat(" ", indent))
				}
				b.WriteString(s.paint(t.Hue, cell, text) + "\n")
			}
		}
	}
}

func (s Screen) paint(hue func(string) Hue, cell, text string) string {
	if hue == nil {
		return text
	}
	return s.Paint(hue(cell), text)
}
