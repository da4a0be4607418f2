package stories

import (
	"regexp"

	"github.com/rogpeppe/go-internal/testscript"
)

// taken is the word taken: a variable gets the group of a pattern in what was printed last.
func taken(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 2, "taken NAME PATTERN")
	found := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) != 2 {
		ts.Fatalf("nothing printed is like %s", args[1])
	}
	ts.Setenv(args[0], found[1])
}
