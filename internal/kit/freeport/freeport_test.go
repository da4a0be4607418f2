package freeport_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"

	"prentice/internal/kit/freeport"
)

// Within a process and between two, as go test runs packages.
func TestNoPortIsGivenTwice(t *testing.T) {
	const each = 150 // more than a block
	if os.Getenv("ONE_OF_TWO") != "" {
		for range each {
			fmt.Println(give(t))
		}
		return
	}
	other := exec.Command(os.Args[0], "-test.run", t.Name())
	other.Env = append(os.Environ(), "ONE_OF_TWO=1")
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer other.Wait() //nolint:errcheck // its numbers tell
	given := map[int]bool{}
	take := func(port int) {
		if given[port] {
			t.Errorf("%d was given twice", port)
		}
		given[port] = true
	}
	lines := bufio.NewScanner(out)
	for range each {
		take(give(t))
		var theirs int
		if !lines.Scan() {
			t.Fatalf("the other process gave only some: %v", lines.Err())
		}
		if _, err := fmt.Sscan(lines.Text(), &theirs); err != nil {
			t.Fatal(err)
		}
		take(theirs)
	}
}

func TestAPortThatSomebodyListensOnIsNotGiven(t *testing.T) {
	port := give(t)
	l, err := net.Listen("tcp", freeport.Address(port+1))
	if err != nil {
		t.Fatalf("another person has %d: %v", port+1, err)
	}
	defer l.Close()
	if got := give(t); got == port+1 {
		t.Errorf("%d is in use", got)
	}
}

func give(t *testing.T) int {
	t.Helper()
	port, err := freeport.Give()
	if err != nil {
		t.Fatal(err)
	}
	return port
}
