// Package learning is the chapter of the role that explains: each of its fourteen
// lines, with this team's own data, for those who learn on the job.
//
// Words: a topic is one line of the role. Each is told in the same parts: what it is,
// how it stands here, what is hard about it, what to do next; a lesson follows with an
// exercise and questions. The framework is the role with its skills and levels, as
// data with its source.
//
// Rules: what stands here is counted from the team's data, and where there is none, it
// says so; who reads changes the order of the parts and never a fact.
//
// It refuses to judge people, to compare them, and to invent a figure.
package learning
