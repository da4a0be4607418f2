// Command meeting is what says a word in the network of a build, for tests: their own program
// needs libraries where the race detector is in it, and an image of it alone has none.
package main

import _ "prentice/internal/kit/egress"

func main() {}
