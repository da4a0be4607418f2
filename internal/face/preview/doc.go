// Package preview is the face of environments: a reverse proxy by which people look at
// them, each at a name of its own.
//
//	NAME.DOMAIN                      the main service of an environment
//	SERVICE--NAME.DOMAIN             another one
//	…/_prentice/link/TOKEN           follow a share link
//	…/_prentice/enter?code=CODE      come in from prentice's own pages
//	…/robots.txt                     asks search engines to stay away
//
// Without a pass a browser is sent to prentice's own address, to sign in there, and comes
// back with a code that is good once. What a request brings of prentice itself (its
// cookies, its tokens) never reaches an environment, and an environment sets none of it.
//
// It refuses every name that is not in its domain, so that it is no proxy for anything
// else; CONNECT, TRACE and addresses in the first line of a request; every protocol that
// a connection is to be changed to, but WebSocket; and to tell anyone without a pass which
// environments there are.
package preview
