// Package statuspage is the face for users: the page that says how services stand, without an account,
// a cookie or a script.
//
//	/                            the page; /incidents/ID/ is one incident
//	/api/v2/summary.json …       what programs read that know Statuspage
//	/history.atom, /history.rss  feeds
//	/badge/NAME.svg              a badge of a component, and NAME-budget.svg of its budget
//
// Its words: a site is all files of a page, made at once. The same files are served and exported.
// Its rules: a site is kept for some seconds and made by one request at a time, so that a flood of
// them costs no more than one. When it cannot be made, the last one is shown, with its time.
//
// It holds no rules of what is shown: what comes into it is public. It refuses to run anything:
// the policy of its pages lets in their style and nothing else.
package statuspage
