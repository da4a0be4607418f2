// Package maintenance knows what has to be done again and again, and when it is due.
//
// Its words: a task is what a team does regularly, such as trying whether a backup can be
// restored; it stands in maintenance.yaml. It has an interval of days, weeks, months or years. It
// is due on a day: an interval after the day on which it was done last, or on the day that the file
// names for the first time. After its grace it is overdue, and each further interval that passes
// is one that was missed.
//
// Its rules: days are those of the file's time zone, so that an hour that is skipped or comes
// twice moves nothing. A month after the 31st is the last day of the next month. A task that has a
// procedure is done by a run of it that was verified, and by nothing else.
//
// It refuses to perform anything: a procedure that listens to what is due does.
package maintenance
