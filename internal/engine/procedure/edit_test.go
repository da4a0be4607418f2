package procedure

import (
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure/proceduretest"
	"prentice/internal/team"
)

// documented is a kind of the tests that says what it is for.
type documented struct{ prentice.StepKind }

func (documented) Doc() prentice.StepDoc {
	return prentice.StepDoc{About: "A look at a service.", Attributes: []prentice.Attribute{{Name: "service", About: "The service.", Of: "service"}, {Name: "settle", About: "How long."}, {Name: "mode", Values: []string{"fast", "slow"}}}}
}

func editor() Editor {
	var kinds Kinds
	for _, k := range proceduretest.Kinds() {
		if k.Name() == "probe" {
			k = documented{k}
		}
		kinds = append(kinds, k)
	}
	other := "---\nprocedure: warm-up\nsummary: Warm the caches\ntargets: hosts()\ninputs:\n  depth: {type: int, doc: How far.}\noutputs:\n  cold: {type: int, from: look.cold}\n---\n\n## Check\n\n```sh id=look out=cold:int\necho 7\n```\n\n## Act\n\n```sh idempotent\ntrue\n```\n"
	l, _ := New([]File{{"procedures/warm-up.md", []byte(other)}}, kinds)
	return Editor{Library: l, Catalog: &team.Catalog{Services: []team.Service{{Ref: "service/checkout", Title: "The checkout"}}, Entities: []team.Entity{{Ref: "group/platform", Title: "Platform"}}}}
}

const draftHead = `---
procedure: deploy
summary: s
owner: group:platform
inputs:
  service: {type: service, from: event.subject}
  new-version: {type: string, doc: What comes out.}
targets: service(inputs.service).hosts
secrets: [deploy-token]
limits: {max_targets: 3}
---

# Deploy

## Act

` + "```sh id=pull\necho \"$INPUT_SERVICE\"\n```\n\n"

// at takes the mark ‸ out of a text and says where it was.
func at(t *testing.T, text string) (string, Spot) {
	t.Helper()
	before, after, found := strings.Cut(text, "‸")
	if !found {
		t.Fatalf("there is no mark in %q", text)
	}
	line := strings.Count(before, "\n")
	return before + after, Spot{line, len(before) - strings.LastIndexByte(before, '\n') - 1}
}

