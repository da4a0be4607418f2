package procedure_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"prentice"
)

func TestTheFormatsOwnExampleIsReadWhole(t *testing.T) {
	p, findings := parse(sample(t, "restart-service"))
	if len(findings) > 0 {
		t.Fatal(says(findings))
	}
	if p.Name != "restart-service" || p.Owner != "group/platform" || p.ReviewBy != "2027-05-01" || p.Targets != "service(inputs.service).hosts" {
		t.Errorf("got %+v", p)
	}
	want := prentice.Limits{MaxTargets: 5, Parallel: 1, MaxUnhealthy: 20, Cooldown: 10 * time.Minute, Timeout: 5 * time.Minute, ApprovalExpires: time.Hour}
	if p.Limits != want {
		t.Errorf("limits %+v", p.Limits)
	}
	if len(p.On) != 1 || p.On[0].Event != "probe.failed" || p.On[0].If != "event.data.consecutive >= 3" || p.On[0].At.Line != 7 {
		t.Errorf("on %+v", p.On)
	}
	if len(p.Inputs) != 1 || p.Inputs[0].Type != "service" || p.Inputs[0].From != "event.subject" {
		t.Errorf("inputs %+v", p.Inputs)
	}
	steps := []string{}
	for _, s := range p.Steps {
		steps = append(steps, strings.Join([]string{string(s.Section), s.Kind, s.ID, s.Risk.String(), s.Where, s.Expect, s.Of}, " "))
	}
	if want := []string{
		"check sh down look target fail ",
		"check sh disk look target ok ",
		"act sh restart change target  ",
		"act sh done-restart look target  restart",
		"act human tell change here  ",
		"verify probe verify-1 look here  ",
		"undo sh stop change target  ",
	}; !reflect.DeepEqual(steps, want) {
		t.Errorf("steps\n%s", strings.Join(steps, "\n"))
	}
	down, restart, probe := p.Steps[0], p.Steps[2], p.Steps[5]
	if down.Body != "curl -fsS --max-time 5 \"$SERVICE_URL/healthz\"\n" || down.At.Line != 24 ||
		!strings.HasPrefix(down.Prose, "The service must really be down") {
		t.Errorf("first step %+v", down)
	}
	if !restart.Idempotent || p.Steps[0].Idempotent {
		t.Error("idempotent is read wrongly")
	}
	if !reflect.DeepEqual(probe.Attrs, map[string]string{"service": "${inputs.service}", "settle": "30s", "silence": "2m"}) {
		t.Errorf("attributes %v", probe.Attrs)
	}
	titles := []string{}
	for _, s := range p.Sections {
		titles = append(titles, s.Title)
	}
	if got := strings.Join(titles, ","); got != "Restart a service,Check,Act,Verify,Undo" {
		t.Errorf("sections %s", got)
	}
	if !strings.Contains(p.Sections[0].Text, "use `failover-db`") {
		t.Errorf("prose %q", p.Sections[0].Text)
	}
}

func TestLineEndsDoNotChangeADigest(t *testing.T) {
	unix := sample(t, "restart-service")
	a, _ := parse(unix)
	b, findings := parse("\ufeff" + strings.ReplaceAll(unix, "\n", "\r\n"))
	if len(findings) > 0 || a.Digest != b.Digest || !reflect.DeepEqual(a, b) {
		t.Errorf("they differ: %s", says(findings))
	}
}

