package stories

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// other is an attempt that is more than one push: of people who use what they may do for
// what they may not.
type other struct {
	name string
	do   func(v *villain) string // what was answered last
	says string
}

// op performs an operation as someone.
func (v *villain) op(as, name string, in map[string]any) string {
	body, _ := json.Marshal(in)
	req, err := http.NewRequest(http.MethodPost, strings.TrimSuffix(v.url, "/git/shop.git")+"/v1/op/"+name, bytes.NewReader(body))
	if err != nil {
		return err.Error()
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+v.tokens[as])
	return asked(req)
}

func asked(req *http.Request) string {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return fmt.Sprintf("HTTP %d %s %v", res.StatusCode, text, err)
}

// get asks for a path below the address of the repository, as it is written.
func (v *villain) get(as, path string) string {
	req, err := http.NewRequest(http.MethodGet, v.url, nil)
	if err != nil {
		return err.Error()
	}
	req.URL.Opaque = "//" + req.URL.Host + "/git/" + path
	req.SetBasicAuth("x", v.tokens[as])
	return asked(req)
}

var numbered = regexp.MustCompile(`change/(\d+) `)

// propose pushes a change, and says its number; "" where it is not taken.
func (v *villain) propose(as string, list ...thing) (number, says string) {
	says, err := v.push("http", as, sent{lines: []string{zeroID + " " + list[len(list)-1].id() + " refs/for/main"}, pack: packOf(list...)})
	if err != nil {
		says = err.Error()
	}
	if n := numbered.FindStringSubmatch(says); n != nil {
		number = n[1]
	}
	return number, says
}

// proposed is a change of one file on main.
func (v *villain) proposed(message, name, text string) []thing {
	blob := thing{"blob", text}
	tree := treeOf(leaf("100644", name, blob))
	return []thing{blob, tree, commitOf(tree.id(), message, v.main)}
}

// lands approves a change as someone, and asks for it to land.
func (v *villain) lands(number, yes, as string) string {
	if yes != "" {
		if says := v.op(yes, "change.approve", map[string]any{"change": number}); !strings.HasPrefix(says, "HTTP 200") {
			return "the approval: " + says
		}
	}
	return v.op(as, "change.land", map[string]any{"change": number})
}

var landing = []other{
	{"the own change, approved", func(v *villain) string {
		n, _ := v.propose("oz", v.proposed("Approve mine", "a", "mine")...)
		return v.op("oz", "change.approve", map[string]any{"change": n})
	}, "no one approves what they wrote"},
	{"the own change, approved by a program of one's own", func(v *villain) string {
		n, _ := v.propose("oz", v.proposed("Approve mine by a program", "b", "mine")...)
		return v.op("bot", "change.approve", map[string]any{"change": n})
	}, "HTTP 403"},
	{"the own change in another's name", func(v *villain) string {
		list := v.proposed("Approve Ben's, which is mine", "c", "mine")
		list[2].body = strings.ReplaceAll(list[2].body, "Mallory <mallory@", "Ben <ben@")
		n, _ := v.propose("oz", list...)
		return v.op("oz", "change.approve", map[string]any{"change": n})
	}, "no one approves what they wrote"},
	{"a change that is not approved", func(v *villain) string {
		n, _ := v.propose("mallory", v.proposed("Land it", "d", "mine")...)
		return v.lands(n, "", "mallory")
	}, "review/approved"},
	{"the same by the queue itself", func(v *villain) string {
		n, _ := v.propose("mallory", v.proposed("Queue it", "e", "mine")...)
		return v.op("mallory", "queue.add", map[string]any{"change": n})
	}, "review/approved"},
	{"the same in an emergency that is none", func(v *villain) string {
		n, _ := v.propose("mallory", v.proposed("Break glass for it", "f", "mine")...)
		return v.op("mallory", "queue.break-glass", map[string]any{"change": n, "reason": "it burns, believe me"})
	}, "HTTP 403"},
	{"a change that was approved with another content", func(v *villain) string {
		const key = "\n\nChange-Id: I1111111111111111111111111111111111111111"
		n, _ := v.propose("mallory", v.proposed("Say it"+key, "g", "harmless")...)
		v.op("ben", "change.approve", map[string]any{"change": n})
		v.propose("mallory", v.proposed("Say it"+key, "g", "harmful")...)
		return v.lands(n, "", "mallory")
	}, "is of another content"},
	{"another's change, approved by someone who goes on to push it", func(v *villain) string {
		const key = "\n\nChange-Id: I2222222222222222222222222222222222222222"
		n, _ := v.propose("mallory", v.proposed("Say it"+key, "h", "harmless")...)
		v.op("oz", "change.approve", map[string]any{"change": n})
		v.propose("oz", v.proposed("Say it better"+key, "h", "harmless")...)
		return v.lands(n, "", "oz")
	}, "review/approved"},
	{"a change that needs no approval, as it says itself", func(v *villain) string {
		rules := thing{"blob", "approvals: 0\nowners: false\n"}
		folder := treeOf(leaf("100644", "review.yaml", rules))
		tree := treeOf(leaf("40000", ".prentice", folder))
		n, _ := v.propose("mallory", rules, folder, tree, commitOf(tree.id(), "Ask less of changes", v.main))
		return v.lands(n, "", "mallory")
	}, "review/approved"},
	{"a change that takes away who owns what it changes", func(v *villain) string {
		n, _ := v.propose("mallory", v.proposed("Own nothing", "hello", "no CODEOWNERS beside it")...)
		return v.lands(n, "oz", "mallory")
	}, "review/owners"},
	{"a merge as a change", func(v *villain) string {
		_, says := v.propose("mallory", commitOf(v.tree, "Merge it", v.main, v.side))
		return says
	}, "is a merge"},
	{"a history of its own as a change", func(v *villain) string {
		_, says := v.propose("mallory", commitOf(v.tree, "Begin anew"))
		return says
	}, "no commit in common"},
	{"a commit without a message as a change", func(v *villain) string {
		_, says := v.propose("mallory", commitOf(v.tree, " ", v.main))
		return says
	}, "has no message"},
	{"a thousand changes in one push", func(v *villain) string {
		list := []thing{commitOf(v.tree, "One of many", v.main)}
		for range 999 {
			list = append(list, commitOf(v.tree, "One of many", list[len(list)-1].id()))
		}
		_, says := v.propose("mallory", list...)
		return says
	}, "more than 50"},
	{"what is in main already", func(v *villain) string {
		says, _ := v.push("http", "mallory", sent{lines: []string{zeroID + " " + v.main + " refs/for/main"}, pack: packOf()})
		return says
	}, "nothing to propose"},
	{"main, protected no longer", func(v *villain) string {
		return v.op("mallory", "branch.protect", map[string]any{"name": "shop", "branch": "main", "off": true})
	}, "HTTP 403"},
	{"the repository itself, deleted", func(v *villain) string {
		return v.op("mallory", "repository.delete", map[string]any{"name": "shop", "reason": "no one needs it"})
	}, "HTTP 403"},
}

