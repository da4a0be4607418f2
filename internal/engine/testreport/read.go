package testreport

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"prentice"
)

// Read reads a report of cases in whichever of the known forms it has.
func Read(in io.Reader) (*Report, error) {
	b, head, err := begun(in)
	if err != nil {
		return nil, err
	}
	switch {
	case head == "":
		return nil, prentice.Errorf(prentice.Invalid, "the report is empty").Try("see whether the tests ran")
	case head[0] == '<' || strings.HasPrefix(head, "\xff\xfe") || strings.HasPrefix(head, "\xfe\xff"):
		return JUnit(b)
	case strings.HasPrefix(head, "TAP version") || tapPlan.MatchString(head) || tapTest.MatchString(head):
		return TAP(b)
	case strings.Contains(head, `{"`):
		return GoTest(b)
	}
	return nil, prentice.Errorf(prentice.Invalid, "the report begins with %.40q: it is neither JUnit, nor go test -json, nor TAP", head).Try("have the tests write JUnit there")
}

// begun is what is read, with a bound, and how it begins.
func begun(in io.Reader) (*bufio.Reader, string, error) {
	b := bufio.NewReaderSize(&limited{in: in, left: MostBytes}, 64<<10)
	head, err := b.Peek(4 << 10)
	if err != nil && err != io.EOF { //nolint:errorlint // Peek gives it as it is
		return nil, "", err
	}
	return b, string(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")), nil
}

// limited refuses what is longer than may be read, so that the end that is not read is
// never taken for the end.
type limited struct {
	in   io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.in.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, prentice.Errorf(prentice.Limited, "the file is longer than %d bytes", int64(MostBytes)).Try("write a report without what the tests print")
	}
	if err != nil && err != io.EOF { //nolint:errorlint // as above
		err = fmt.Errorf("read the report: %w", err)
	}
	return n, err
}
