// Package testrun reads the reports that a run of a check brought back, and says what its
// test cases and its coverage say: with what is known of the cases from before.
//
// Its words are those of testreport and pipeline. What a run depended on is one content:
// a case that passed and failed on it is flaky, whichever came last.
//
// The reports are hostile. It refuses to read what is no regular file, to read more files
// than are bounded, and to take a report that cannot be read for one without failures.
package testrun
