package stories

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"prentice/internal/kit/listedtest"
)

// hostile are the pushes of code_hostile, as book/reference/hostile-pushes.md lists them.
var hostile = []struct {
	heading string
	list    []attempt
}{
	{"Moving what is protected", moving},
	{"Names of refs", names},
	{"Refs that are not for people", kept},
	{"Push options", options},
	{"Files", files},
	{"Packs and the protocol", packs},
}

const landingPart, doorsPart = "Changes and approvals", "At the doors"

func TestTheBookListsEveryHostilePushThatIsTried(t *testing.T) {
	const page = "../book/reference/hostile-pushes.md"
	n := 0
	for _, part := range hostile {
		var names []string
		for _, a := range part.list {
			names = append(names, a.name)
		}
		n += len(names)
		listedtest.Section(t, page, part.heading, names)
	}
	for heading, list := range map[string][]other{landingPart: landing, doorsPart: doors} {
		var names []string
		for _, a := range list {
			names = append(names, a.name)
		}
		n += len(names)
		listedtest.Section(t, page, heading, names)
	}
	if n < 100 {
		t.Errorf("%d pushes are tried, and a hundred are promised", n)
	}
}

// villain is who pushes, and what they know of the repository.
type villain struct {
	repository              string // on the server's disk
	main, first, side, tree string
	change                  string // the commit of change/1
	fresh                   thing  // a good commit on main
	ids                     *strings.Replacer
	url, ssh, key           string
	tokens                  map[string]string
	n                       *atomic.Int64
}

// again is the same villain with another commit.
func (v *villain) again(n int) *villain {
	c := *v
	c.fresh = commitOf(v.tree, fmt.Sprintf("Nothing to see here, for the time %d", n), v.main)
	c.ids = strings.NewReplacer("ZERO", zeroID, "MAIN", v.main, "FRESH", c.fresh.id(), "FIRST", v.first, "SIDE", v.side, "CHANGE", v.change)
	return &c
}

// branch is the name of one that there is not yet.
func (v *villain) branch() string { return fmt.Sprintf("refs/heads/h-%d-new", v.n.Add(1)) }

// is asks the repository itself.
func (v *villain) is(args ...string) (string, error) {
	c := exec.Command("git", append([]string{"-C", v.repository}, args...)...)
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	out, err := c.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// stands is all that a push can move.
func (v *villain) stands() (string, error) {
	out, err := v.is("for-each-ref", "--format=%(refname) %(objectname) %(symref)")
	head, _ := os.ReadFile(filepath.Join(v.repository, "HEAD"))
	config, _ := os.ReadFile(filepath.Join(v.repository, "config"))
	return out + "\n" + string(head) + string(config), err
}

// push sends it by a door.
func (v *villain) push(door, as string, s sent) (string, error) {
	if door == "http" {
		return byHTTP(v.url, v.tokens[as], s.bytes())
	}
	return bySSH(v.ssh, v.key, "git-receive-pack 'shop.git'", s.bytes())
}

// moved is the line in which git tells that it moved a ref.
var moved = regexp.MustCompile(`[0-9a-f]{4}ok [^\n]*refs/`)

// hostilePushes is the word hostile-pushes: each is tried by both doors, and leaves all as
// it was. That a good push is taken is seen first.
func hostilePushes(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 2, "hostile-pushes SSHPORT KEYFILE, of mallory at the repository shop")
	v := &villain{repository: filepath.Join(ts.Getenv("PRENTICE_DATA"), "repositories", "shop.git"), n: &atomic.Int64{},
		url: ts.Getenv("URL") + "/git/shop.git", ssh: "127.0.0.1:" + args[0], key: ts.MkAbs(args[1]), tokens: map[string]string{"nobody": "nonsense"}}
	for _, who := range []string{"mallory", "olga", "ben", "oz", "vic", "bot"} {
		v.tokens[who] = tokenOf(ts, who)
	}
	for at, rev := range map[*string]string{&v.main: "refs/heads/main", &v.first: "refs/heads/main^", &v.side: "refs/heads/side", &v.tree: "refs/heads/main^{tree}", &v.change: "refs/changes/1/1"} {
		var err error
		*at, err = v.is("rev-parse", rev)
		ts.Check(err)
	}
	for _, door := range []string{"http", "ssh"} {
		good := commitOf(v.tree, "A good one by "+door, v.main)
		s := sent{lines: []string{zeroID + " " + good.id() + " refs/heads/good-" + door}, pack: packOf(good), options: []string{"x=y"}}
		says, err := v.push(door, "mallory", s)
		if now, _ := v.is("rev-parse", "refs/heads/good-"+door); err != nil || now != good.id() {
			ts.Fatalf("a good push by %s: %v\n%s", door, err, says)
		}
	}
	before, err := v.stands()
	ts.Check(err)
	var wrong []string
	var mu sync.Mutex
	var wait sync.WaitGroup
	places := make(chan struct{}, 3)
	n := 0
	for _, part := range hostile {
		for _, a := range part.list {
			for _, door := range []string{"http", "ssh"} {
				as := a.as
				if as == "" {
					as = "mallory"
				} else if door == "ssh" {
					continue
				}
				n++
				places <- struct{}{}
				v := v.again(n)
				wait.Go(func() {
					defer func() { <-places }()
					says, err := v.push(door, as, a.push(v))
					why := ""
					switch {
					case err != nil:
						why = err.Error()
					case moved.MatchString(says):
						why = "it was taken"
					case !strings.Contains(says, a.says):
						why = "the answer does not say " + a.says
					case strings.Contains(says, ts.Getenv("WORK")):
						why = "the answer says where the repository lies"
					case strings.Contains(strings.ReplaceAll(says, "refs/tags/"+madeUpKey, ""), madeUpKey): // git repeats the name that it was given
						why = "the answer says the secret"
					}
					if why != "" {
						mu.Lock()
						defer mu.Unlock()
						wrong = append(wrong, fmt.Sprintf("%s, by %s: %s\n%.600q", a.name, door, why, says))
					}
				})
			}
		}
	}
	wait.Wait()
	if after, err := v.stands(); err != nil || after != before {
		wrong = append(wrong, fmt.Sprintf("it stands otherwise than before: %v\n%s\nand before\n%s", err, after, before))
	}
	for _, a := range append(landing, doors...) {
		n++
		says := a.do(v.again(n))
		if strings.HasPrefix(says, "HTTP 200") && !strings.Contains(says, "ng refs/for/main") || !strings.Contains(says, a.says) || strings.Contains(says, ts.Getenv("WORK")) {
			wrong = append(wrong, fmt.Sprintf("%s: the answer does not say %s\n%.600q", a.name, a.says, says))
		}
	}
	for name, at := range map[string]string{"refs/heads/main": v.main, "refs/tags/v1": v.main} {
		if now, err := v.is("rev-parse", name); err != nil || now != at {
			wrong = append(wrong, fmt.Sprintf("%s is at %s: %v", name, now, err))
		}
	}
	fmt.Fprintf(ts.Stdout(), "%d hostile pushes, %d wrong\n", n, len(wrong))
	if len(wrong) > 0 {
		slices.Sort(wrong)
		ts.Fatalf("%s", strings.Join(wrong, "\n\n"))
	}
}
