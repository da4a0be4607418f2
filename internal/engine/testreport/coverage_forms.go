package testreport

import (
	"bufio"
	"errors"
	"hash/fnv"
	"io"
	"strconv"
	"strings"

	"prentice"
)

// eachLine hands on each line with its number.
func eachLine(in io.Reader, each func(n int, line string) error) error {
	lines := bufio.NewReaderSize(in, 64<<10)
	for n := 1; ; n++ {
		line, err := readLine(lines)
		if text := strings.TrimSpace(string(line)); text != "" {
			if err := each(n, text); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func noLine(n int, what, line string) error {
	return prentice.Errorf(prentice.Invalid, "line %d: %.80q is no line of %s", n, text(line), what).Try("see whether the program that wrote it was ended before it was done")
}

// CoverProfile reads what go test -coverprofile writes. A block that several packages
// tell of is one.
func CoverProfile(in io.Reader) (Coverage, error) {
	t := newTally()
	err := eachLine(in, func(n int, line string) error {
		if strings.HasPrefix(line, "mode:") {
			return nil
		}
		where, counts, _ := strings.Cut(line, " ")
		at := strings.LastIndexByte(where, ':')
		size, count, found := strings.Cut(counts, " ")
		statements, err := strconv.ParseUint(size, 10, 16)
		hits, more := strconv.ParseUint(count, 10, 64)
		if at <= 0 || !found || err != nil || more != nil {
			return noLine(n, "a cover profile", line)
		}
		block := fnv.New64a()
		block.Write([]byte(where[at+1:])) //nolint:errcheck // it gives none
		return t.add(spot{block.Sum64(), t.file(where[:at])}, uint16(statements), hits > 0)
	})
	return t.sum(), err
}

// LCOV reads what lcov, and many others, write.
func LCOV(in io.Reader) (Coverage, error) {
	t := newTally()
	var file int32 = -1
	err := eachLine(in, func(n int, line string) error {
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "SF":
			file = t.file(value)
		case "end_of_record":
			file = -1
		case "DA":
			place, count, _ := strings.Cut(value, ",")
			count, _, _ = strings.Cut(count, ",")
			at, err := strconv.ParseUint(place, 10, 31)
			hits, more := strconv.ParseInt(count, 10, 64)
			if file < 0 || err != nil || more != nil {
				return noLine(n, "LCOV", line)
			}
			return t.add(spot{at, file}, 1, hits > 0)
		}
		return nil
	})
	if err == nil && file >= 0 {
		err = prentice.Errorf(prentice.Invalid, "the file ends within a record").Try("see whether the program that wrote it was ended before it was done")
	}
	return t.sum(), err
}

// Cobertura reads what coverage.py, JaCoCo's and .NET's tools, and many others, write.
// Its own rates are not believed: its lines are counted.
func Cobertura(in io.Reader) (Coverage, error) {
	t, m := newTally(), newMarkup(in)
	var file int32 = -1
	root := false
	for {
		k, err := m.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Coverage{}, err
		}
		switch {
		case !root && k.begins != "" && k.begins != "coverage":
			return Coverage{}, prentice.Errorf(prentice.Invalid, "the file begins with <%.80s> and is no report of Cobertura", k.begins).Try("have the tests write Cobertura's XML, LCOV or a Go cover profile")
		case k.begins == "class":
			file = t.file(k.attrs["filename"])
		case k.ends == "class":
			file = -1
		case k.begins == "line" && file >= 0:
			at, err := strconv.ParseUint(k.attrs["number"], 10, 31)
			hits, more := strconv.ParseInt(k.attrs["hits"], 10, 64)
			if err != nil || more != nil {
				return Coverage{}, m.wrong("a line with number %.20q and hits %.20q", k.attrs["number"], k.attrs["hits"])
			}
			if err := t.add(spot{at, file}, 1, hits > 0); err != nil {
				return Coverage{}, err
			}
		}
		root = root || k.begins != ""
	}
	return t.sum(), nil
}
