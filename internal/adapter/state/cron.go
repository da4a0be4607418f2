package state

import (
	_ "embed"
	"regexp"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/cron"
)

//go:embed cron.sh
var cronScript string

// job is the kind `cron name=backup schedule="30 3 * * *"`: a job of a user's crontab,
// which is told from the other lines by a comment. The command is the block.
var job = sort{
	name: "cron", script: cronScript, body: true, attrs: []string{"name", "state", "schedule", "user"},
	lint: func(l *linting) {
		l.required("name", "backup")
		l.matches("name", regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`), "a name", "use letters, digits and dashes")
		l.matches("user", accountForm, "the name of a user", "write a name such as backup")
		l.oneOf("state", "present", "absent")
		command := strings.TrimSpace(l.Body)
		switch gone := l.Attrs["state"] == "absent"; {
		case gone && (command != "" || l.Attrs["schedule"] != ""):
			l.fail("leave the block empty, and take schedule out", "a job that is to be absent has a command or a schedule")
		case gone:
		case command == "" || strings.Contains(command, "\n"):
			l.fail("write the command in one line in the block", "the cron step has not one command")
		default:
			l.required("schedule", `"30 3 * * *"`)
		}
		if v, ok := l.value("schedule"); ok && v != "" {
			if _, err := cron.Parse(v, time.UTC); err != nil {
				l.fail("write five fields: minute, hour, day, month, day of the week", "schedule: %v", err)
			}
		}
		if unescaped.MatchString(command) {
			l.advise(`write \% where you mean a per cent sign`, "to cron, %% ends the line of the command")
		}
	},
	says: func(s prentice.PlannedStep) string {
		if s.Attrs["state"] == "absent" {
			return "there is no cron job " + s.Attrs["name"]
		}
		return "cron runs " + s.Attrs["name"] + " at " + s.Attrs["schedule"] + ": " + strings.TrimSpace(s.Body)
	},
	values: func(s prentice.PlannedStep) map[string]string {
		values := only("name", "state", "schedule", "user")(s)
		values["command"] = strings.TrimSpace(s.Body)
		if values["command"] == "" {
			values["command"] = s.Attrs["command"]
		}
		return values
	},
}

var unescaped = regexp.MustCompile(`(^|[^\\])%`)
