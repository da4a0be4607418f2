package checkrun

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"prentice"
	"prentice/internal/engine/pipeline"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
)

// mostLog is how much of a log is read: its end.
const mostLog = 4 << 20

// Log is what a check printed when it was performed last.
func Log(keep, name string) (pipeline.Log, error) {
	last, err := lastOf(keep, name, func(Ended) bool { return true })
	if err != nil {
		return pipeline.Log{}, err
	}
	_, left := last.Left()
	log := pipeline.Log{Check: name, Passed: last.Result.Passed, Says: last.Result.Says, Ended: last.Ended, File: last.Log(), Folder: filepath.Join(last.Dir, reportsDir), Left: left}
	f, err := os.Open(log.File)
	if err != nil {
		return log, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	info, err := f.Stat()
	if err != nil {
		return log, err
	}
	from := max(0, info.Size()-mostLog)
	log.Cut = from > 0
	text, err := io.ReadAll(io.NewSectionReader(f, from, mostLog))
	log.Text = strings.ToValidUTF8(string(text), "?")
	return log, err
}

// lastOf is the newest run of a check of a sort.
func lastOf(keep, name string, is func(Ended) bool) (Ended, error) {
	name = strings.TrimPrefix(name, pipeline.Kind+"/")
	if !prentice.ValidName(name) || strings.ContainsAny(name, "/:") {
		return Ended{}, prentice.Errorf(prentice.NotFound, "no check %q", clip.Text(name)).Try("list them with: prentice check list")
	}
	runs := Runs(keep, name)
	if len(runs) == 0 {
		e := prentice.Errorf(prentice.NotFound, "check %s was not performed here, or that is long ago", clip.Text(name))
		if near := nearest.Of(name, Checks(keep)); near != "" && near != name {
			return Ended{}, e.Try("did you mean %s?", near)
		}
		return Ended{}, e.Try("perform it: prentice check --fresh --only checks/%s", clip.Text(name))
	}
	for _, one := range runs {
		if is(one) {
			return one, nil
		}
	}
	return Ended{}, prentice.Errorf(prentice.NotFound, "no run of check %s left anything that is still there: it passed, left too much, or failed more than a day ago", name).Try("perform it again: prentice check --fresh --only checks/%s", name)
}
