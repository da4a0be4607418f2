package sandbox

import (
	"archive/tar"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path"
	"strings"

	"prentice"
)

// Results are what a job brings back, as a tar archive that To gets: of the work folder
// what the patterns of Give name, or all of it where the job failed and Whole is set; and
// what is new in the folders of New. An archive is what the job made of it: read it with
// Take, or give it to another job.
type Results struct {
	Give  []string // below the work folder, as sh knows patterns
	Whole bool
	New   []string // absolute
	To    io.Writer
}

// The name of what came back begins with where it stood, without the first slash.
const collect = unpack + `whole=$1; give=$2; new=$3; shift 3
[ -z "$new" ] || touch -d '2 seconds ago' /run/.began
"$@" </dev/null 3<&- 4>&-
code=$?
cd / && set -f && IFS='
'
: >/run/.new && for dir in $new; do find "$dir" -type f -newer /run/.began -print0 >>/run/.new 2>/dev/null; done
if [ $code -ne 0 ] && [ -n "$whole" ]; then give=work; else set +f; fi
[ -n "$give$new" ] || exit $code
tar -c -f - --format=gnu --null -T /run/.new -- $give >&4 2>/dev/null
exit $code`

func (r *Results) script() []string {
	var give, fresh []string
	for _, g := range r.Give {
		give = append(give, home[1:]+"/"+g)
	}
	for _, n := range r.New {
		fresh = append(fresh, strings.TrimPrefix(n, "/"))
	}
	whole := ""
	if r.Whole {
		whole = "yes"
	}
	return []string{collect, "collect", whole, strings.Join(give, "\n"), strings.Join(fresh, "\n")}
}

// receive reads what comes back, and no more than may.
func (r *Results) receive(most int64) (end *os.File, back func() error, err error) {
	from, end, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	done := make(chan error, 1)
	go func() {
		defer from.Close() //nolint:errcheck // it is read to its end, or given up
		n, err := io.Copy(r.To, io.LimitReader(from, most+1))
		if err == nil && n > most {
			err = prentice.Errorf(prentice.Limited, "%w: more than %d bytes", ErrResults, most)
		}
		done <- err
	}()
	return end, func() error { return <-done }, nil
}

// ErrResults says that a job brought back more than it may.
var ErrResults = errors.New("it brings too much back")

// mostResults is how many files of one archive are taken.
const mostResults = 20_000

// Take writes the regular files of an archive that a job brought back into a folder: those
// whose place is asked for, each under the name that is answered for it. Nothing else of
// the archive is believed: no link, no mode, no owner, no path outside the folder.
func Take(archive io.Reader, into *os.Root, named func(place string) string) (taken []string, err error) {
	in := tar.NewReader(archive)
	for n := 0; n < mostResults; n++ {
		h, err := in.Next()
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			return taken, nil // a job that was ended brought what it brought
		}
		if err != nil {
			return taken, prentice.Errorf(prentice.Invalid, "what came back is no archive: %w", err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		name := named(path.Clean(h.Name))
		if name == "" {
			continue
		}
		if err := place(into, name, in); errors.Is(err, io.ErrUnexpectedEOF) {
			return taken, nil // so is it here
		} else if err != nil {
			return taken, err
		}
		taken = append(taken, name)
	}
	return taken, prentice.Errorf(prentice.Limited, "more than %d files came back", mostResults)
}

// place writes a file under its name at once, so that who reads it finds all of it.
func place(into *os.Root, name string, from io.Reader) error {
	if err := into.MkdirAll(path.Dir(name), 0o777); err != nil {
		return err
	}
	draft := name + "." + strings.ToLower(rand.Text()) + ".new"
	f, err := into.OpenFile(draft, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	if err = errors.Join(err, f.Close()); err == nil {
		err = into.Rename(draft, name)
	}
	if err != nil {
		into.Remove(draft) //nolint:errcheck // the first error says it all
	}
	return err
}
