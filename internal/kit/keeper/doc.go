// Package keeper begins scripts on a machine, lets them go on when anyone who asked
// is gone, and tells how they ended. It does in one process what the shell wrapper of
// kit/outlive does in many, and keeps the same files: what one of the two has
// begun, the other follows, stops and forgets. kit/outlive says what the words mean.
//
// It is linked into a small program of its own, the helper, which prentice puts on
// hosts. So it uses little of the standard library, opens no network, and reads no
// configuration: what it does is asked of it on standard input, one ask after the other,
// and answered on standard output. When no one reads the answers any more it goes on
// until its scripts have ended, and then it ends.
//
// It is one with anyone who starts it: it runs as the user whose folder the claims are in,
// and trusts what it is asked. It checks that folder all the same, because others may
// have been there.
package keeper
