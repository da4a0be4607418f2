package op

import "io/fs"

// Page is a reading page: a template over the output of one operation, whose
// input is filled from the path and the query. A page with Nav set to a word stands
// under that word in the menu.
type Page struct {
	Path     string // a net/http pattern without method, such as /runs/{number}
	Op       string
	Template string // file below pages/
	Title    string
	Nav      string // the word in the menu; "" for pages reached from others
	Key      string // the letter after g that goes there
	Order    int    // place in the menu
	Group    string // of the menu; "" is the one that is always open
	Explain  string // the thing that explains what it shows, such as run/{number}; "" is its topic
	Topic    string // of the role, that it belongs to
	Files    fs.FS  // where pages/ is
}

// The groups of the menu beside the first, which is the day's work: where changes run on
// their way to production, the rules and what is known, and what is set up once.
const (
	Delivery   = "Delivery"
	Governance = "Governance"
	Setup      = "Settings"
)

// Badge is how a state is shown: a sign, a word and a hue, never a hue alone.
type Badge struct {
	Sign, Word string
	Hue        Hue
}

// WordOf is the word for a state, as pages show it; a state that has none is its own.
func WordOf[S ~string](badges map[string]Badge, state S) string {
	if b, ok := badges[string(state)]; ok {
		return b.Word
	}
	return string(state)
}

// Hue is a class of the stylesheet.
type Hue string

// The hues.
const (
	Good      Hue = "good"
	Busy      Hue = "busy"
	Attention Hue = "attention"
	Bad       Hue = "bad"
	Quiet     Hue = "quiet"
)
