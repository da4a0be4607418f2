// Package verdictfile keeps the outcomes of checks, and the history of test cases, each in
// one small file of a repository, where there is no server.
//
// Its words: an outcome is kept by its basis, which is all that it depends on. What was
// used last stays longest, and the file has a bound.
//
// A file that is cut off or altered is known by its digest and made anew, and that is
// said. Writes replace the file whole, so that a kill at any line leaves the old one or
// the new one. It refuses to keep what is unknown, to be waited for for long, and to
// make a check fail because there is no room to remember it.
package verdictfile
