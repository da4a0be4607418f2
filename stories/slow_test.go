package stories

import (
	"io"
	"net"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// slowBodies opens connections on which a form begins and does not go on.
func slowBodies(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "slow-bodies N")
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	address := strings.TrimPrefix(ts.Getenv("URL"), "http://")
	for range n {
		c, err := net.Dial("tcp", address)
		ts.Check(err)
		ts.Defer(func() { c.Close() })
		_, err = io.WriteString(c, "POST /sign-in HTTP/1.1\r\nHost: "+address+"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\ntoken=")
		ts.Check(err)
	}
}
