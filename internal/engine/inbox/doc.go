// Package inbox takes events in. It checks them, keeps them, counts those that
// were said before, and tells the listeners, in order, of those that are new.
// It also says when the time of a scheduled procedure has come.
//
// Its words: who sent an event is part of what it is. It is a duplicate by id when
// the same sender has sent the same source, id and content before, at any time;
// such an event is not even counted. A sender who uses an id again for something
// else has said something else: that is an event of its own, with a note. It is a
// duplicate by fingerprint when the same sender has sent another of the same type,
// subject and data within the window (five minutes unless set); it is counted on
// that first one. A window ends early when the same source says something of
// another type about the same subject: an alert that was resolved and fires again
// is news. No sender's events silence another's.
//
// Of an alert, which keeps its id while its cause stays, the change counts: one that
// fires after its end is news, one that is told again is counted, and a beginning
// that arrives behind its own end is late and changes nothing.
//
// Receive returns when the event is on disk. Listeners are told after that by Run,
// of what is about the same thing in order. An event that a listener refuses is
// told again after a pause of its own, and holds up only what is about the same
// thing. Anyone who listens must be idempotent by the event's number: an event whose
// delivery was not noted before a crash is delivered again after it.
//
// It refuses events that break prentice.Event.Check, text that no database
// keeps, and, from outside, sources that begin with prentice/: no one may speak
// in our name. It never drops an event silently: one that a listener refuses
// five times is marked failed, and that is evidence.
package inbox
