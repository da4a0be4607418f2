package markdown

import (
	"fmt"
	"strings"
)

// Halves splits the lines of a file at the two lines of dashes. The front has the line
// numbers of the file; rest is the number of lines before the body. begins is what the
// front matter begins with, such as procedure.
func Halves(lines []string, begins string) (front string, rest int, wrong *Fault) {
	if strings.TrimRight(lines[0], " \t") != "---" {
		return "", 0, fault(1, fmt.Sprintf("begin the file with ---, then %s: NAME, then ---", begins), "the file has no front matter")
	}
	for i, line := range lines[1:] {
		if strings.TrimRight(line, " \t") == "---" {
			return "\n" + strings.Join(lines[1:i+1], "\n") + "\n", i + 2, nil
		}
	}
	return "", 0, fault(1, "end it with a line of three dashes", "the front matter has no end")
}
