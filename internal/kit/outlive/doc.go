// Package outlive lets a shell script go on when anyone who started it is gone: the
// connection, the program, the machine that it came from.
//
// Its words: a claim is a private folder, below ~/.prentice, that one making of
// a script has for itself; its key names it, and because it is made beside that name
// and renamed once it is whole, a script is never begun twice under one key, and a
// claim that was not finished is none. The keeper is a detached
// shell that runs the script in a session of its own and writes down how it
// ended. The relay keeps what it prints, some megabytes ahead of who reads it, and
// then lets it wait. A claim that goes leaves its name for a month, so that a shell of
// ours that comes late begins nothing. To follow is to read the output from a byte on, and then the end.
//
// The script runs as the user whose folder the claim is in, so that it could write there
// how it ended. So the keeper signs the end with a word that the asker gave it over
// a pipe, one for exit code 0 and one for the rest; an end without the word is none.
//
// A Program is text for /bin/sh on standard input, so that neither the script
// nor its environment is ever an argument that others can see. It is one
// function and a call, so that a text which was cut off does nothing. It needs
// what every POSIX system has, and setsid. What it answers is framed by a word
// that only the asker knows, so that a shell profile which prints, or output
// that looks like a frame, is not taken for an answer.
//
// A Direct is a script that only looks: it needs none of this, may be repeated, and
// runs in the shell that reads it.
//
// It refuses to begin where the home folder cannot be written or is not the
// user's own, where setsid is missing, and where the disk is full. Of a script
// whose keeper is gone without a word (a reboot, a SIGKILL) it says so: lost. It
// never guesses how far such a script came.
package outlive
