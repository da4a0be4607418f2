package browser

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// story is a page of the storybook in one state.
type story struct {
	Name, Path, Who string
	Lists           bool // it shows a list, which may be empty
}

// storybook is where the storybook of internal/face/web is served: all there is, lists
// that are empty, and a run that is told what to do.
type storybook struct {
	Full, Empty, Live string
	Stories           []story
}

// openStorybook has the storybook served by the tests of internal/face/web, which know
// their pages from within and need no browser.
func openStorybook(t *testing.T) (b storybook) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "web.test")
	build := exec.Command("go", "test", "-c", "-o", program, "./internal/face/web")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	c := exec.Command(program, "-test.run", "^TestTheStorybookIsServed$", "-test.timeout", "0")
	c.Dir, c.Env, c.Stderr = "../../internal/face/web", append(os.Environ(), "PRENTICE_STORYBOOK=1"), os.Stderr
	hold, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		hold.Close()
		c.Wait() //nolint:errcheck // the test is over
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &b)
	}
	if err != nil || b.Live == "" || len(b.Stories) == 0 {
		t.Fatalf("the storybook says %q, %v", line, err)
	}
	return b
}

// each goes through the stories, and once more through those of lists where there is
// nothing to list.
func (b storybook) each(do func(site string, s story)) {
	for _, s := range b.Stories {
		do(b.Full, s)
	}
	for _, s := range b.Stories {
		if s.Lists {
			do(b.Empty, s)
		}
	}
}

// tell says to the run of the live site what to do.
func tell(t *testing.T, live, what string, form url.Values) {
	t.Helper()
	res, err := http.PostForm(live+"/-/"+what, form)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatal(res.Status)
	}
}
