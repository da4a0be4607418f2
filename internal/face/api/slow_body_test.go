package api_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"prentice/internal/face/api"
)

// A body that drips is over when its time is, anyone who sends it: nothing reads on
// behind the answer, for as long as it drips.
func TestABodyThatDripsHoldsNothing(t *testing.T) {
	for name, begins := range map[string]string{
		"one that is announced":     "Content-Length: 200000\r\n\r\n{",
		"one that has no end":       "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
		"one that became too large": "Transfer-Encoding: chunked\r\n\r\n200001\r\n" + strings.Repeat(" ", api.MaxBody+1) + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			w := build(t, func(c *api.Config) { c.Reading = 500 * time.Millisecond })
			c, err := net.Dial("tcp", w.server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			fmt.Fprintf(c, "POST /v1/op/thing.make HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer t-ann\r\nContent-Type: application/json\r\n%s", begins)
			for late := time.Now().Add(time.Minute); ; {
				drip := "x"
				if strings.Contains(begins, "chunked") {
					drip = "1\r\nx\r\n"
				}
				if _, err := c.Write([]byte(drip)); err != nil {
					return // it was closed
				}
				if time.Now().After(late) {
					t.Fatal("it still reads after a minute")
				}
				time.Sleep(20 * time.Millisecond)
			}
		})
	}
}
