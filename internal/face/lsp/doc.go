// Package lsp is the face for editors: a language server for procedures, over standard
// input and output (https://microsoft.github.io/language-server-protocol/, 3.17).
//
// It tells diagnostics as lint does, with places and hints; completes keys, kinds,
// attributes, expressions and variables; explains the word under the cursor; and leads
// to definitions. Documents are sent whole at each change.
//
// It answers about texts that the editor sends, from files of the team that it reads. It
// refuses to write, to run or to fetch anything, to keep a text that the editor has
// closed, and to take more than its bounds; and what it cannot read it says, and goes on.
package lsp
