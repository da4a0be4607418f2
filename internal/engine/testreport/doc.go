// Package testreport reads what test programs say of themselves: which cases passed,
// failed or were skipped (JUnit, go test -json, TAP), how much of the code was run (Go's
// cover profiles, LCOV, Cobertura), and what analysers found (SARIF).
//
// Its words: a case is one test with a name that stays from run to run; an attempt is
// one time that it ran; a report is all cases of a run.
//
// A report is hostile: it comes out of code that no one has agreed to yet. It is read
// as a stream, so that its size costs time and no memory; what is too long is cut, what
// is too many is counted, and counts that it claims for itself are believed only where
// they are worse than what it shows. It refuses to expand what a document defines
// itself, and to call a report without a case a success.
package testreport
