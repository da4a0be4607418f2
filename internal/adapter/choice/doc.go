// Package choice asks the sources of choices: an address on the web, or a script in a
// sandbox.
//
// An address is asked by one GET, where the procedure says and nowhere else: redirects
// are not followed, no proxy of the environment is used, and a name that leads to this
// machine or to a link's own addresses, where clouds keep credentials, is refused unless
// the address itself says so. The answer is bounded in time, in bytes and in values. A
// script has no network, no secrets and no files but itself.
//
// It refuses to send a secret that the source does not name, to show one in a reason, and
// to run a script where there is no sandbox.
package choice
