// Package previews answers the part of the role about testing environments that people
// look at: each has an address, who may look is known, and strangers come in by links that
// end.
//
// Its words: a preview is an environment at its address; a share link lets anyone who has
// it into one environment, until its end; a code lets a person who is signed in here into
// a preview, once, within a minute; a pass is what a browser holds afterwards.
//
// It refuses a link without an end, to say which of a stranger's codes or links was wrong
// and why, and to keep what stands behind the path of a request: there are secrets in it.
package previews