func TestWordsThatMayStandHereAreOffered(t *testing.T) {
	front := func(line string) string { return "---\nprocedure: p\n" + line + "\n---\n" }
	body := func(line string) string { return draftHead + line + "\n" }
	checked := func(line string) string {
		looks := "## Check\n\n```sh id=look out=\"full:int, well:bool\"\ntrue\n```\n\n```sh id=last-seen out=at:string\ntrue\n```\n\n## Act\n"
		return strings.Replace(draftHead, "## Act\n", looks, 1) + line + "\n"
	}
	for _, c := range []struct {
		name, text string
		offered    string // some of them
		not        string
	}{
		{"a key of the front matter", front("revi‸"), "review_by: ,limits: ,inputs: ", "max_targets: "},
		{"a key while the front matter has no end", "---\nprocedure: p\nlim‸", "limits: ", ""},
		{"a key of limits", front("limits:\n  max‸"), "max_targets: ,parallel: ", "limits: "},
		{"a key of limits in braces", front("limits: {max_targets: 1, par‸"), "parallel: ", "limits: "},
		{"a key of an input", front("inputs:\n  service:\n    ty‸"), "type: ,from: ,default: ", "limits: "},
		{"a key of an input in braces", front("inputs:\n  service: {ty‸}"), "type: ,from: ", "limits: "},
		{"the type of an input", front("inputs:\n  service: {type: se‸}"), "service,host,int", ""},
		{"a key of a trigger", front("on:\n  - eve‸"), "event: ,schedule: ,if: ", "limits: "},
		{"an owner", front("owner: gr‸"), "group:platform", ""},
		{"a function in targets", front("targets: se‸"), "service(,hosts(,inputs", ""},
		{"a field of a call in targets", front("targets: service(inputs.service).ho‸"), "hosts,url", ""},
		{"only the event in if", front("on:\n  - event: a.b\n    if: ‸"), "event", "inputs,service("},
		{"a field of the event", front("on:\n  - event: a.b\n    if: event.da‸"), "data,type", ""},
		{"a kind of step", body("```pro‸"), "probe,sh,uses", ""},
		{"an attribute of the kind", body("```probe ser‸"), "service=,settle=,id=", ""},
		{"an attribute once", body("```probe service=x se‸"), "settle=", "service="},
		{"an attribute behind nothing", body("```probe ‸"), "service=,if=${", ""},
		{"a value of an attribute", body("```probe mode=‸"), "fast,slow", ""},
		{"a value of a common attribute", body("```sh risk=da‸"), "danger,look", ""},
		{"a service", body("```probe service=‸"), "checkout,${", ""},
		{"a step", body("```sh of=‸"), "pull", ""},
		{"a procedure", body("```uses procedure=‸"), "warm-up", "deploy"},
		{"an input of the procedure that is called", body("```uses procedure=warm-up ‸"), "input.depth=,if=${", "risk=,service="},
		{"an input in an expression", body("```probe service=${inputs.‸"), "service,new_version", ""},
		{"an input in quotes", body("```sh if=\"${inputs.‸"), "service,new_version", ""},
		{"an input where the expression has an end", body("```probe service=${inputs.‸}"), "service,new_version", ""},
		{"the round", body("```sh each=${hosts()} if=${ea‸"), "each,inputs", "steps"},
		{"no round where there is none", body("```sh if=${ea‸"), "inputs", "each"},
		{"no round in the list itself", body("```sh each=${ea‸"), "inputs", "each"},
		{"what checks capture, in if", checked("```sh if=${st‸"), "steps,inputs", ""},
		{"the checks", checked("```sh if=${steps.‸"), "look,last_seen", "pull"},
		{"the checks, in each", checked("```sh each=${steps.lo‸"), "look", ""},
		{"the ways to ask for it", checked("```sh if=${steps.look.‸"), "out,any,all,max,distinct", "full"},
		{"only those that say something", checked("```sh if=${steps.last_seen.‸"), "out,distinct", "any,all,max"},
		{"what a check captures", checked("```sh if=${steps.look.out.‸"), "full,well", "at"},
		{"what can be folded so", checked("```sh if=${inputs.service == \"x\" && steps.look.max.fu‸"), "full", "well"},
		{"a call that returns something", body("```uses id=warm procedure=warm-up\n```\n```sh if=${steps.‸"), "warm", ""},
		{"what a call returns", body("```uses id=warm procedure=warm-up\n```\n```sh if=${steps.warm.max.‸"), "cold", "depth"},
		{"within other text", checked("```probe service=web-${steps.last_seen.out.‸"), "at", "full"},
		{"no checks in a check", strings.Replace(checked("```sh if=${‸"), "## Act\n", "", 1), "inputs", "steps"},
		{"no checks in targets", strings.Replace(checked(""), "targets: service(inputs.service).hosts", "targets: ‸", 1), "inputs,service(", "steps,each"},
		{"what chooses targets", strings.Replace(checked(""), "targets: service(inputs.service).hosts", "targets: service(inputs.service).hosts\ntargets_if: ‸", 1), "steps,target,inputs", "each"},
		{"what checks capture, where it chooses", strings.Replace(checked(""), "targets: service(inputs.service).hosts", "targets: service(inputs.service).hosts\ntargets_if: steps.look.out.‸", 1), "full,well", "at"},
		{"the key that chooses", strings.Replace(checked(""), "targets: service(inputs.service).hosts", "targets: service(inputs.service).hosts\ntargets_‸", 1), "targets_if: ", ""},
		{"the target in an order", front("rollout: {order: ‸}"), "target,inputs", "steps"},
		{"a field of the target", front("rollout:\n  canary: target.fa‸"), "facts,name", ""},
		{"the catalog in choices", front("inputs:\n  zone: {type: string, choices: ‸}"), "hosts(,group(", "inputs,event"},
		{"the keys of a source in choices", front("inputs:\n  zone: {type: string, choices: {‸"), "url: ,path: ,bearer: ,headers: ,script: ,every: ", "type: ,hosts("},
		{"the keys of a source, after one", front("inputs:\n  zone:\n    type: string\n    choices:\n      ‸"), "url: ,script: ", "hosts("},
		{"no expression in an address", front("inputs:\n  zone: {type: string, choices: {url: ‸"), "", "hosts(,group("},
		{"a variable of a script", body("```sh\necho $INP‸"), "$INPUT_SERVICE,$INPUT_NEW_VERSION,$DEPLOY_TOKEN,$SERVICE_UNIT,$TARGET_NAME", "$EACH_VALUE"},
		{"a section", "---\nprocedure: p\n---\n\n##‸", "## Check,## Undo", ""},
		{"nothing in prose", body("some wor‸"), "", "sh,limits: "},
		{"nothing in a text without front matter", "hel‸", "", "limits: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, spot := at(t, c.text)
			var words []string
			for _, o := range editor().Offers("procedures/deploy.md", text, spot) {
				words = append(words, o.Word)
				if o.From > spot.Byte {
					t.Errorf("%s begins at %d, behind the spot", o.Word, o.From)
				}
			}
			for _, w := range strings.Split(c.offered, ",") {
				if c.offered != "" && !slices.Contains(words, w) {
					t.Errorf("%q is not among %q", w, words)
				}
			}
			for _, w := range strings.Split(c.not, ",") {
				if c.not != "" && slices.Contains(words, w) {
					t.Errorf("%q is among %q", w, words)
				}
			}
		})
	}
}

func TestAWordTakesThePlaceOfWhatWasTyped(t *testing.T) {
	for text, want := range map[string]string{
		"---\nprocedure: p\nrevi‸\n---\n":     "revi",
		draftHead + "```probe ser‸\n":         "ser",
		draftHead + "```pro‸\n":               "pro",
		draftHead + "```sh\necho \"$INP‸\"\n": "$INP",
		draftHead + "```sh of=pu‸\n":          "pu",
		draftHead + "```sh if=${inputs.se‸\n": "se",
	} {
		text, spot := at(t, text)
		offers := editor().Offers("procedures/deploy.md", text, spot)
		if len(offers) == 0 {
			t.Errorf("nothing is offered for %q", want)
			continue
		}
		line := strings.Split(text, "\n")[spot.Line]
		if got := line[offers[0].From:spot.Byte]; got != want {
			t.Errorf("it takes the place of %q, not of %q", got, want)
		}
	}
}

