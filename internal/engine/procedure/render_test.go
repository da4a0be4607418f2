package procedure_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

var update = flag.Bool("update", false, "write the golden files")

func down(consecutive string) *prentice.Event {
	e := event("probe.failed", "service/checkout", `{"consecutive":`+consecutive+`,"probe":"http","deep":{"a":1},"message":"$(reboot) & co"}`)
	return &e
}

func TestPlansAreTheSameEverywhere(t *testing.T) {
	for _, c := range []struct {
		name string
		req  prentice.RunRequest
	}{
		{"restart-service", prentice.RunRequest{Procedure: "restart-service", Event: down("3")}},
		{"failover-db", prentice.RunRequest{Procedure: "failover-db", Inputs: map[string]string{"service": "orders-db", "wait": "90s"}}},
		{"clean-disk", prentice.RunRequest{Procedure: "clean-disk", Inputs: map[string]string{"host": "web-1", "keep-days": "007", "area": "cache"}}},
		{"nightly-backup", prentice.RunRequest{Procedure: "nightly-backup"}},
		{"call-a-person", prentice.RunRequest{Procedure: "call-a-person"}},
		{"recover-shop", prentice.RunRequest{Procedure: "recover-shop"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan, err := procedure.Render(samples(t), proceduretest.Catalog(), c.req)
			if err != nil {
				t.Fatal(err)
			}
			for range 20 {
				again, err := procedure.Render(samples(t), proceduretest.Catalog(), c.req)
				if err != nil || again.Hash() != plan.Hash() {
					t.Fatalf("another hash: %v", err)
				}
			}
			golden := "testdata/golden/" + c.name + ".json"
			if *update {
				if err := os.WriteFile(golden, plan.Canonical(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, plan.Canonical()) {
				t.Errorf("got\n%s\nwant\n%s", plan.Canonical(), want)
			}
		})
	}
}

func TestEqualFaultsHaveEqualPlans(t *testing.T) {
	first, second := down("3"), down("3")
	second.ID, second.Time = "2", day("2027-01-01")
	l, cat := samples(t), proceduretest.Catalog()
	a, err := procedure.Render(l, cat, prentice.RunRequest{Procedure: "restart-service", Event: first})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := procedure.Render(l, cat, prentice.RunRequest{Procedure: "restart-service", Event: second, Reason: "again", Incident: "incident/9",
		Actor: prentice.Prentice("probe")})
	if a.Hash() != b.Hash() {
		t.Error("the same fault has another plan")
	}
	c, _ := procedure.Render(l, cat, prentice.RunRequest{Procedure: "restart-service", Event: down("4")})
	if a.Hash() == c.Hash() {
		t.Error("other data has the same plan")
	}
}

func TestAPlanSaysExactlyWhatWillHappen(t *testing.T) {
	plan, err := procedure.Render(samples(t), proceduretest.Catalog(), prentice.RunRequest{Procedure: "restart-service", Event: down("3")})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Subject != "service/checkout" || plan.Risk != prentice.Change || !plan.Undoable || plan.Inputs["service"] != "service/checkout" {
		t.Errorf("got %+v", plan)
	}
	if len(plan.Targets) != 2 || plan.Targets[0].Ref != "host/web-1" || plan.Targets[0].Facts["zone"] != "a" {
		t.Errorf("targets %+v", plan.Targets)
	}
	restart := plan.In(prentice.Act)[0]
	if restart.Done == nil || restart.Done.ID != "done-restart" || restart.Done.Risk != prentice.Look || restart.Done.Env["SERVICE_UNIT"] != "checkout.service" {
		t.Errorf("done? is %+v", restart.Done)
	}
	env := restart.Env
	for name, want := range map[string]string{
		"INPUT_SERVICE": "service/checkout", "SERVICE_NAME": "checkout", "SERVICE_URL": "http://127.0.0.1:8080", "SERVICE_OWNER": "group/shop",
		"EVENT_TYPE": "probe.failed", "EVENT_SOURCE": "test", "EVENT_SUBJECT": "service/checkout",
		"EVENT_DATA_CONSECUTIVE": "3", "EVENT_DATA_PROBE": "http", "EVENT_DATA_MESSAGE": "$(reboot) & co",
	} {
		if env[name] != want {
			t.Errorf("%s=%q, want %q", name, env[name], want)
		}
	}
	for _, never := range []string{"EVENT_ID", "EVENT_DATA_DEEP", "SERVICE_RUN", "DEPLOY_TOKEN"} {
		if _, set := env[never]; set {
			t.Errorf("%s is set", never)
		}
	}
	if probe := plan.In(prentice.Verify)[0]; probe.Attrs["service"] != "service/checkout" || probe.Says != "probe service/checkout" {
		t.Errorf("verify is %+v", probe)
	}
	if restart.Body != "systemctl restart \"$SERVICE_UNIT\"\n" {
		t.Errorf("a script was changed: %q", restart.Body)
	}
}

func TestUsedProceduresStandInTheirSections(t *testing.T) {
	plan, err := procedure.Render(samples(t), proceduretest.Catalog(), prentice.RunRequest{Procedure: "recover-shop"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range plan.Steps {
		got = append(got, string(s.Section)+":"+s.ID)
	}
	if want := "check:gateway check:restart.down check:restart.disk act:restart.restart act:restart.tell act:warm " +
		"verify:restart.verify-1 verify:front undo:restart.stop"; strings.Join(got, " ") != want {
		t.Errorf("got %s", strings.Join(got, " "))
	}
	if restart := plan.In(prentice.Act)[0]; restart.Done == nil || restart.Done.ID != "restart.done-restart" || restart.Env["INPUT_SERVICE"] != "service/checkout" {
		t.Errorf("got %+v", restart)
	}
	if warm := plan.In(prentice.Act)[2]; warm.Attrs["url"] != "http://127.0.0.1:8080/warm?zone=b" {
		t.Errorf("url %q", warm.Attrs["url"])
	}
	if len(plan.Secrets) != 1 || plan.Secrets[0] != "deploy-token" {
		t.Errorf("secrets %v", plan.Secrets)
	}
	changed := strings.Replace(sample(t, "restart-service"), "Use this when", "Use it when", 1)
	other, err := procedure.Render(library(t, sample(t, "recover-shop"), changed), proceduretest.Catalog(), prentice.RunRequest{Procedure: "recover-shop"})
	if err != nil || other.Digest == plan.Digest {
		t.Errorf("the digest does not cover what is used: %v", err)
	}
}

func TestPlansAreRefused(t *testing.T) {
	one := func(lines ...string) []string { return []string{front(lines...) + act} }
	give := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	service := "inputs: {service: {type: service}}"
	for _, c := range []struct {
		name   string
		texts  []string
		inputs map[string]string
		event  *prentice.Event
		kind   prentice.Kind
		want   string
	}{
		{"an unknown procedure", []string{front("procedure: q") + act}, nil, nil, prentice.NotFound, `no procedure "p"`},
		{"no targets", one("targets: '[]'"), nil, nil, prentice.Refused, "no targets: [] gives no hosts"},
		{"a filter that leaves nothing", one("targets: hosts().filter(h, h.name == 'x')"), nil, nil, prentice.Refused, "no targets"},
		{"a service that runs nowhere", one(service, "targets: service.hosts"), give("service", "forgotten"), nil, prentice.Refused, "no targets"},
		{"a system without services", one("targets: system('empty').hosts"), nil, nil, prentice.Refused, "no targets"},
		{"an unknown system", one("targets: system('shopp').hosts"), nil, nil, prentice.Refused, `no system "shopp"`},
		{"an unknown host", one("targets: '[host(\"web-9\")]'"), nil, nil, prentice.Refused, `no host "web-9"`},
		{"a name that is no host", one("targets: '[\"web-9\"]'"), nil, nil, prentice.Refused, `target "web-9" is not in the catalog`},
		{"a service as a target", one("targets: '[\"service/checkout\"]'"), nil, nil, prentice.Refused, "target service/checkout is neither a host nor a resource"},
		{"a number as a target", one("targets: event.data.list"), nil, &prentice.Event{ID: "1", Data: []byte(`{"list":[1]}`)}, prentice.Refused, "is not a host"},
		{"more targets than allowed", []string{strings.Replace(front(), "max_targets: 9", "max_targets: 3", 1) + act}, nil, nil, prentice.Refused, "4 targets are more than the procedure's limit of 3"},
		{"an event that is not there", one("targets: '[event.subject]'"), nil, nil, prentice.Refused, `"subject" is not set`},
		{"a missing input", one(service), nil, nil, prentice.Invalid, "input service of procedure p is missing: give it a value; on a command line: --input service=VALUE"},
		{"an unknown input", one(service), give("srvice", "x"), nil, prentice.Invalid, `has no input "srvice": did you mean service?`},
		{"an unknown service", one(service), give("service", "chekout"), nil, prentice.NotFound, `no service "chekout" in the catalog: did you mean checkout?`},
		{"a service that is a path", one(service), give("service", "../../etc"), nil, prentice.Invalid, "is not the name of a service"},
		{"a host that is a service", one("inputs: {h: {type: host}}"), give("h", "service/checkout"), nil, prentice.Invalid, "is not the name of a host"},
		{"an unknown host as input", one("inputs: {h: {type: host}}"), give("h", "wbe-1"), nil, prentice.NotFound, "did you mean web-1?"},
		{"a number that is none", one("inputs: {n: {type: int}}"), give("n", "1; reboot"), nil, prentice.Invalid, `"1; reboot" is not a whole number`},
		{"yes for true", one("inputs: {b: {type: bool}}"), give("b", "yes"), nil, prentice.Invalid, "is not true or false"},
		{"a duration without a unit", one("inputs: {d: {type: duration}}"), give("d", "10"), nil, prentice.Invalid, "is not a duration"},
		{"a text with a NUL", one("inputs: {s: {type: string}}"), give("s", "a\x00b"), nil, prentice.Invalid, "NUL byte"},
		{"a text that is too long", one("inputs: {s: {type: string}}"), give("s", strings.Repeat("a", 4097)), nil, prentice.Invalid, "more than 4096 bytes"},
		{"a value outside the enum", one("inputs: {s: {type: string, enum: [small, large]}}"), give("s", "smal"), nil, prentice.Invalid, "did you mean small?"},
		{"an event without what is wanted", one("inputs: {s: {type: string, from: event.data.x}}"), nil, &prentice.Event{ID: "1", Data: []byte(`{}`)}, prentice.Invalid,
			"cannot be taken from the event: no such key: x"},
		{"an event with a list", one("inputs: {s: {type: string, from: event.data.x}}"), nil, &prentice.Event{ID: "1", Data: []byte(`{"x":[1]}`)}, prentice.Invalid, "wanted a single one"},
		{"an event of no one's service", one("inputs: {service: {type: service, from: event.subject}}"), nil, &prentice.Event{ID: "1", Subject: "service/x"}, prentice.NotFound, `no service "service/x"`},
		{"data that is not JSON", one(), nil, &prentice.Event{ID: "1", Data: []byte(`{`)}, prentice.Invalid, "data of event 1"},
		{"a fact that the catalog lacks", []string{front(service) + "\n## Act\n\n```sh id=a\nrm -rf \"/srv/$SERVICE_RUN\"\n```\n"}, give("service", "checkout"), nil, prentice.Refused,
			"step a needs $SERVICE_RUN, and the catalog has no run for service/checkout"},
		{"an attribute that cannot be worked out", []string{front() + "\n## Act\n\n```http id=a url=${event.data.url}\n```\n"}, nil, nil, prentice.Refused, "attribute url of step a"},
		{"an attribute that comes out empty", []string{front("inputs: {s: {type: string}}") + "\n## Act\n\n```http id=a url=${inputs.s}\n```\n"}, give("s", ""), nil, prentice.Refused, "step a: a http step needs url"},
		{"an attribute that is a list", []string{front() + "\n## Act\n\n```http id=a url=${event.data.url}\n```\n"}, nil, &prentice.Event{ID: "1", Data: []byte(`{"url":[]}`)}, prentice.Refused, "wanted a single one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan, err := procedure.Render(library(t, c.texts...), proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Inputs: c.inputs, Event: c.event})
			if err == nil || prentice.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v (%s), want %s", err, prentice.KindOf(err), c.want)
			}
			if len(plan.Steps) > 0 {
				t.Error("a refused plan has steps")
			}
		})
	}
}

func TestAScriptThatManagesWithoutAFactOfTheServiceIsPlanned(t *testing.T) {
	for script, planned := range map[string]bool{
		`test -z "${SERVICE_RUN:-}" || sh -c "$SERVICE_RUN status"`: true,
		`test -z "${SERVICE_RUN+x}" || sh -c "$SERVICE_RUN status"`: true,
		`sh -c "${SERVICE_RUN} status"`:                             false,
		`sh -c "${SERVICE_RUN#*-} ${SERVICE_UNIT:-}"`:               false,
	} {
		text := front("inputs: {service: {type: service}}") + "\n## Act\n\n```sh id=a\n" + script + "\n```\n"
		_, err := procedure.Render(library(t, text), proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Inputs: map[string]string{"service": "checkout"}})
		if (err == nil) != planned || err != nil && !strings.Contains(err.Error(), "needs $SERVICE_RUN") {
			t.Errorf("%s: %v", script, err)
		}
	}
}

func TestNothingIsPlannedWithoutACatalog(t *testing.T) {
	if _, err := procedure.Render(library(t, front()+act), nil, prentice.RunRequest{Procedure: "p"}); prentice.KindOf(err) != prentice.Refused {
		t.Errorf("got %v", err)
	}
}

func TestTargetsAreFoundInManyWays(t *testing.T) {
	for source, want := range map[string]string{
		`service("checkout").hosts`:                                       "web-1 web-2",
		`service("service/checkout").hosts`:                               "web-1 web-2",
		`host("web-1")`:                                                   "web-1",
		`'["web-2", "host/web-1", "web-2"]'`:                              "web-1 web-2",
		`hosts().filter(h, !h.local)`:                                     "db-1 web-1 web-2",
		`hosts().filter(h, h.local).map(h, h.name)`:                       "here",
		`system("shop").hosts`:                                            "db-1 web-1 web-2",
		`service("checkout").hosts + service("checkout").hosts`:           "web-1 web-2",
		`service(service("checkout").depends_on[0]).hosts`:                "db-1",
		`system("shop").services.filter(s, s.title == "Orders")[0].hosts`: "db-1",
	} {
		plan, err := procedure.Render(library(t, front("targets: "+source)+act), proceduretest.Catalog(), prentice.RunRequest{Procedure: "p"})
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		var got []string
		for _, target := range plan.Targets {
			got = append(got, target.Ref.Name())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s gives %v, want %s", source, got, want)
		}
	}
}

func TestAStrangersKeysCannotBecomeOtherVariables(t *testing.T) {
	e := event("a.b", "", `{"PATH":"/evil","x y":"1","x-y":"2","a=b\nLD_PRELOAD":"x","nul":"a\u0000b","long":"`+strings.Repeat("a", 5000)+`","ok":true,"n":1.50,"none":null}`)
	plan, err := procedure.Render(library(t, front()+act), proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Event: &e})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"EVENT_TYPE": "a.b", "EVENT_SOURCE": "test", "EVENT_DATA_PATH": "/evil", "EVENT_DATA_A_B_LD_PRELOAD": "x", "EVENT_DATA_OK": "true", "EVENT_DATA_N": "1.50"}
	for name, value := range plan.Event {
		if want[name] != value {
			t.Errorf("%s=%q is set", name, value)
		}
	}
	if len(plan.Event) != len(want) {
		t.Errorf("got %v", plan.Event)
	}
}

func TestAPlanIsUndoableOnlyIfItSaysHow(t *testing.T) {
	undo := "\n## Undo\n\n```sh id=u\ntrue\n```\n"
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"a change without undo", act, false},
		{"a change with undo", act + undo, true},
		{"danger with undo", "\n## Act\n\n```sh id=a risk=danger\ntrue\n```\n" + undo, false},
		{"only looking", "\n## Check\n\n```sh id=a\ntrue\n```\n", true},
	} {
		plan, err := procedure.Render(library(t, front()+c.text), proceduretest.Catalog(), prentice.RunRequest{Procedure: "p"})
		if err != nil || plan.Undoable != c.want {
			t.Errorf("%s: %v, %v", c.name, plan.Undoable, err)
		}
	}
}

func TestWithoutAServiceThePlanIsAboutItsFirstTarget(t *testing.T) {
	plan, err := procedure.Render(library(t, front()+act), proceduretest.Catalog(), prentice.RunRequest{Procedure: "p"})
	if err != nil || plan.Subject != "host/db-1" {
		t.Errorf("%s, %v", plan.Subject, err)
	}
}
