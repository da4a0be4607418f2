// Package preview is the rules of the addresses at which environments are looked at: what
// a name means, who may pass, and what is kept of what was asked.
//
// Its words: a domain is that of all previews; a place is an environment as its visitors
// find it; a pass is what a visitor's browser holds for one place; a share link is an
// address that lets strangers into one place until its end; a desk answers for all of
// them to the proxy.
//
// It refuses a name that could mean two things, a pass or a link that this installation
// did not sign, and to tell a stranger which places there are.
package preview
