package boot

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/kit/filestest"
	"prentice/internal/op"
	"prentice/internal/skill/learning"
)

// figure is a number that an explanation of a topic tells, and the question to the same
// store, or the count in the team's files, that has to have the same answer.
type figure struct {
	topic, says string // a pattern whose one group is the number
	sql         string
	args        []any
	files       int // the answer when there is no question
}

const (
	truthCatalog = `apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: keepers}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: tower, annotations: {prentice.dev/local: "true", prentice.dev/place: tower}}
spec: {type: host, owner: "group:keepers"}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: ringing}
spec: {type: openapi, lifecycle: production, owner: "group:keepers", definition: "openapi: 3.0.0"}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: bell, description: Rings., annotations: {prentice.dev/hosts: tower, prentice.dev/probes: "[{name: health, kind: http, target: 'http://127.0.0.1:9/', interval: 1s, timeout: 500ms, fail_after: 2, pass_after: 2}]"}}
spec: {type: service, lifecycle: production, owner: "group:keepers", dependsOn: ["component:gong"]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: gong, annotations: {prentice.dev/hosts: tower}}
spec: {type: service, lifecycle: production, owner: "group:keepers"}
`
	truthPolicy = "rules:\n  - name: ringing-is-free\n    priority: 30\n    when: plan.procedure == \"ring-bell\"\n    verdict: allow\n    reason: It is a bell.\n"
)

// Every number that these topics tell is counted again, with SQL or in the files.
func figures() []figure {
	recent := []any{db.Micros(time.Now().AddDate(0, 0, -30))}
	services, hosts := strings.Count(truthCatalog, "type: service"), strings.Count(truthCatalog, "type: host")
	return []figure{
		{topic: "capacity", says: `has (\d+) host`, files: hosts},
		{topic: "capacity", says: `and (\d+) services`, files: services},
		{topic: "capacity", says: `there were (\d+) runs`, sql: `SELECT COUNT(*) FROM runs WHERE created >= ?`, args: recent},
		{topic: "prototyping", says: `days (\d+) commands were run ad hoc`, sql: `SELECT COUNT(*) FROM runs WHERE procedure = 'adhoc' AND created >= ?`, args: recent},
		{topic: "prototyping", says: "`uptime`, (\\d+) times", sql: `SELECT COUNT(*) FROM runs r JOIN run_plans p ON p.plan = r.plan WHERE p.command = 'uptime'`},
		{topic: "integration", says: `(\d+) of \d+ services need another`, files: strings.Count(truthCatalog, "dependsOn")},
		{topic: "integration", says: `of (\d+) services? need`, files: services},
		{topic: "integration", says: `Of the last (\d+) events`, sql: `SELECT COUNT(*) FROM inbox_events WHERE received >= ?`, args: recent},
		{topic: "integration", says: `from ci: (\d+)`, sql: `SELECT COUNT(*) FROM inbox_events WHERE source = 'ci'`},
		{topic: "integration", says: `(\d+) of them was sent more than once`, sql: `SELECT COUNT(*) FROM inbox_marks WHERE times > 1`},
		{topic: "integration", says: `(\d+) were taken`, sql: `SELECT COUNT(*) FROM notices WHERE state = 'sent'`},
		{topic: "integration", says: `(\d+) were given up`, sql: `SELECT COUNT(*) FROM notices WHERE state = 'dead'`},
		{topic: "userfocus", says: `incident/(\d+): the bell`, sql: `SELECT number FROM incidents WHERE subject = 'service/bell'`},
		{topic: "userfocus", says: `incident/(\d+): the gong`, sql: `SELECT number FROM incidents WHERE subject = 'service/gong'`},
		{topic: "userfocus", says: `It lasted (\d+) min`, sql: `SELECT (closed - first_symptom) / 60000000 FROM incidents WHERE subject = 'service/bell'`},
		{topic: "userfocus", says: `(\d+) of \d+ services have`, files: strings.Count(truthCatalog, "description")},
		{topic: "userfocus", says: `of (\d+) services have`, files: services},
		{topic: "standards", says: `has (\d+) rules`, files: strings.Count(truthPolicy, "name:") + 5},
		{topic: "standards", says: `Of (\d+) procedures these are due`, files: 2},
		{topic: "build", says: `(\d+) procedures are in force`, files: 2},
		{topic: "codecontrol", says: `(\d+) procedures`, files: 2},
		{topic: "codecontrol", says: `policy of (\d+) rules`, files: strings.Count(truthPolicy, "name:") + 5},
		{topic: "environments", says: `have (\d+) host`, files: hosts},
		{topic: "security", says: `of this team has (\d+) lines`, sql: `SELECT COUNT(*) FROM ledger_line`},
		{topic: "security", says: `There are (\d+) tokens`, sql: `SELECT COUNT(*) FROM identity_token`},
		{topic: "security", says: `tokens, (\d+) of them for agents`, sql: `SELECT COUNT(*) FROM identity_token WHERE kind = 'agent'`},
		{topic: "availability", says: `I check (\d+) services`, files: services},
		{topic: "availability", says: `with (\d+) probe`, files: strings.Count(truthCatalog, "kind: http")},
		{topic: "design", says: `: (\d+) entities`, files: strings.Count(truthCatalog, "kind: ") - strings.Count(truthCatalog, "kind: http")},
		{topic: "design", says: `entities, (\d+) of them`, files: services},
		{topic: "design", says: `services, on (\d+) host`, files: hosts},
		{topic: "automation", says: `the (\d+) procedures that the team`, files: 2},
		{topic: "automation", says: `(\d+) of \d+ runs ended verified`, sql: `SELECT COUNT(*) FROM runs WHERE procedure = 'ring-bell' AND state = 'verified'`},
		{topic: "automation", says: `of (\d+) runs ended verified`, sql: `SELECT COUNT(*) FROM runs WHERE procedure = 'ring-bell' AND ended > 0`},
		{topic: "support", says: `incident/(\d+)\*\*, service/gong`, sql: `SELECT number FROM incidents WHERE closed = 0`},
		{topic: "supervision", says: `run/(\d+) ended verified`, sql: `SELECT MAX(number) FROM runs WHERE state = 'verified'`},
	}
}

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestEachFigureOfAnExplanationIsTrue(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { compareFigures(t, "") })
	t.Run("postgres", func(t *testing.T) { compareFigures(t, dbtest.PostgresURL(t)) })
}

