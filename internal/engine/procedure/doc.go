// Package procedure reads agreed procedures and renders plans from them.
//
// A procedure is one Markdown file: YAML front matter for what a machine must
// know, and fenced blocks under the headings Check, Act, Verify and Undo that
// are its steps. All other text is for people. Parse reads one file and says
// with line and column what is wrong; a Library is the procedures of a team
// folder, judged together; Render makes a plan of one of them for one case.
//
// What people see is what runs: the file is read as CommonMark, so a block that
// a forge would not show as one is not a step, and a step stands where everyone
// sees it. Nothing that looks like a step, a section or a key is passed over in
// silence.
//
// It refuses to run anything, to read a clock, and to put values into scripts:
// they reach a step as environment variables.
package procedure