func TestFrontMatterIsStrict(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no front matter", "# Restart\n", "p.md:1:1: error: the file has no front matter"},
		{"front matter without an end", "---\nprocedure: p\n", "p.md:1:1: error: the front matter has no end"},
		{"nothing at all", "", "p.md:1:1: error: the file has no front matter"},
		{"a misspelt key", front("ownr: group:a"), `p.md:6:1: error: unknown key "ownr"; did you mean owner?`},
		{"a key twice", front("owner: a", "owner: b"), `p.md:7:1: error: key "owner" appears twice`},
		{"broken YAML", front("owner: [a"), "error: not YAML: did not find expected"},
		{"an alias", front("secrets: &a [x]", "owner: *a"), "p.md:6:10: error: anchors and aliases are not read here"},
		{"a tag", front("owner: !!str payments"), "p.md:6:8: error: the tag !!str is not read here"},
		{"a list for a mapping", "---\n- a\n---\n", "p.md:2:1: error: the front matter is not a mapping"},
		{"two documents", "---\nprocedure: p\n...\nb: c\n---\n", "p.md:3:1: error: not YAML: did not find expected <document start>"},
		{"no name", "---\nsummary: s\ntargets: hosts()\n---\n", "p.md:2:1: error: the procedure has no name"},
		{"an empty name", front("procedure:"), "procedure is empty"},
		{"a name that is a path", front("procedure: ../x"), `p.md:2:12: error: procedure "../x" is not a name`},
		{"a summary of two lines", front("summary: \"a\\nb\""), "p.md:3:10: error: the summary has 3 characters in 2 lines"},
		{"an owner of another kind", front("owner: service:a"), `owner "service:a" is not a group or a user`},
		{"a review that is no date", front("review_by: soon"), `p.md:6:12: error: review_by "soon" is not a date`},
		{"no targets", "---\nprocedure: p\nsummary: s\n---\n", "names no targets: empty is never all"},
		{"a misspelt limit", front("inputs: {a: {type: int}}"), ""},
		{"a limit that is no number", strings.Replace(front(), "max_targets: 9", "max_targets: many", 1), `p.md:5:23: error: max_targets "many" is not between 1 and 10000`},
		{"no targets allowed", strings.Replace(front(), "max_targets: 9", "max_targets: 0", 1), `max_targets "0" is not between`},
		{"per cent without the sign", strings.Replace(front(), "20%", "20", 1), `max_unhealthy "20" is not between 0% and 100%`},
		{"a duration without a unit", strings.Replace(front(), "timeout: 1m", "timeout: 60", 1), `timeout "60" is not between 1s and 24h`},
		{"a misspelt limit's name", strings.Replace(front(), "timeout", "timout", 1), `unknown key "timout" in limits; did you mean timeout?`},
		{"limits left out", "---\nprocedure: p\nsummary: s\ntargets: hosts()\nlimits: {timeout: 1m, parallel: 1, cooldown: 0s}\n---\n",
			"p.md:5:9: advice: limits not named take their defaults: max_targets: 1, max_unhealthy: 20%, approval_expires: 1h"},
		{"a secret that holds a value", front("secrets: [Hunter2!]"), `"Hunter2!" is not the name of a secret`},
		{"a secret twice", front("secrets: [a, a]"), `p.md:6:14: error: secret "a" appears twice`},
		{"an input without a type", front("inputs: {a: {}}"), "p.md:6:10: error: input a has no type"},
		{"an unknown type", front("inputs: {a: {type: integer}}"), `p.md:6:20: error: input a: there is no type "integer"`},
		{"a misspelt type", front("inputs: {a: {type: srvice}}"), "did you mean service?"},
		{"an unknown key of an input", front("inputs: {a: {type: int, form: x}}"), `unknown key "form" in input a; did you mean from?`},
		{"a default of another type", front("inputs: {a: {type: int, default: x}}"), `default of input a: "x" is not a whole number`},
		{"a default outside the enum", front("inputs: {a: {type: string, enum: [x, y], default: z}}"), `"z" is not one of x, y`},
		{"an enum of services", front("inputs: {a: {type: service, enum: [x]}}"), "cannot have an enum"},
		{"inputs that are one variable", front("inputs: {a-b: {type: int}, a_b: {type: int}}"), "would be the same environment variable A_B"},
		{"an input named for a shell", front("inputs: {PATH: {type: string}}"), `"PATH" is not the name of an input`},
		{"a trigger of both kinds", front("on: [{event: a.b, schedule: 1 1 * * *}]"), "names both an event and a schedule"},
		{"a trigger of no kind", front("on: [{if: 'true'}]"), "names neither an event nor a schedule"},
		{"a misspelt trigger", front("on: [{evnt: a.b}]"), `unknown key "evnt" in on; did you mean event?`},
		{"a condition on a schedule", front("on: [{schedule: 1 1 * * *, if: 'true'}]"), "if belongs to an event"},
		{"a zone on an event", front("on: [{event: a.b, zone: UTC}]"), "zone belongs to a schedule"},
		{"a schedule of six fields", front("on: [{schedule: 1 1 1 * * *}]"), "is not five fields of cron"},
		{"a schedule in short hand", front("on: [{schedule: '@daily'}]"), "is not five fields of cron"},
		{"a schedule that never comes", front("on: [{schedule: 0 0 30 2 *}]"), "never comes"},
		{"a zone no one knows", front("on: [{schedule: 1 1 * * *, zone: Europe/Londn}]"), `zone "Europe/Londn" is not known`},
		{"the machine's own zone", front("on: [{schedule: 1 1 * * *, zone: Local}]"), `zone "Local" is not known`},
		{"a start by itself without its input", front("inputs: {a: {type: int}}", "on: [{event: a.b}]"), "p.md:6:10: error: no one can give input a"},
		{"a schedule that gives what another does not", front("inputs: {a: {type: int}}", "on: [{schedule: 1 1 * * *, with: {a: 3}}, {schedule: 1 2 * * *}]"), "no one can give input a when the procedure starts by itself (line 7)"},
		{"every schedule gives it", front("inputs: {a: {type: int}, b: {type: list}}", "on: [{schedule: 1 1 * * *, with: {a: 3, b: [x, y]}}]"), ""},
		{"a schedule that gives another type", front("inputs: {a: {type: int}}", "on: [{schedule: 1 1 * * *, with: {a: x}}]"), `p.md:7:38: error: with: a: "x" is not a whole number`},
		{"a schedule that gives what is not allowed", front("inputs: {a: {type: int, max: 3}}", "on: [{schedule: 1 1 * * *, with: {a: 4}}]"), `with: a: `},
		{"a schedule that gives an unknown input", front("inputs: {table: {type: string}}", "on: [{schedule: 1 1 * * *, with: {tabel: 4, table: x}}]"), `there is no input "tabel"`},
		{"inputs of an event", front("inputs: {a: {type: int, default: 1}}", "on: [{event: a.b, with: {a: 3}}]"), "with belongs to a schedule"},
		{"a list where on: is one", front("on: {event: a.b}"), "on is not a list"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, findings := parse(c.text + act)
			if got := says(findings); !strings.Contains(got, c.want) || c.want == "" && got != "" {
				t.Errorf("got\n%swant %s", got, c.want)
			}
		})
	}
}

