package outlive

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
)

// Way leads to the shell of one user on one machine.
type Way interface {
	// Ask puts one ask to a shell and reads the answer; it sets the nonce, and what
	// says where claims stand. What the script prints goes to out as it comes: a slow
	// out holds the script's reader back. An answer that is not of the claim with the
	// token want ends before its output; "" is any. After ErrLost, what was asked for
	// may have been done; after ErrGarbled too, and it cannot be learnt. After any
	// other error it was not, unless it is out's own. A report that comes with an error
	// tells the claim's token, if it was heard.
	Ask(ctx context.Context, a Ask, want string, out func(offset int64, p []byte) error) (Report, error)
	// Name is the machine, for people.
	Name() string
	// Home is where its claims are, for people.
	Home() string
	// ID tells it from all other ways.
	ID() string
}

// ErrLost is an answer that did not come, though it was owed.
var ErrLost = errors.New("the connection was lost")

// NewNonce is a word that no one can guess.
func NewNonce() string {
	var b [12]byte
	rand.Read(b[:]) //nolint:errcheck // it never fails
	return hex.EncodeToString(b[:])
}
