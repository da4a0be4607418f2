// Package standard reads the standards of a team, which are Markdown files, and judges
// the content of repositories by their rules.
//
// Its words: a standard is a file with an owner, a reason, a date by which its owner
// looks at it again, and rules. A rule stands under a heading of its own, asks one thing,
// and shows what it finds and what passes. What it asks is a CEL expression over facts,
// a pattern, a JSON Schema, or a built-in analyser, which is code of this program.
//
// It refuses a standard that lacks any of these: it is no standard yet, and none of its
// rules is judged. It refuses to read rules from what they judge, to run anything of a
// repository, and to work longer on an expression than is bounded.
package standard
