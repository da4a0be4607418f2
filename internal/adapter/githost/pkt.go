package githost

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// mostPkt is what one line of git's protocol may hold.
const mostPkt = 65516

// mostLines is how many lines of one list are read: commands, options.
const mostLines = 20_000

var errPkt = errors.New("it is no line of git's protocol")

// readPkt reads a line; flush says that a list has ended.
func readPkt(r *bufio.Reader) (line []byte, flush bool, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, false, err
	}
	n, err := strconv.ParseUint(string(head[:]), 16, 16)
	switch {
	case err != nil || n == 1 || n == 2 || n == 3 || n > mostPkt+4:
		return nil, false, errPkt
	case n == 0:
		return nil, true, nil
	}
	line = make([]byte, n-4)
	_, err = io.ReadFull(r, line)
	return line, false, err
}

// readPkts reads lines up to the end of their list.
func readPkts(r *bufio.Reader) (list []string, err error) {
	for len(list) <= mostLines {
		line, flush, err := readPkt(r)
		if err != nil || flush {
			return list, err
		}
		list = append(list, trimEnd(string(line)))
	}
	return nil, fmt.Errorf("%w: more than %d", errPkt, mostLines)
}

func trimEnd(s string) string {
	if n := len(s); n > 0 && s[n-1] == '\n' {
		return s[:n-1]
	}
	return s
}

func writePkt(w io.Writer, line string) error {
	if len(line) > mostPkt {
		line = line[:mostPkt]
	}
	_, err := fmt.Fprintf(w, "%04x%s", len(line)+4, line)
	return err
}

func writeFlush(w io.Writer) error {
	_, err := io.WriteString(w, "0000")
	return err
}
