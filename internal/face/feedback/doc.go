// Package feedback is the face for those who try a prototype and have no account: they say
// what they think, with a picture if they like, and how they did with a task.
//
//	GET  BASE                 what is asked of a visitor
//	POST BASE                 a note, with a name and a picture if they like
//	POST BASE/task            a task is begun, finished or given up
//	GET  BASE/feedback.css, BASE/feedback.js
//
// BASE is /_prentice/feedback at the name of an environment, where the preview has let the
// visitor in, and /feedback/TOKEN at prentice's own address, where the token has. A visitor is
// a number made by chance, in a cookie that no prototype is sent.
//
// It holds no rules. It shows nothing of what others said; it refuses forms that come from
// another site, bodies without an end, and pictures that are none.
package feedback
