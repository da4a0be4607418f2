package egress

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"
)

// meetingWord is the first argument by which this program knows that it is to say a word at
// the opening, and nothing else.
const meetingWord = "prentice-meeting"

// Meeting is how this program, at a path, says a word at the opening of the network in which
// it is begun: who hears it there knows which network that is.
func Meeting(program, word string) []string { return []string{program, meetingWord, word} }

func init() {
	if len(os.Args) != 3 || os.Args[1] != meetingWord {
		return
	}
	c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", Port), time.Minute)
	if err == nil {
		_, err = c.Write([]byte(os.Args[2]))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(125)
	}
	os.Exit(0)
}

// Met waits at the opening until a word is said there; otherwise ctx has ended.
func Met(ctx context.Context, l net.Listener, word string) bool {
	defer context.AfterFunc(ctx, func() { l.Close() })() //nolint:errcheck // no one comes any more
	for {
		c, err := l.Accept()
		if err != nil {
			return false
		}
		said := make([]byte, len(word)+1)
		c.SetReadDeadline(time.Now().Add(time.Minute)) //nolint:errcheck // a connection has deadlines
		n := 0
		for n < len(said) {
			more, err := c.Read(said[n:])
			n += more
			if err != nil {
				break
			}
		}
		c.Close() //nolint:errcheck // it was only read
		if string(said[:n]) == word {
			return true
		}
	}
}
