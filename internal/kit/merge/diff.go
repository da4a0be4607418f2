package merge

import (
	"fmt"
	"strings"
)

// around is how many lines that are the same are shown around those that are not.
const around = 3

// Diff is what makes b of a, as patch and git apply read it, without its head; "" where
// they are the same.
func Diff(a, b string) string {
	if a == b {
		return ""
	}
	was, is := exactly(a), exactly(b)
	ops := operations(was, is, matches(was, is))
	var out strings.Builder
	for from := 0; from < len(ops); {
		if ops[from].sign == ' ' {
			from++
			continue
		}
		to := hunk(ops, from)
		first := max(from-around, 0)
		write(&out, ops[first:min(to+around, len(ops))])
		from = to
	}
	return out.String()
}

// line is one of a diff: kept, taken out or put in, and where it stands in both texts.
type line struct {
	sign byte
	text string
	a, b int // from 0
}

func operations(was, is []string, in []int) (ops []line) {
	j := 0
	for i, text := range was {
		if in[i] < 0 {
			ops = append(ops, line{'-', text, i, j})
			continue
		}
		for ; j < in[i]; j++ {
			ops = append(ops, line{'+', is[j], i, j})
		}
		ops = append(ops, line{' ', text, i, j})
		j++
	}
	for ; j < len(is); j++ {
		ops = append(ops, line{'+', is[j], len(was), j})
	}
	return ops
}

// hunk is behind the last change that is shown together with the one at from.
func hunk(ops []line, from int) int {
	to := from
	for i := from; i < len(ops) && i <= to+2*around; i++ {
		if ops[i].sign != ' ' {
			to = i
		}
	}
	return to + 1
}

func write(out *strings.Builder, ops []line) {
	var a, b int
	for _, o := range ops {
		if o.sign != '+' {
			a++
		}
		if o.sign != '-' {
			b++
		}
	}
	begin := func(at, n int) int {
		if n == 0 {
			return at
		}
		return at + 1
	}
	fmt.Fprintf(out, "@@ -%d,%d +%d,%d @@\n", begin(ops[0].a, a), a, begin(ops[0].b, b), b)
	for _, o := range ops {
		out.WriteByte(o.sign)
		out.WriteString(strings.TrimSuffix(o.text, "\n"))
		out.WriteByte('\n')
		if !strings.HasSuffix(o.text, "\n") {
			out.WriteString("\\ No newline at end of file\n")
		}
	}
}

// exactly is a text cut behind each end of a line, as it is.
func exactly(text string) []string {
	if text == "" {
		return nil
	}
	list := strings.SplitAfter(text, "\n")
	if list[len(list)-1] == "" {
		list = list[:len(list)-1]
	}
	return list
}
