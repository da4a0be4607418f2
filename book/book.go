// Package book is the chapters of the book that the program itself can tell. It
// refuses to hold anything that is not written for people.
package book

import _ "embed"

// Glossary is the chapter that says what each word means.
//
//go:embed glossary.md
var Glossary string

// Questions is the chapter of questions, and of the words of explanations that answer
// them.
//
//go:embed questions.md
var Questions string
