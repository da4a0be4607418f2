// Package story plays the main job from its beginning to its end, for someone
// who watches a terminal: a service of the sample team is killed, and what
// happens then is told as it happens, with what prentice saw and why it acted.
// A second story is of code: a change goes from a push to the branch, and a clone
// alone proves it.
//
// Its words: a stage is where it plays and what the program lends it; a chapter
// is one part of it; the teller prints; a promise is something that prentice
// says of itself and that the story looks at with its own eyes, by the public
// API, the processes, git and the files. The first promise that does not hold ends
// the story with an error.
//
// It refuses to pretend: nothing that is told is written here beforehand unless
// it was looked at just now, and no one in it has a way in that others have not.
// It starts nothing itself; what starts the stage also stops it.
package story