func compareFigures(t *testing.T, database string) {
	s := seeded(t, database)
	told := map[string]string{}
	for _, f := range figures() {
		if told[f.topic] == "" {
			told[f.topic] = standsHere(t, s, f.topic)
		}
	}
	left := map[string]string{}
	for topic, text := range told {
		left[topic] = text
	}
	for _, f := range figures() {
		want := f.files
		if f.sql != "" {
			if err := s.db.QueryRow(t.Context(), f.sql, f.args, &want); err != nil {
				t.Fatal(f.sql, err)
			}
		}
		at := regexp.MustCompile(f.says).FindStringSubmatchIndex(told[f.topic])
		if at == nil {
			t.Errorf("%s does not say %q:\n%s", f.topic, f.says, told[f.topic])
			continue
		}
		if got, err := strconv.Atoi(told[f.topic][at[2]:at[3]]); err != nil || got != want {
			t.Errorf("%s says %d by %q, and it is %d", f.topic, got, f.says, want)
		}
		left[f.topic] = left[f.topic][:at[2]] + strings.Repeat("_", at[3]-at[2]) + left[f.topic][at[3]:]
	}
	for _, topic := range []string{"capacity", "prototyping", "integration", "userfocus", "standards", "build", "codecontrol", "environments"} {
		text := regexp.MustCompile(`[39]0 days|It lasted [^,]+, on service/gong|(?:since|as of) \d{4}-\d\d-\d\d(?: \(built in, \d+ days old\))?|min \d+ s`).ReplaceAllString(strings.ReplaceAll(left[topic], s.Settings.Team, "TEAM"), "")
		if more := regexp.MustCompile(`.{0,30}\d.{0,30}`).FindString(text); more != "" {
			t.Errorf("no one counts this figure of %s again: %q", topic, more)
		}
	}
}

