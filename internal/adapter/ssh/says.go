package ssh

import "fmt"

// says is how a look ended: with its last words when it did not end well.
func (g *glancing) says(code int) string {
	text := fmt.Sprintf("exit code %d", code)
	if line := g.said.line(); code != 0 && line != "" {
		text += ": " + line
	}
	if g.strays {
		text += " (it left processes behind, which were ended; start a daemon with setsid)"
	}
	return text
}
