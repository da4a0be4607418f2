// Package analyse has the analysers that rules of standards may ask: code that finds
// what no pattern and no expression can.
//
// Its words: an analyser looks at one file, or at a tree as a whole, and says each place
// where something is wrong, with the smallest change that would put it right where one
// can be made.
//
// It refuses to say why something is wrong, and how much it matters: that is for the
// standards, which have owners. It refuses to guess: what may as well be meant so is no
// finding, because people stop reading rules that cry wolf.
package analyse

import (
	"slices"

	"prentice/internal/engine/standard"
)

// Version is that of all analysers. Anyone who changes what one finds raises it: verdicts
// of before no longer count.
const Version = "1"

// All are the analysers, by name.
func All() standard.Analysers {
	return standard.Of(slices.Concat(repository(), names(), contents(), commits(), code(), shell(), workflows(), containers(), dependencies(), docs())...)
}
