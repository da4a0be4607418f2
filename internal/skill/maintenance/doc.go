// Package maintenance is the skill that sees to it that what has to be done again and again is
// done: backups tried, keys changed, disks cleaned.
//
// Its words are those of engine/maintenance: a task, its interval, its day, its grace. What was
// done is kept for ever, with the run or the person that did it.
//
// Its rules: of a task with a procedure, each run that ends verified is one time that it was done,
// no matter who began it. A task without one is done when a person says so, and that is evidence. On the
// day on which a task is due the event maintenance.due is sent, once, and when its grace is over
// maintenance.overdue; a procedure that listens is proposed, and people are told. How each task
// stands is a claim about what the task is about.
//
// It refuses to believe a person about a task that has a procedure, and to perform anything.
package maintenance
