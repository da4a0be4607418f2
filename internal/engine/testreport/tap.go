package testreport

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

var (
	tapTest = regexp.MustCompile(`^(not )?ok\b[ \t]*(\d+)?[ \t]*(?:- )?([^#]*)(?:#[ \t]*(?i:(SKIP|TODO))\S*(.*))?`)
	tapPlan = regexp.MustCompile(`^1\.\.(\d{1,9})\b`)
)

// TAP reads a report of the Test Anything Protocol. A test that was planned and is not
// there did not pass.
func TAP(in io.Reader) (*Report, error) {
	r := &Report{}
	lines := bufio.NewReaderSize(in, 64<<10)
	planned, ran := -1, 0
	for {
		line, err := readLine(lines)
		if m := tapTest.FindStringSubmatch(strings.TrimRight(string(line), "\r\n")); m != nil {
			ran++
			r.add(tapCase(m, ran))
		} else if m := tapPlan.FindStringSubmatch(string(line)); m != nil {
			planned, _ = strconv.Atoi(m[1])
		} else if why, bail := strings.CutPrefix(string(line), "Bail out!"); bail {
			r.add(Case{Name: "Bail out!", Status: Failed, Says: strings.TrimSpace(why)})
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if planned > ran {
		r.add(Case{Name: "the plan", Status: Failed, Says: fmt.Sprintf("%d tests were planned, %d ran", planned, ran)})
	}
	r.done()
	return r, nil
}

func tapCase(m []string, ran int) Case {
	c := Case{Name: strings.TrimSpace(m[3]), Status: Passed}
	if c.Name == "" {
		c.Name = fmt.Sprintf("test %d", ran)
	}
	switch {
	case m[4] != "" && (m[1] != "" || strings.EqualFold(m[4], "skip")):
		c.Status = Skipped
	case m[1] != "":
		c.Status = Failed
	}
	return c
}
