// Package state is the kinds of step that say how something on a host, or in a
// cluster that is reached from there, is to be: file, kubectl, and those that stand
// beside them. A step of such a kind tells what is there, makes it
// so, and puts back what was there before.
//
// Its words: what is there now is a line that can be compared; so means that it is as
// the step wants it; kept is what was there before a run changed it, which lies in a
// folder of the user alone (~/.prentice-kept) until it is put back, or for a week.
//
// A kind is a sort: a file of Go for its attributes, and a file of shell with the
// functions look, keep, make and restore. common.sh has the order in which they are
// called. The text is performed as a step of kind sh is: as a claim where it changes
// something, here and over SSH, with the helper and without. So a step is begun once,
// goes on without us, and is taken up where it stands.
//
// In Check and Verify a step of these kinds only asks whether it is so.
//
// It refuses to put values into shell: they are quoted words, and the content of a file
// is text that no shell reads.
package state