func TestAWordIsExplained(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a key", "---\nreview‸_by: 2027-01-01\n---\n", "reviews it again"},
		{"a key in braces", "---\nlimits: {max_targets: 1, paral‸lel: 1}\n---\n", "at one time"},
		{"a kind", draftHead + "```pro‸be service=checkout\n", "A look at a service."},
		{"an attribute", draftHead + "```probe set‸tle=3s\n", "How long."},
		{"a common attribute and its values", draftHead + "```sh ri‸sk=look\n", "One of `look`, `change`, `danger`"},
		{"a service", draftHead + "```probe service=check‸out\n", "The checkout"},
		{"a procedure", draftHead + "```uses procedure=warm‸-up\n", "Warm the caches"},
		{"an input in an expression", draftHead + "```probe service=${inputs.new_ver‸sion}\n", "What comes out"},
		{"a function in targets", "---\ntargets: ho‸sts()\n---\n", "all hosts"},
		{"a variable", draftHead + "```sh\necho $INPUT_NEW_VER‸SION\n", "What comes out"},
		{"a section", draftHead + "## Ver‸ify\n", "whether it helped"},
		{"an input of a call", draftHead + "```uses procedure=warm-up input.de‸pth=1\n", "How far"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, spot := at(t, c.text)
			m, ok := editor().Meaning("procedures/deploy.md", text, spot)
			if !ok || !strings.Contains(m.Text, c.want) || m.From > spot.Byte || m.To < spot.Byte {
				t.Errorf("got %+v at %d, want %q", m, spot.Byte, c.want)
			}
		})
	}
	text, spot := at(t, draftHead+"a wo‸rd\n")
	if m, ok := editor().Meaning("procedures/deploy.md", text, spot); ok {
		t.Errorf("prose is explained: %+v", m)
	}
}

func TestAWordLeadsToItsDefinition(t *testing.T) {
	for _, c := range []struct {
		name, text string
		file       string
		line       int
	}{
		{"a procedure", draftHead + "```uses procedure=warm‸-up\n", "procedures/warm-up.md", 1},
		{"an input of another procedure", draftHead + "```uses procedure=warm-up input.de‸pth=1\n", "procedures/warm-up.md", 6},
		{"a step", draftHead + "```sh of=pu‸ll\ntrue\n```\n", "procedures/deploy.md", 17},
		{"an input in an expression", draftHead + "```probe service=${inputs.new_ver‸sion}\n", "procedures/deploy.md", 7},
		{"an input in targets", strings.Replace(draftHead, "inputs.service", "inputs.serv‸ice", 1), "procedures/deploy.md", 6},
		{"an input in a script", draftHead + "```sh\necho $INPUT_NEW_VER‸SION\n", "procedures/deploy.md", 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, spot := at(t, c.text)
			if p, ok := editor().Definition("procedures/deploy.md", text, spot); !ok || p.File != c.file || p.Line != c.line {
				t.Errorf("got %+v, want %s:%d", p, c.file, c.line)
			}
		})
	}
}

func TestEachFunctionAndCommonAttributeIsDocumented(t *testing.T) {
	for _, f := range lookups(nil) {
		if lookupDocs[f.Name] == "" {
			t.Errorf("function %s is not documented for editors", f.Name)
		}
	}
	for _, a := range commonAttributes {
		if commonDocs[a].About == "" {
			t.Errorf("attribute %s is not documented for editors: say in commonDocs what it is for", a)
		}
	}
}

// FuzzEditor: whatever is half written, an answer comes, and points into the line.
func FuzzEditor(f *testing.F) {
	for _, text := range []string{draftHead + "```probe service=${inputs.‸\n", "---\nlimits: {max‸", "```", "---\n---\n```sh if=\"${", "---\n- {:\n\t: {{}", "---\r\nprocedure: x\r\n---\r\n```sh a=\"\r\n"} {
		f.Add(text, 3, 5)
		f.Add(text, 1<<40, 1<<40)
		f.Add(text, -7, -9)
	}
	e := editor()
	f.Fuzz(func(t *testing.T, text string, line, column int) {
		lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
		spot := Spot{line, column}
		end := 0
		if line >= 0 && line < len(lines) {
			end = len(lines[spot.Line])
		}
		for _, o := range e.Offers("procedures/p.md", text, spot) {
			if o.From < 0 || o.From > end {
				t.Fatalf("offer %+v is not in the line of %d bytes", o, end)
			}
		}
		if m, ok := e.Meaning("procedures/p.md", text, spot); ok && (m.From < 0 || m.To > end+3) {
			t.Fatalf("meaning %+v is not in the line of %d bytes", m, end)
		}
		e.Definition("procedures/p.md", text, spot)
	})
}