// door is a request of git.
func door(path string) func(v *villain) string {
	return func(v *villain) string { return v.get("mallory", path) }
}

// overSSH is a command over SSH.
func overSSH(command string) func(v *villain) string {
	return func(v *villain) string {
		says, err := bySSH(v.ssh, v.key, command, nil)
		return fmt.Sprint(says, err)
	}
}

// pushedAs is a good push by someone who may not.
func pushedAs(who string) func(v *villain) string {
	return func(v *villain) string {
		says, err := v.push("http", who, newRef(v.branch())(v))
		return fmt.Sprint(says, err)
	}
}

const noGit = "and nothing else"

var doors = []other{
	{"a push by someone who only reads", pushedAs("vic"), "HTTP 403"},
	{"a push by a program that may not push", pushedAs("bot"), "HTTP 403"},
	{"a push with a token that is none", pushedAs("nobody"), "HTTP 401"},
	{"a push to a repository whose name is a path", door("../../data/shop.git/info/refs?service=git-receive-pack"), "HTTP 40"},
	{"a push to what lies beside the repositories", door("shop.git/../../keys.git/info/refs?service=git-receive-pack"), "HTTP 40"},
	{"a path that is written in percent", door("%2e%2e/shop.git/info/refs?service=git-receive-pack"), "HTTP 40"},
	{"a file of the repository, by the old protocol", door("shop.git/config"), "HTTP 404"},
	{"a list of packs, by the old protocol", door("shop.git/objects/info/packs"), "HTTP 404"},
	{"a service that there is not", door("shop.git/info/refs?service=git-upload-archive"), "not spoken here"},
	{"the batch of Git LFS", door("shop.git/info/lfs/objects/batch"), "no Git LFS files"},
	{"a shell over SSH", overSSH("sh"), noGit},
	{"two commands over SSH", overSSH("git-receive-pack 'shop'; touch pwned-by-a-push"), noGit},
	{"a command in the name of a repository", overSSH("git-receive-pack '$(touch pwned-by-a-push)'"), noGit},
	{"an option in the name of a repository", overSSH("git-upload-pack '--upload-pack=touch'"), noGit},
	{"a path in the name of a repository", overSSH("git-receive-pack '../../etc/shop'"), noGit},
	{"an archive of it over SSH", overSSH("git-upload-archive 'shop'"), noGit},
	{"a copy by scp", overSSH("scp -t /tmp"), noGit},
}