// standsHere is the part of a topic that tells of this team.
func standsHere(t *testing.T, s *System, topic string) string {
	t.Helper()
	out, err := s.App.Invoke(t.Context(), op.Request{Actor: truthOwner, Op: "explain", In: json.RawMessage(fmt.Sprintf(`{"topic":%q}`, topic))})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range out.(learning.Explained).Parts {
		if part.Title == "How it stands here" {
			return part.Text
		}
	}
	t.Fatalf("%s does not tell how it stands here", topic)
	return ""
}

var truthOwner = prentice.Actor{Kind: prentice.Person, Name: "olga", Role: prentice.Owner, Door: "cli"}

// seeded is a system after a day on which much was asked for and one thing broke.
func seeded(t *testing.T, database string) *System {
	t.Helper()
	dir := t.TempDir()
	filestest.Lay(t, filepath.Join(dir, "team"), map[string]string{
		"catalog-info.yaml": truthCatalog, "policy.yaml": truthPolicy,
		"procedures/ring-bell.md": accessProcedure,
		"procedures/old.md":       strings.NewReplacer("ring-bell", "old", "2099-01-01", "2020-01-01").Replace(accessProcedure),
	})
	set, err := Settings{Data: filepath.Join(dir, "data"), Team: filepath.Join(dir, "team"), Owner: "olga", Database: database}.Filled()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), set, slog.New(slog.DiscardHandler), Answers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if _, _, err := s.Identity.EnsureOwner(t.Context(), "olga"); err != nil {
		t.Fatal(err)
	}
	for _, ask := range [][2]string{
		{"event.send", `{"type":"build.failed","subject":"service/bell","source":"ci"}`},
		{"event.send", `{"type":"build.failed","subject":"service/bell","source":"ci"}`},
		{"event.send", `{"type":"build.passed","subject":"service/bell","source":"ci"}`},
		{"incident.open", `{"subject":"service/bell","summary":"the bell is cracked"}`},
		{"incident.close", `{"number":"1","reason":"it was cast again"}`},
		{"incident.open", `{"subject":"service/gong","summary":"the gong is silent"}`},
		{"token.create", `{"name":"reader"}`},
		{"run.adhoc", `{"targets":"tower","command":["uptime"],"reason":"how long?"}`},
		{"run.adhoc", `{"targets":"tower","command":["uptime"],"reason":"how long now?"}`},
		{"run.adhoc", `{"targets":"tower","command":["df"],"reason":"how full?"}`},
		{"run.start", `{"procedure":"ring-bell"}`},
	} {
		if _, err := s.App.Invoke(t.Context(), op.Request{Actor: truthOwner, Op: ask[0], In: json.RawMessage(ask[1])}); err != nil {
			t.Fatal(ask, err)
		}
		unseen(t, s, `UPDATE runs SET state = 'failed', started = created, ended = created + 1 WHERE ended = 0`)
	}
	now := db.Micros(time.Now())
	unseen(t, s, `UPDATE runs SET state = 'verified' WHERE procedure = 'ring-bell'`)
	unseen(t, s, `UPDATE incidents SET first_symptom = closed - 2400000000 WHERE subject = 'service/bell'`)
	unseen(t, s, `INSERT INTO run_records (procedure, runs, verified, harmful, ended) VALUES ('ring-bell', 1, 1, 0, ?)`, now)
	for n, state := range []string{"sent", "sent", "sent", "dead", "dead"} {
		unseen(t, s, `INSERT INTO notices (number, once, channel, topic, about, title, message, state, attempts, says, created, due, ended) VALUES (?, ?, 'chat', 'incident', 'incident/1', 'it', '{}', ?, 1, '', ?, ?, ?)`,
			n+100, fmt.Sprint(n), state, now, now, now)
	}
	return s
}

func unseen(t *testing.T, s *System, statement string, args ...any) {
	t.Helper()
	err := s.db.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(statement, args...); return err })
	if err != nil {
		t.Fatal(statement, err)
	}
}