func TestExpressionsAreJudgedWhenTheFileIsRead(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a misspelt input", front("inputs: {service: {type: service}}", "targets: service(inputs.srvice).hosts"),
			`p.md:4:24: error: targets: there is no "srvice" here; did you mean service?`},
		{"a misspelt field of a service", front("inputs: {service: {type: service}}", "targets: service(inputs.service).hots"),
			`p.md:4:33: error: targets: there is no "hots" here; did you mean hosts?`},
		{"a misspelt field of the event", front("on: [{event: a.b, if: event.sorce == 'x'}]"), `there is no "sorce" here; did you mean source?`},
		{"targets that are no hosts", front("targets: inputs"), "p.md:4:10: error: targets: expression gives Inputs, wanted list(Host) or list(string) or Host"},
		{"a condition that is no question", front("on: [{event: a.b, if: event.type}]"), "if: expression gives string, wanted bool"},
		{"a condition over inputs", front("inputs: {a: {type: int, default: 1}}", "on: [{event: a.b, if: inputs.a > 1}]"), `there is no "inputs" here`},
		{"half an expression", front("targets: hosts("), "p.md:4:16: error: targets: Syntax error"},
		{"an expression in a block", front("targets: |", "  hosts()", "  .filter(h, h.nme == 'a')"), ""},
		{"a service where none is given", front("targets: service.hosts"), `there is no "service" here; give the procedure an input of type service`},
		{"a dash is an underscore", front("inputs: {keep-days: {type: int}}", "targets: 'inputs.keep_days > 1 ? hosts() : hosts()'"), ""},
		{"a wrong type of argument", front("inputs: {n: {type: int}}", "targets: '[host(inputs.n)]'"), "no matching overload"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, findings := parse(c.text + act)
			if got := says(findings); !strings.Contains(got, c.want) || c.want == "" && len(errorsIn(findings)) > 0 && c.name != "an expression in a block" {
				t.Errorf("got\n%swant %s", got, c.want)
			}
		})
	}
}

func TestAnExpressionInABlockHasItsOwnPlace(t *testing.T) {
	text := "---\nprocedure: p\nsummary: s\ntargets: |\n  hosts()\n    .filter(h, h.nme == 'a')\n---\n" + act
	_, findings := parse(text)
	if got := says(findings); !strings.Contains(got, `p.md:6:17: error: targets: there is no "nme" here; did you mean name?`) {
		t.Error(got)
	}
}

func TestWhatIsNotTextIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a NUL byte":                   {front() + "a\x00b", "p.md:7:1: error: the file holds a NUL byte"},
		"bytes that are no text":       {front() + "\n\xff\xfe", "p.md:8:1: error: the file is not UTF-8"},
		"a lone return":                {front() + "a\rb", "p.md:7:1: error: a carriage return is within a line"},
		"text that runs the other way": {front() + act + "\u202e", "p.md:13:1: error: the file holds the hidden character U+202E"},
		"a terminal's escape":          {front() + "\x1b[2K", "p.md:7:1: error: the file holds the hidden character U+001B"},
		"a huge file":                  {front() + strings.Repeat("a", 1<<20), "at most 1048576 are read"},
		"a tower of quotations":        {front() + strings.Repeat(">", 500_000), "p.md:7:1: error: lists and quotations stand more than 30 deep"},
		"a tower of lists":             {front() + strings.Repeat("1. ", 200_000), "stand more than 30 deep"},
		"too many steps":               {front() + "\n## Act\n" + strings.Repeat("```sh\ntrue\n```\n", 201), "the procedure has 201 steps"},
	} {
		t.Run(name, func(t *testing.T) {
			p, findings := parse(c.text)
			if got := says(findings); !strings.Contains(got, c.want) {
				t.Errorf("got %.400s, want %s", got, c.want)
			}
			if p.Name != "p" || p.File != "procedures/p.md" {
				t.Errorf("it is called %q in %q", p.Name, p.File)
			}
		})
	}
}

func TestAnEmptyFileIsNoProcedure(t *testing.T) {
	if _, findings := parse(""); !strings.Contains(says(findings), "p.md:1:1: error: the file has no front matter") {
		t.Errorf("got %s", says(findings))
	}
}
