package diff

// Row is a line of the one side beside that of the other; nil where there is none.
type Row struct{ Left, Right *Line }

// Rows are the lines of a hunk side by side.
func (h Hunk) Rows() []Row {
	rows := make([]Row, 0, len(h.Lines))
	for i := 0; i < len(h.Lines); {
		l := &h.Lines[i]
		if l.Op == Same {
			rows = append(rows, Row{l, l})
			i++
			continue
		}
		from := i
		for i < len(h.Lines) && h.Lines[i].Op == Gone {
			i++
		}
		mid := i
		for i < len(h.Lines) && h.Lines[i].Op == Plus {
			i++
		}
		for k := range max(mid-from, i-mid) {
			var r Row
			if from+k < mid {
				r.Left = &h.Lines[from+k]
			}
			if mid+k < i {
				r.Right = &h.Lines[mid+k]
			}
			rows = append(rows, r)
		}
	}
	return rows
}

// Follow says where a line of the old content is in the new one: its number there, or the
// one that comes next where it is gone.
func (f File) Follow(line int) (at int, there bool) {
	moved := 0
	for _, h := range f.Hunks {
		if line < h.Old || h.OldSize == 0 && line <= h.Old {
			break
		}
		if line >= h.Old+h.OldSize {
			moved = h.New + h.NewSize - h.Old - h.OldSize
			if h.OldSize == 0 { // git names the line before
				moved--
			}
			if h.NewSize == 0 {
				moved++
			}
			continue
		}
		next := h.New
		if h.NewSize == 0 {
			next++
		}
		for _, l := range h.Lines {
			if l.New > 0 {
				next = l.New + 1
			}
			if l.Old != line {
				continue
			}
			if l.Op == Same {
				return l.New, true
			}
			return max(1, next), false
		}
		return max(1, next), false
	}
	return line + moved, f.Kind != Removed
}
