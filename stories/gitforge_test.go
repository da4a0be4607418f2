package stories

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"prentice/internal/adapter/forge/forgetest"
	engine "prentice/internal/engine/forge"
)

// gitForge is a forge on loopback with one repository, team/shop; see forgetest.
func gitForge(ts *testscript.TestScript, _ bool, args []string) {
	s := of(ts)
	usage(ts, len(args) > 0 && (s.gitForge != nil) == (args[0] != "up"), "gitforge up KIND first, and one of the others then")
	if args[0] == "up" {
		usage(ts, len(args) == 2, "gitforge up KIND")
		server, err := forgetest.New(engine.Kind(args[1]), ts.MkAbs("far"))
		ts.Check(err)
		s.gitForge = server
		ts.Setenv("FORGE", server.URL)
		ts.Setenv("FORGE_DIR", server.Dir)
		ts.Check(os.WriteFile(filepath.Join(ts.MkAbs("."), "forge-token"), []byte(forgetest.Token), 0o600))
		ts.Defer(server.Close)
		return
	}
	f, rest := s.gitForge, args[1:]
	number := func(i int) int64 {
		n, err := strconv.ParseInt(rest[i], 10, 64)
		ts.Check(err)
		return n
	}
	switch args[0] {
	case "propose":
		usage(ts, len(rest) == 3, "gitforge propose [fork:]BRANCH TITLE AUTHOR")
		n, err := f.Propose(rest[0], rest[1], "Because of "+rest[0]+".", rest[2])
		ts.Check(err)
		ts.Logf("pull request %d", n)
	case "say":
		usage(ts, len(rest) == 3, "gitforge say NUMBER AUTHOR TEXT")
		f.Say(number(0), rest[1], rest[2])
	case "close":
		usage(ts, len(rest) == 1, "gitforge close NUMBER")
		f.Turn(number(0), false, false)
	case "reopen":
		usage(ts, len(rest) == 1, "gitforge reopen NUMBER")
		f.Turn(number(0), true, false)
	case "ill":
		usage(ts, len(rest) == 1, "gitforge ill CODE|lost|closed|not")
		ill := forgetest.Ill{}
		switch rest[0] {
		case "lost":
			ill = forgetest.Ill{Lost: true, Only: "POST /repos/team/shop/issues"}
		case "closed":
			ill = forgetest.Ill{Pushes: true}
		case "not":
		default:
			ill = forgetest.Ill{Code: int(number(0)), Retry: "1"}
		}
		ts.Check(f.Fall(ill))
	case "status":
		usage(ts, len(rest) == 3, "gitforge status REF CONTEXT PATTERN")
		pattern := regexp.MustCompile(rest[2])
		eventually(ts, func() (bool, string) {
			got := f.Statuses(f.At(rest[0]))[rest[1]]
			return pattern.MatchString(got.State + " " + got.Says), fmt.Sprintf("the status of %s is %+v", rest[0], got)
		})
	case "pull":
		usage(ts, len(rest) == 2, "gitforge pull NUMBER merged|closed|open")
		eventually(ts, func() (bool, string) {
			p := f.Pull(number(0))
			state := "closed"
			if p.Open {
				state = "open"
			} else if p.Merged {
				state = "merged"
			}
			return state == rest[1], fmt.Sprintf("pull request %s is %s", rest[0], state)
		})
	case "comment":
		usage(ts, len(rest) == 2, "gitforge comment NUMBER PATTERN")
		pattern := regexp.MustCompile(rest[1])
		eventually(ts, func() (bool, string) {
			var ours []forgetest.Comment
			for _, c := range f.Comments(number(0)) {
				if c.Author == forgetest.Bot {
					ours = append(ours, c)
				}
			}
			if len(ours) > 1 {
				ts.Fatalf("there are %d comments of ours: %+v", len(ours), ours)
			}
			return len(ours) == 1 && pattern.MatchString(ours[0].Text), fmt.Sprintf("%+v", ours)
		})
	case "tells":
		usage(ts, len(rest) == 2, "gitforge tells HOOK SECRET")
		body := `{"action":"synchronized","repository":{"name":"shop","full_name":"team/shop"}}`
		mac := hmac.New(sha256.New, []byte(rest[1]))
		mac.Write([]byte(body))
		req, err := http.NewRequest(http.MethodPost, ts.Getenv("URL")+"/v1/hook/"+rest[0], strings.NewReader(body))
		ts.Check(err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-GitHub-Event", "pull_request")
		req.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
		res, err := browser.Do(req)
		ts.Check(err)
		res.Body.Close()
		if res.StatusCode/100 != 2 {
			ts.Fatalf("the webhook was answered %s", res.Status)
		}
	case "faults":
		for _, fault := range f.Faults() {
			ts.Fatalf("not documented: %s", fault)
		}
	default:
		usage(ts, false, "gitforge up|propose|say|close|reopen|ill|status|pull|comment|tells|faults")
	}
}
